import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUWeightPacking

/// Makes the arrays that a port's own tests need.
public struct GoldenData: Sendable {
    private let model: BBCUModel
    private let path: BinarizedPath
    private let evaluator: EnclosureEvaluator
    private let order: GoldenOrder
    private let word: Int
    private let includes: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - word: bits of a packed word: 8, 16, 32 or 64.
    ///   - includes: whether a module's arrays are wanted, by its name; input and output always are.
    public init(
        _ model: BBCUModel, order: GoldenOrder = GoldenOrder(), word: Int = 64, kernels: Kernels,
        includes: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        (self.model, self.order, self.word, self.includes) = (model, order, word, includes)
        path = BinarizedPath(model, kernels: kernels)
        evaluator = EnclosureEvaluator(model: model, kernels: kernels)
    }

    private static let exact = "integers and bits are exact in every right port"
    private static let stored = "a parameter, as the file has it"

    /// What a network is made of: packed weights, thresholds and constants of every wanted unit, and float layers.
    public func constants() -> [GoldenItem] {
        var items: [GoldenItem] = []
        for layer in model.network.layers where !layer.parameters.isEmpty && includes(layer.prefix) {
            guard let unit = layer.operation.unit else {
                for parameter in layer.parameters {
                    items.append(constant(parameter.key, parameter.shape, model.values[parameter.key] ?? []))
                }
                continue
            }
            items += constants(of: unit, layer.prefix)
        }
        return items
    }

    private func constants(of unit: BinaryUnit, _ prefix: String) -> [GoldenItem] {
        let parameters = UnitParameters(unit, prefix: prefix, model: model)
        var items = weights(parameters, prefix)
        let outputs = [unit.outputs]
        items.append(
            GoldenItem(
                name: prefix + ".threshold", kind: .constant, shape: [unit.inputs], layout: "channel",
                elements: .floats(parameters.shift.map { -$0 }), tolerance: 0,
                reason: "-move0.bias: an activation is +1 above it, -1 below it, 0 at it"))
        items.append(constant(prefix + ".alpha", outputs, parameters.roundedAlpha))
        if unit.bias { items.append(constant(prefix + ".bias", outputs, parameters.bias)) }
        items.append(constant(prefix + ".first_bias", outputs, parameters.firstBias))
        items.append(constant(prefix + ".slope", outputs, parameters.slope))
        items.append(constant(prefix + ".second_bias", outputs, parameters.secondBias))
        return items
    }

    private func constant(_ name: String, _ shape: [Int], _ values: [Float]) -> GoldenItem {
        GoldenItem(
            name: name, kind: .constant, shape: shape,
            layout: shape.count == 4 ? "output,input,row,column" : "channel", elements: .floats(values), tolerance: 0,
            reason: Self.stored)
    }

    /// The packed signs of a unit's weights, and which are not zero where any is.
    private func weights(_ parameters: UnitParameters, _ prefix: String) -> [GoldenItem] {
        let unit = parameters.unit
        let signs = parameters.weightSigns
        let words = (unit.inputs + word - 1) / word
        let sizes: [GoldenOrder.Axis: Int] = [
            .filter: unit.outputs, .row: unit.kernel, .column: unit.kernel, .word: words,
        ]
        let shape = order.axes.map { sizes[$0] ?? 1 }
        let taps = unit.kernel * unit.kernel
        var packed = [UInt64](repeating: 0, count: shape.reduce(1, *))
        var masks = packed
        for filter in 0..<unit.outputs {
            for tap in 0..<taps {
                let channels = (0..<unit.inputs).map { signs[(filter * unit.inputs + $0) * taps + tap] }
                let bits = order.words(channels, width: word)
                let valid = order.mask(channels, width: word)
                for index in 0..<words {
                    let places: [GoldenOrder.Axis: Int] = [
                        .filter: filter, .row: tap / unit.kernel, .column: tap % unit.kernel, .word: index,
                    ]
                    let place = order.axes.reduce(0) { $0 * (sizes[$1] ?? 1) + (places[$1] ?? 0) }
                    packed[place] = bits[index]
                    masks[place] = valid[index]
                }
            }
        }
        func item(_ name: String, _ kind: GoldenItem.Kind, _ words: [UInt64]) -> GoldenItem {
            GoldenItem(
                name: prefix + name, kind: kind, shape: shape,
                layout: order.axes.map(\.rawValue).joined(separator: ","),
                elements: .words(words, bits: word), tolerance: 0, reason: Self.exact)
        }
        let hasZero = signs.contains(0)
        return [item(".weights", .weights, packed)] + (hasZero ? [item(".weights_nonzero", .mask, masks)] : [])
    }

    /// What comes of an image.
    /// - Throws: `ExecutionError` where it does not fit.
    public func run(_ input: GoldenInput) throws -> GoldenCase {
        var items = [map("input", .input, input.map, tolerance: 0, reason: "given")]
        let network = model.network
        var scaledInput = Enclosure(exactly: input.map.asDouble)
        var pending = Enclosure(exactly: input.map.asDouble)
        _ = try path.run(input.map) { index, layerInput, result in
            if let next = evaluator.run(index, pending, scaledInput) { pending = next }
            if network.layers[index].operation == .scaleByK { scaledInput = pending }
            guard let name = network.tapName(ofLayer: index) else { return }
            let isOutput = name == "output"
            let tolerance = pending.radius.reduce(0, max)
            // The next module is judged on this one's own output.
            pending = Enclosure(exactly: result.output.asDouble)
            guard isOutput || includes(name) else { return }
            if let unit = network.layers[index].operation.unit, let signs = result.unit?.signs {
                items += inside(unit, name, index, layerInput, signs)
            }
            items.append(
                map(
                    name, isOutput ? .output : .module, result.output, tolerance: tolerance,
                    reason: isOutput
                        ? "rounding of float32 in any order of summation, given the last module before it"
                        : "rounding of float32 in any order of summation, given this module's own input"))
        }
        return GoldenCase(name: input.name, text: input.text, items: items)
    }

    /// A unit given values that are exactly at its thresholds: the sign 0, which no image reaches in most networks.
    /// - Returns: nil where no unit is wanted.
    public func exactZeros() throws -> GoldenCase? {
        guard
            let index = model.network.unitIndices.first(where: { includes(model.network.layers[$0].prefix) }),
            let unit = model.network.layers[index].operation.unit
        else { return nil }
        let prefix = model.network.layers[index].prefix
        let shift = UnitParameters(unit, prefix: prefix, model: model).shift
        var noise = FeatureMap<Float>(noise: unit.inputs, height: 6, width: 6, seed: 5)
        noise = noise.with(
            noise.values.indices.map { place in
                place % 3 == 0 ? -shift[place % unit.inputs] : noise.values[place] * 8 - 4
            })
        let scaledInput = FeatureMap<Float>(
            zeros: model.network.hyperparameters.inputChannels, height: 6, width: 6)
        let result = try path.runLayer(index, input: noise, scaledInput: scaledInput)
        let enclosure = evaluator.run(
            index, Enclosure(exactly: noise.asDouble), Enclosure(exactly: scaledInput.asDouble))
        var items = [map("input", .input, noise, tolerance: 0, reason: "given to \(prefix), not to the network")]
        if let signs = result.unit?.signs { items += inside(unit, prefix, index, noise, signs) }
        items.append(
            map(
                prefix, .module, result.output, tolerance: enclosure?.radius.reduce(0, max) ?? 0,
                reason: "rounding of float32 in any order of summation, given this module's own input"))
        return GoldenCase(
            name: "exact-zeros", text: "\(prefix) alone: every third value of its input is exactly at the threshold",
            items: items)
    }

    /// The packed signs of a unit's input, and its integer sums.
    private func inside(
        _ unit: BinaryUnit, _ prefix: String, _ index: Int, _ input: FeatureMap<Float>, _ signs: FeatureMap<Float>
    ) -> [GoldenItem] {
        var words: [UInt64] = []
        var masks: [UInt64] = []
        for pixel in 0..<signs.height * signs.width {
            let channels = Array(signs.values[pixel * unit.inputs..<(pixel + 1) * unit.inputs])
            words += order.words(channels, width: word)
            masks += order.mask(channels, width: word)
        }
        let shape = [input.height, input.width, (unit.inputs + word - 1) / word]
        func bits(_ name: String, _ kind: GoldenItem.Kind, _ values: [UInt64]) -> GoldenItem {
            GoldenItem(
                name: prefix + name, kind: kind, shape: shape, layout: "row,column,word",
                elements: .words(values, bits: word), tolerance: 0, reason: Self.exact)
        }
        let sums = FeatureMap<Float>(
            height: input.height, width: input.width, channels: unit.outputs,
            filled: path.sums(atLayer: index, input: input).map { Float($0) })
        var result = [bits(".signs", .signs, words)]
        if signs.values.contains(0) { result.append(bits(".signs_nonzero", .mask, masks)) }
        let most = unit.filterSize
        result.append(
            GoldenItem(
                name: prefix + ".sums", kind: .sums, shape: sizes(sums), layout: order.maps.rawValue,
                elements: .integers(ordered(sums).map { Int32($0) }, bits: most > Int(Int16.max) ? 32 : 16),
                tolerance: 0, reason: Self.exact))
        return result
    }

    private func map(
        _ name: String, _ kind: GoldenItem.Kind, _ map: FeatureMap<Float>, tolerance: Double, reason: String
    ) -> GoldenItem {
        GoldenItem(
            name: name, kind: kind, shape: sizes(map), layout: order.maps.rawValue, elements: .floats(ordered(map)),
            tolerance: tolerance, reason: reason)
    }

    private func sizes(_ map: FeatureMap<Float>) -> [Int] {
        order.maps == .nchw ? [1, map.channels, map.height, map.width] : [1, map.height, map.width, map.channels]
    }

    private func ordered(_ map: FeatureMap<Float>) -> [Float] {
        order.maps == .nchw ? map.channelMajorValues : map.values
    }
}

import BBCUExecution
import BBCUNetworks

/// A network as a port in given formats runs it, bit for bit: parameters and feature maps are rounded where they are
/// stored, sums are exact integers, and in between is float64.
///
/// Float convolutions start from the bias and take fused multiply-adds in the order kernel row, kernel column, input
/// channel; where weights and activations are fixed point that fit 53 bits together, no order makes a difference.
package struct FormattedNetwork: Sendable {
    package let network: BBCUNetwork
    package let formats: PortFormats
    private let units: [FormattedUnit?]
    private let filters: [FloatFilter<Double>?]
    /// The float convolutions' weights, stored; empty for other layers.
    private let weights: [[Double]]
    /// Convolves signs: every shift is 0.
    private let path: BinarizedPath
    private let kernels: Kernels

    package init(_ model: BBCUModel, _ formats: PortFormats, kernels: Kernels) {
        self.init(model, formats, path: Self.path(model, kernels: kernels), kernels: kernels)
    }

    /// - Parameter path: ``path(_:kernels:)`` of the model, which does not depend on the formats.
    package init(_ model: BBCUModel, _ formats: PortFormats, path: BinarizedPath, kernels: Kernels) {
        // A port keeps the slopes of activations as it keeps the file's parameters.
        var network = model.network
        for index in network.layers.indices {
            guard case .activation(.leakyReLU(let slope)) = network.layers[index].operation else { continue }
            network.layers[index].operation = .activation(.leakyReLU(slope: formats.stored(.slope, slope)))
        }
        self.network = network
        self.formats = formats
        self.path = path
        self.kernels = kernels
        units = network.layers.map { layer in
            layer.operation.unit.map { FormattedUnit(UnitParameters($0, prefix: layer.prefix, model: model), formats) }
        }
        let weights = network.layers.map { layer in
            layer.operation.convolution == nil
                ? [] : formats.stored(.weight, model.values(layer.prefix, "weight"))
        }
        self.weights = weights
        filters = zip(network.layers, weights).map { layer, weights in
            layer.operation.convolution.map {
                let bias = $0.bias ? formats.stored(.bias, model.values(layer.prefix, "bias")) : []
                return FloatFilter($0, weights: weights, bias: bias)
            }
        }
    }

    /// The packed weights of a model.
    package static func path(_ model: BBCUModel, kernels: Kernels) -> BinarizedPath {
        var model = model
        for parameter in model.network.parameters where parameter.role == .shift {
            model.values[parameter.key] = model.values[parameter.key]?.map { _ in 0 }
        }
        return BinarizedPath(model, kernels: kernels)
    }

    /// What a layer made.
    package struct LayerRun: Sendable {
        package var output: FeatureMap<Double>
        /// What was stored on the way, the output last.
        package var uses: [(tensor: String, use: TensorUse)] = []
        /// Of a unit: the signs it took.
        package var signs: FeatureMap<Float>?
        /// Of a unit: its integer sums before they are stored, channels innermost.
        package var sums: [Int32] = []
    }

    package func unit(ofLayer index: Int) -> FormattedUnit? { units[index] }

    package func weights(ofLayer index: Int) -> [Double] { weights[index] }

    /// Runs one layer.
    /// - Parameter scaledInput: the network's input times k, stored; the layer's own input for the layer that makes it.
    package func run(_ index: Int, _ input: FeatureMap<Double>, _ scaledInput: FeatureMap<Double>) -> LayerRun {
        if let unit = units[index] { return run(unit, index, input, scaledInput) }
        if let filter = filters[index] { return stored(filter.apply(to: input, kernels: kernels).output, index) }
        let skip = network.skip(ofLayer: index, scaledInput)
        return stored(network.elementwise(index, input, skip: skip), index)
    }

    private func run(
        _ unit: FormattedUnit, _ index: Int, _ input: FeatureMap<Double>, _ scaledInput: FeatureMap<Double>
    ) -> LayerRun {
        let signs = Signs.of(input, shift: unit.values.shift, zero: unit.values.unit.signOfZero)
        let sums = path.sums(atLayer: index, input: signs)
        var uses = FormattedUnit.Uses()
        let branch = FeatureMap(
            height: input.height, width: input.width, channels: unit.values.unit.outputs,
            filled: unit.branches(sums, &uses))
        let shortcut = unit.values.unit.shortcut(
            input, scaledInput: scaledInput, height: input.height * unit.values.unit.shuffleFactor,
            with: Bilinear.upsample)
        var result = stored(Elementwise.add(unit.values.unit.shuffled(branch), shortcut), index)
        let inside = [
            (PortFormats.accumulatorName, uses.sums), (StoredTensor.product.rawValue, uses.products),
            (StoredTensor.branch.rawValue, uses.branches),
        ]
        result.uses = inside.map { (tensor: $0.0, use: $0.1) } + result.uses
        (result.signs, result.sums) = (signs, sums)
        return result
    }

    /// Rounds a layer's output to its format.
    private func stored(_ map: FeatureMap<Double>, _ index: Int) -> LayerRun {
        guard let tensor = network.storedTensor(ofLayer: index) else { return LayerRun(output: map) }
        let format = formats.tensors[tensor]
        var use = TensorUse()
        var values = map.values
        for index in values.indices { values[index] = use.store(values[index], format) }
        return LayerRun(output: map.with(values), uses: [(tensor.rawValue, use)])
    }
}

/// A run that goes layer by layer, so that two can go side by side.
package struct FormattedRun {
    package let network: FormattedNetwork
    /// What the next layer is given.
    package private(set) var current: FeatureMap<Double>
    private var scaledInput: FeatureMap<Double>
    private var next = 0

    package init(_ network: FormattedNetwork, _ image: FeatureMap<Double>) {
        self.network = network
        current = image
        scaledInput = image
    }

    /// Runs the next layer.
    package mutating func advance() -> FormattedNetwork.LayerRun {
        let run = network.run(next, current, scaledInput)
        if network.network.layers[next].operation == .scaleByK { scaledInput = run.output }
        current = run.output
        next += 1
        return run
    }

    /// Runs all layers that are left, and returns the output.
    package mutating func finish() -> FeatureMap<Double> {
        while next < network.network.layers.count { _ = advance() }
        return current
    }
}

import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

/// A port of BBCU-M and the denoisers in plain scalar loops over (C, H, W), with a switch for every mistake that a
/// porter makes. It shares no code with the library but the state dict.
struct ScalarPort {
    /// A map of (C, H, W) values.
    struct Map {
        var channels: Int
        var height: Int
        var width: Int
        var values: [Float]

        init(_ channels: Int, _ height: Int, _ width: Int) {
            (self.channels, self.height, self.width) = (channels, height, width)
            values = [Float](repeating: 0, count: channels * height * width)
        }

        subscript(channel: Int, row: Int, column: Int) -> Float {
            get { values[(channel * height + row) * width + column] }
            set { values[(channel * height + row) * width + column] = newValue }
        }

        /// Whether there is such a place.
        func holds(_ row: Int, _ column: Int) -> Bool {
            (0..<height).contains(row) && (0..<width).contains(column)
        }

        /// The value within the edge that is nearest to a place.
        func clamped(_ channel: Int, _ row: Int, _ column: Int) -> Float {
            self[channel, min(max(row, 0), height - 1), min(max(column, 0), width - 1)]
        }

        func map(_ body: (Float) -> Float) -> Map {
            var result = self
            result.values = values.map(body)
            return result
        }
    }

    /// What is known where a sum is made.
    struct Sum {
        /// p: taps whose bits are equal; n: taps that count; all: taps of the whole kernel; valid: those in the image.
        var equal: Int
        var count: Int
        var all: Int
        var valid: Int
        var outOfImage: Int { all - valid }
    }

    /// Legitimate orders of (activation + second bias) + shortcut.
    enum Additions: Sendable, CaseIterable { case biasFirst, shortcutFirst, bothFirst }

    let network: BBCUNetwork
    var values: [String: [Float]]

    // The mistakes. Each is right unless a test changes it.
    var input: (Map) -> Map = { $0 }
    var factorIn: Float
    var factorOut: Float
    var sign: (_ value: Float, _ shift: Float) -> Float = { value, shift in
        let sum = value + shift
        return sum > 0 ? 1 : sum < 0 ? -1 : 0
    }
    var border: (_ signs: Map, _ channel: Int, _ row: Int, _ column: Int) -> Float = { _, _, _, _ in 0 }
    var channel: (Int) -> Int = { $0 }
    var tap: (_ row: Int, _ column: Int) -> (Int, Int) = { ($0, $1) }
    var transposesChannels = false
    var polarity: Float = 1
    var sum: (Sum) -> Int = { 2 * $0.equal - $0.count }
    var alpha: (_ filter: [Float], _ tensor: [Float]) -> Float = { filter, _ in
        filter.reduce(0) { $0 + abs($1) } / Float(filter.count)
    }
    var scalesSum: ((_ sum: Float, _ alpha: Float) -> Float) = { $0 * $1 }
    var slope: (_ slopes: [Float], _ channel: Int) -> Float = { $0[$1] }
    var activate: (_ value: Float, _ slope: Float) -> Float = { $0 > 0 ? $0 : $1 * $0 }
    var first: String = UnitKey.firstBias
    var second: String = UnitKey.secondBias
    var residual: (_ value: Float, _ shift: Float) -> Float = { value, _ in value }
    var shuffle: (_ channel: Int, _ row: Int, _ column: Int, _ factor: Int, _ channels: Int) -> Int = {
        channel, row, column, factor, _ in (channel * factor + row) * factor + column
    }
    var upsampleResidual: (Map, Int) -> Map = { Self.nearest($0, $1) }
    var skip: (Map, Int) -> Map? = { Self.bilinear($0, $1, alignsCorners: false) }
    var leaky: Float = 0.1
    /// In which order a right port adds the second bias and the shortcut to what RPReLU bends.
    var additions = Additions.biasFirst
    /// Whether alpha S and the first bias are one fused multiply-add.
    var fusesScale = false
    var store: (Float) -> Float = { $0 }
    /// Changes a module's output as it is made, and with it everything after.
    var damage: (_ name: String, inout Map) -> Void = { _, _ in }

    init(_ model: BBCUModel) {
        network = model.network
        values = model.values
        factorIn = Float(model.network.amplification)
        factorOut = factorIn
    }

    /// Runs the port and dumps every module.
    func run(_ image: Map) -> [(name: String, map: Map)] {
        var taps: [(name: String, map: Map)] = []
        var current = input(image)
        var scaled = current
        for (index, layer) in network.layers.enumerated() {
            switch layer.operation {
            case .scaleByK:
                current = current.map { $0 * factorIn }
                scaled = current
            case .convolution(let convolution):
                current = convolve(
                    current, weights: values[layer.prefix + ".weight"]!, bias: values[layer.prefix + ".bias"],
                    convolution.outputs)
            case .unit(let unit): current = run(unit, layer.prefix, current)
            case .activation(.relu): current = current.map { max($0, 0) }
            case .activation(.leakyReLU): current = current.map { $0 > 0 ? $0 : leaky * $0 }
            case .pixelShuffle(let shuffle): current = shuffled(current, shuffle.factor)
            case .addScaledInput(let factor):
                if let other = skip(scaled, factor) {
                    for index in current.values.indices { current.values[index] += other.values[index] }
                }
            case .subtractFromScaledInput:
                for index in current.values.indices {
                    current.values[index] = (skip(scaled, 1)?.values[index] ?? 0) - current.values[index]
                }
            case .divideByK: current = current.map { $0 / factorOut }
            }
            if let name = network.tapName(ofLayer: index) {
                damage(name, &current)
                current = current.map(store)
                taps.append((name, current))
            }
        }
        return taps
    }

    /// Every filter's taps as this port reads them: (output, input, row, column).
    private func filters(_ weights: [Float], outputs: Int, inputs: Int) -> [Float] {
        var result: [Float] = []
        for output in 0..<outputs {
            for input in 0..<inputs {
                for (y, x) in Self.taps {
                    let (row, column) = tap(y, x)
                    let filter = transposesChannels ? input * outputs + output : output * inputs + input
                    result.append(weights[(filter * 3 + row) * 3 + column])
                }
            }
        }
        return result
    }

    private func convolve(_ map: Map, weights: [Float], bias: [Float]?, _ outputs: Int) -> Map {
        var result = Map(outputs, map.height, map.width)
        let size = map.channels * 9
        let filters = filters(weights, outputs: outputs, inputs: map.channels)
        for row in 0..<map.height {
            for column in 0..<map.width {
                // Taps outside the image are left out, not added as zeros.
                var patch: [(tap: Int, value: Float)] = []
                for input in 0..<map.channels {
                    for (index, (y, x)) in Self.taps.enumerated() where map.holds(row + y - 1, column + x - 1) {
                        patch.append((input * 9 + index, map[input, row + y - 1, column + x - 1]))
                    }
                }
                for output in 0..<outputs {
                    var total: Float = 0
                    for (tap, value) in patch { total += value * filters[output * size + tap] }
                    result[output, row, column] = total + (bias?[output] ?? 0)
                }
            }
        }
        return result
    }

    private func run(_ unit: BinaryUnit, _ prefix: String, _ map: Map) -> Map {
        func parameter(_ key: String) -> [Float] { values["\(prefix).\(key)"] ?? [] }
        let shift = parameter(UnitKey.shift)
        var signs = map
        for channel in 0..<map.channels {
            for row in 0..<map.height {
                for column in 0..<map.width {
                    signs[channel, row, column] = sign(map[channel, row, column], shift[channel])
                }
            }
        }
        let weights = parameter(UnitKey.weight)
        let size = unit.inputs * 9
        let sums = binarySums(signs, weights, unit)
        let slopes = parameter(UnitKey.slope)
        let (first, second) = (parameter(first), parameter(second))
        let bias = parameter(UnitKey.bias)
        var branch = Map(unit.outputs, map.height, map.width)
        var constant = branch
        for output in 0..<unit.outputs {
            let alpha = alpha(Array(weights[output * size..<(output + 1) * size]), weights)
            for row in 0..<map.height {
                for column in 0..<map.width {
                    let sum = sums[output, row, column]
                    var value = scalesSum(sum, alpha)
                    if !bias.isEmpty { value += bias[output] }
                    let offset = first.isEmpty ? 0 : first[output]
                    value = fusesScale && bias.isEmpty ? offset.addingProduct(sum, alpha) : value + offset
                    branch[output, row, column] = activate(value, slope(slopes, output))
                    constant[output, row, column] = second.isEmpty ? 0 : second[output]
                }
            }
        }
        var shortcut = map
        for channel in 0..<map.channels {
            for row in 0..<map.height {
                for column in 0..<map.width {
                    shortcut[channel, row, column] = residual(map[channel, row, column], shift[channel])
                }
            }
        }
        if unit.shuffleFactor > 1 {
            branch = shuffled(branch, unit.shuffleFactor)
            constant = shuffled(constant, unit.shuffleFactor)
            shortcut = upsampleResidual(shortcut, unit.shuffleFactor)
        }
        for index in branch.values.indices {
            let (activated, bias, other) = (branch.values[index], constant.values[index], shortcut.values[index])
            switch additions {
            case .biasFirst: branch.values[index] = (activated + bias) + other
            case .shortcutFirst: branch.values[index] = (activated + other) + bias
            case .bothFirst: branch.values[index] = activated + (bias + other)
            }
        }
        return branch
    }

    /// The signs of a filter's weights; where it has no such channel, the bits are 0.
    private func bits(_ filter: ArraySlice<Float>, _ unit: BinaryUnit) -> Bits {
        Bits(
            (0..<unit.inputs).map(channel).flatMap { source in
                (0..<9).map { tap -> Float in
                    let latent = source < unit.inputs ? filter[filter.startIndex + source * 9 + tap] : -1
                    return (latent > 0 ? 1 : latent < 0 ? -1 : 0) * polarity
                }
            })
    }

    /// The sums as hardware makes them, from equal bits; as floats where a sign is none of -1, 0 and 1.
    private func binarySums(_ signs: Map, _ weights: [Float], _ unit: BinaryUnit) -> Map {
        var patches: [(bits: Bits, valid: Int)] = []
        for row in 0..<signs.height {
            for column in 0..<signs.width {
                var values: [Float] = []
                var valid = 0
                for input in 0..<unit.inputs {
                    for (y, x) in Self.taps {
                        let (y, x) = (row + y - 1, column + x - 1)
                        let isInside = signs.holds(y, x)
                        values.append(isInside ? signs[input, y, x] : border(signs, input, y, x))
                        if isInside { valid += 1 }
                    }
                }
                patches.append((Bits(values), valid))
            }
        }
        let size = unit.inputs * 9
        let filters = filters(weights, outputs: unit.outputs, inputs: unit.inputs)
        var sums = Map(unit.outputs, signs.height, signs.width)
        for output in 0..<unit.outputs {
            let filter = bits(filters[output * size..<(output + 1) * size], unit)
            for (pixel, patch) in patches.enumerated() {
                let (equal, count, rest) = patch.bits.products(filter)
                let sum = Sum(equal: equal, count: count, all: size, valid: patch.valid)
                sums.values[output * patches.count + pixel] = Float(self.sum(sum)) + rest
            }
        }
        return sums
    }

    private func shuffled(_ map: Map, _ factor: Int) -> Map {
        let channels = map.channels / factor / factor
        var result = Map(channels, map.height * factor, map.width * factor)
        for channel in 0..<channels {
            for row in 0..<result.height {
                for column in 0..<result.width {
                    let source = shuffle(channel, row % factor, column % factor, factor, channels)
                    result[channel, row, column] = map[source, row / factor, column / factor]
                }
            }
        }
        return result
    }

    private static let taps = (0..<9).map { ($0 / 3, $0 % 3) }
}

// Upsamplings.
extension ScalarPort {
    static func upsampled(_ map: Map, _ factor: Int, _ value: (Int, Int, Int) -> Float) -> Map {
        var result = Map(map.channels, map.height * factor, map.width * factor)
        for channel in 0..<map.channels {
            for row in 0..<result.height {
                for column in 0..<result.width { result[channel, row, column] = value(channel, row, column) }
            }
        }
        return result
    }

    static func nearest(_ map: Map, _ factor: Int) -> Map {
        upsampled(map, factor) { map[$0, $1 / factor, $2 / factor] }
    }

    static func moved(_ map: Map, _ factor: Int, rows: Int, columns: Int, wraps: Bool) -> Map {
        let large = nearest(map, factor)
        return upsampled(map, factor) { channel, row, column in
            guard wraps else { return large.clamped(channel, row - rows, column - columns) }
            let (height, width) = (large.height, large.width)
            return large[channel, (row - rows + height) % height, (column - columns + width) % width]
        }
    }

    static func bilinear(_ map: Map, _ factor: Int, alignsCorners: Bool) -> Map {
        guard factor > 1 else { return map }
        func position(_ index: Int, _ size: Int) -> Float {
            alignsCorners
                ? Float(index) * Float(size - 1) / Float(size * factor - 1)
                : max(0, (Float(index) + 0.5) / Float(factor) - 0.5)
        }
        return upsampled(map, factor) { channel, row, column in
            let (y, x) = (position(row, map.height), position(column, map.width))
            let (top, left) = (Int(y), Int(x))
            let (v, h) = (y - Float(top), x - Float(left))
            let upper = (1 - h) * map.clamped(channel, top, left) + h * map.clamped(channel, top, left + 1)
            let lower = (1 - h) * map.clamped(channel, top + 1, left) + h * map.clamped(channel, top + 1, left + 1)
            return (1 - v) * upper + v * lower
        }
    }

    static func bicubic(_ map: Map, _ factor: Int, a: Float) -> Map {
        func weight(_ distance: Float) -> Float {
            let x = abs(distance)
            if x <= 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
            return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0
        }
        return upsampled(map, factor) { channel, row, column in
            let y = (Float(row) + 0.5) / Float(factor) - 0.5
            let x = (Float(column) + 0.5) / Float(factor) - 0.5
            var total: Float = 0
            for i in Int(y.rounded(.down)) - 1...Int(y.rounded(.down)) + 2 {
                for j in Int(x.rounded(.down)) - 1...Int(x.rounded(.down)) + 2 {
                    total += weight(y - Float(i)) * weight(x - Float(j)) * map.clamped(channel, i, j)
                }
            }
            return total
        }
    }
}

extension ScalarPort {
    /// A dump of a run.
    func dump(_ image: Map, only names: Set<String>? = nil) -> PortDump {
        PortDump(
            run(image).filter { names?.contains($0.name) ?? true }.map { name, map in
                PortDump.Array(
                    name: name, shape: [1, map.channels, map.height, map.width],
                    values: map.values.map { Double($0) }, storage: .float32)
            })
    }
}

import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking

/// A port of BBCU-M and the denoisers as hardware makes it: integers and shifts, nothing else. A number with f fraction
/// bits is an integer in units of 2^-f. It shares no code with the library but the state dict.
struct FixedPointPort {
    /// Fixed point: bits in all, bits of fraction.
    struct Format {
        var bits: Int
        var fraction: Int
        var wraps = false

        init(_ integer: Int, _ fraction: Int, wraps: Bool = false) {
            (bits, self.fraction, self.wraps) = (integer + fraction, fraction, wraps)
        }

        var text: String { "fixed:\(bits - fraction).\(fraction)" + (wraps ? ":wrap" : "") }
    }

    /// (C, H, W) integers.
    struct Map {
        var channels: Int
        var height: Int
        var width: Int
        var values: [Int]

        init(_ channels: Int, _ height: Int, _ width: Int) {
            (self.channels, self.height, self.width) = (channels, height, width)
            values = [Int](repeating: 0, count: channels * height * width)
        }

        subscript(channel: Int, row: Int, column: Int) -> Int {
            get { values[(channel * height + row) * width + column] }
            set { values[(channel * height + row) * width + column] = newValue }
        }
    }

    let model: BBCUModel
    /// By tensor; `product` and `branch` may be left out.
    var formats: [StoredTensor: Format]
    var accumulator: (bits: Int, wraps: Bool)?
    /// k as a fraction.
    var k: (Int, Int)

    // The mistakes. Each is right unless a test changes it.
    /// n / d to the nearest integer, ties to even; d > 0.
    var divide: (_ n: Int, _ d: Int) -> Int = { n, d in
        let floor = n >= 0 ? n / d : -((-n + d - 1) / d)
        let twice = 2 * (n - floor * d)
        return twice > d || twice == d && floor % 2 != 0 ? floor + 1 : floor
    }
    var parameter: (_ name: String, _ channel: Int, _ units: Int) -> Int = { $2 }
    var damage: (_ name: String, inout Map) -> Void = { _, _ in }
    /// Is given every unit's integer sums as the accumulator holds them, under the unit's prefix.
    var observeSums: (_ prefix: String, Map) -> Void = { _, _ in }

    /// What is stored of a number with so many fraction bits.
    func store(_ value: Int, fraction: Int, _ format: Format) -> Int {
        let shift = fraction - format.fraction
        let units = shift > 0 ? divide(value, 1 << shift) : value << -shift
        return fit(units, bits: format.bits, wraps: format.wraps)
    }

    func fit(_ value: Int, bits: Int, wraps: Bool) -> Int {
        let half = 1 << (bits - 1)
        guard wraps else { return min(max(value, -half), half - 1) }
        let rest = ((value + half) % (2 * half) + 2 * half) % (2 * half)
        return rest - half
    }

    /// A parameter in units of its format: a float32 number is a whole number of 2^-149, so the rounding is exact.
    func units(_ tensor: StoredTensor, _ value: Double) -> Int {
        let format = formats[tensor]!
        let scaled = value * Double(1 << format.fraction)
        let floor = Int(scaled.rounded(.down))
        let rest = scaled - Double(floor)
        let nearest = rest > 0.5 || rest == 0.5 && floor % 2 != 0 ? floor + 1 : floor
        return fit(nearest, bits: format.bits, wraps: format.wraps)
    }

    private func parameters(_ name: String, _ tensor: StoredTensor) -> [Int] {
        (model.values[name] ?? []).enumerated().map { parameter(name, $0.offset, units(tensor, Double($0.element))) }
    }

    /// Runs the port on pixels of 8 bits, and dumps every module with its fraction bits.
    func run(_ pixels: Map) -> [(name: String, map: Map, fraction: Int)] {
        var taps: [(name: String, map: Map, fraction: Int)] = []
        var current = pixels
        var scaled = pixels
        var fraction = 0
        for (index, layer) in model.network.layers.enumerated() {
            let next = index + 1 < model.network.layers.count ? model.network.layers[index + 1].operation : nil
            let kind: StoredTensor =
                next == nil ? .output : layer.operation.unit != nil || next?.unit != nil ? .residual : .activation
            let format = formats[kind]!
            switch layer.operation {
            case .scaleByK:
                let format = formats[.scaledInput]!
                current.values = pixels.values.map {
                    fit(
                        divide($0 * k.0 << format.fraction, 255 * k.1), bits: format.bits, wraps: format.wraps)
                }
                (scaled, fraction) = (current, format.fraction)
            case .convolution(let convolution):
                current = convolve(current, fraction, layer.prefix, convolution, format)
                fraction = format.fraction
            case .unit(let unit):
                current = run(unit, layer.prefix, current, fraction, format)
                fraction = format.fraction
            case .activation(let activation):
                var slope = 0
                if case .leakyReLU = activation { slope = divide(1 << formats[.slope]!.fraction, 10) }
                let shift = formats[.slope]!.fraction
                current.values = current.values.map {
                    store($0 > 0 ? $0 << shift : $0 * slope, fraction: fraction + shift, format)
                }
                fraction = format.fraction
            case .addScaledInput(let factor):
                let skip = bilinear(scaled, factor)
                let more = 2 * (factor == 2 ? 2 : factor == 4 ? 3 : 0)
                let finest = max(fraction, formats[.scaledInput]!.fraction + more)
                for index in current.values.indices {
                    let sum =
                        current.values[index] << (finest - fraction)
                        + skip.values[index] << (finest - formats[.scaledInput]!.fraction - more)
                    current.values[index] = store(sum, fraction: finest, format)
                }
                fraction = format.fraction
            case .subtractFromScaledInput:
                let finest = max(fraction, formats[.scaledInput]!.fraction)
                for index in current.values.indices {
                    let sum =
                        scaled.values[index] << (finest - formats[.scaledInput]!.fraction)
                        - current.values[index] << (finest - fraction)
                    current.values[index] = store(sum, fraction: finest, format)
                }
                fraction = format.fraction
            case .divideByK:
                current.values = current.values.map {
                    fit(
                        divide($0 * k.1 << format.fraction, k.0 << fraction), bits: format.bits, wraps: format.wraps)
                }
                fraction = format.fraction
            case .pixelShuffle: break
            }
            if let name = model.network.tapName(ofLayer: index) {
                damage(name, &current)
                taps.append((name, current, fraction))
            }
        }
        return taps
    }

    private func convolve(
        _ map: Map, _ fraction: Int, _ prefix: String, _ convolution: FloatConvolution, _ format: Format
    ) -> Map {
        let weights = parameters(prefix + ".weight", .weight)
        let biases = parameters(prefix + ".bias", .bias)
        let products = fraction + formats[.weight]!.fraction
        let finest = max(products, formats[.bias]!.fraction)
        var result = Map(convolution.outputs, map.height, map.width)
        for output in 0..<convolution.outputs {
            for row in 0..<map.height {
                for column in 0..<map.width {
                    var total = 0
                    for input in 0..<map.channels {
                        for tap in 0..<9 {
                            let (y, x) = (row + tap / 3 - 1, column + tap % 3 - 1)
                            guard (0..<map.height).contains(y), (0..<map.width).contains(x) else { continue }
                            total += map[input, y, x] * weights[(output * map.channels + input) * 9 + tap]
                        }
                    }
                    total <<= finest - products
                    if !biases.isEmpty { total += biases[output] << (finest - formats[.bias]!.fraction) }
                    result[output, row, column] = store(total, fraction: finest, format)
                }
            }
        }
        return result
    }

    private func run(_ unit: BinaryUnit, _ prefix: String, _ map: Map, _ fraction: Int, _ format: Format) -> Map {
        func values(_ key: String, _ tensor: StoredTensor) -> [Int] { parameters("\(prefix).\(key)", tensor) }
        let shifts = values(UnitKey.shift, .shift)
        let biases = values(UnitKey.bias, .bias)
        let (firsts, seconds) = (values(UnitKey.firstBias, .bias), values(UnitKey.secondBias, .bias))
        let slopes = values(UnitKey.slope, .slope)
        let latent = model.values["\(prefix).\(UnitKey.weight)"]!
        let size = unit.inputs * 9
        let finest = max(fraction, formats[.shift]!.fraction)
        var signs = map
        for channel in 0..<map.channels {
            for row in 0..<map.height {
                for column in 0..<map.width {
                    let shift = shifts[channel] << (finest - formats[.shift]!.fraction)
                    signs[channel, row, column] = (map[channel, row, column] << (finest - fraction) + shift).signum()
                }
            }
        }
        let factor = unit.shuffleFactor
        var result = Map(unit.outputs / factor / factor, map.height * factor, map.width * factor)
        var sums = Map(unit.outputs, map.height, map.width)
        for output in 0..<unit.outputs {
            let filter = latent[output * size..<(output + 1) * size]
            let mean = Float(filter.reduce(0.0) { $0 + Double(abs($1)) } / Double(size))
            let alpha = parameter("\(prefix).alpha", output, units(.alpha, Double(mean)))
            for row in 0..<map.height {
                for column in 0..<map.width {
                    var sum = 0
                    for input in 0..<unit.inputs {
                        for tap in 0..<9 {
                            let (y, x) = (row + tap / 3 - 1, column + tap % 3 - 1)
                            guard (0..<map.height).contains(y), (0..<map.width).contains(x) else { continue }
                            let weight = filter[filter.startIndex + input * 9 + tap]
                            sum += signs[input, y, x] * (weight > 0 ? 1 : weight < 0 ? -1 : 0)
                        }
                    }
                    if let accumulator { sum = fit(sum, bits: accumulator.bits, wraps: accumulator.wraps) }
                    sums[output, row, column] = sum
                    let (branch, places) = branch(
                        sum * alpha, bias: biases.isEmpty ? 0 : biases[output], first: firsts[output],
                        slope: slopes[output], second: seconds[output])
                    let channel = output / factor / factor
                    let (y, x) = (row * factor + output / factor % factor, column * factor + output % factor)
                    let most = max(places, fraction)
                    result[channel, y, x] = store(
                        branch << (most - places) + map[channel, row, column] << (most - fraction), fraction: most,
                        format)
                }
            }
        }
        observeSums(prefix, sums)
        return result
    }

    /// From alpha S to the branch, and its fraction bits.
    private func branch(_ product: Int, bias: Int, first: Int, slope: Int, second: Int) -> (Int, Int) {
        var (value, places) = (product, formats[.alpha]!.fraction)
        if let format = formats[.product] {
            (value, places) = (store(value, fraction: places, format), format.fraction)
        }
        let biasPlaces = formats[.bias]!.fraction
        var most = max(places, biasPlaces)
        value = value << (most - places) + (bias + first) << (most - biasPlaces)
        let shift = formats[.slope]!.fraction
        value = value > 0 ? value << shift : value * slope
        places = most + shift
        most = max(places, biasPlaces)
        value = value << (most - places) + second << (most - biasPlaces)
        guard let format = formats[.branch] else { return (value, most) }
        return (store(value, fraction: most, format), format.fraction)
    }

    /// In units of a (2 r)^2th of the input's, r being 2 or 4; the input itself for 1.
    private func bilinear(_ map: Map, _ factor: Int) -> Map {
        guard factor > 1 else { return map }
        var result = Map(map.channels, map.height * factor, map.width * factor)
        func place(_ index: Int, _ size: Int) -> (Int, Int, Int) {
            let position = max(0, 2 * index + 1 - factor)
            return (position / (2 * factor), min(position / (2 * factor) + 1, size - 1), position % (2 * factor))
        }
        for channel in 0..<map.channels {
            for row in 0..<result.height {
                let (top, bottom, v) = place(row, map.height)
                for column in 0..<result.width {
                    let (left, right, h) = place(column, map.width)
                    let upper = map[channel, top, left] * (2 * factor - h) + map[channel, top, right] * h
                    let lower = map[channel, bottom, left] * (2 * factor - h) + map[channel, bottom, right] * h
                    result[channel, row, column] = upper * (2 * factor - v) + lower * v
                }
            }
        }
        return result
    }
}

import BBCUNetworks
import BBCUPortChecking

extension DiagnosisTests {
    static let faults: [Fault] = signFaults + scaleFaults + epilogueFaults + orderFaults + networkFaults

    static let signFaults: [Fault] = [
        Fault(id: "padding-minus-one", module: unit) { $0.border = { _, _, _, _ in -1 } },
        Fault(id: "padding-plus-one", module: unit) { $0.border = { _, _, _, _ in 1 } },
        Fault(id: "padding-before-shift", module: unit) { port in
            let shift = port.values["body.0.body.0.move0.bias"] ?? []
            port.border = { _, channel, _, _ in shift[channel] > 0 ? 1 : shift[channel] < 0 ? -1 : 0 }
        },
        Fault(id: "padding-edge", module: unit) { $0.border = { $0.clamped($1, $2, $3) } },
        Fault(id: "sign-of-zero-plus-one", module: "model.2", subject: .zeros) {
            $0.sign = { $0 + $1 >= 0 ? 1 : -1 }
        },
        Fault(id: "sign-of-zero-minus-one", module: "model.2", subject: .zeros) {
            $0.sign = { $0 + $1 > 0 ? 1 : -1 }
        },
        Fault(id: "popcount-unscaled", module: unit) { $0.sum = { $0.equal } },
        Fault(id: "popcount-unscaled", module: unit, name: "p - n") { $0.sum = { $0.equal - $0.count } },
        Fault(id: "border-count-unmasked", module: unit) { $0.sum = { 2 * $0.equal - $0.all } },
        Fault(id: "border-count-unmasked", module: unit, name: "equal") {
            $0.sum = { 2 * ($0.equal + $0.outOfImage) - $0.all }
        },
        Fault(id: "accumulator-wraps", module: unit, subject: .wide) {
            $0.sum = { Int(Int8(truncatingIfNeeded: 2 * $0.equal - $0.count)) }
        },
        Fault(id: "accumulator-saturates", module: unit, subject: .wide) {
            $0.sum = { Int(Int8(clamping: 2 * $0.equal - $0.count)) }
        },
        Fault(id: "tail-bits-unmasked", module: unit) { $0.sum = { 2 * $0.equal - $0.count + 8 * $0.valid / 24 } },
        Fault(id: "tail-bits-unmasked", module: unit, name: "as equal bits") {
            $0.sum = { 2 * $0.equal - $0.count + 2 * 40 * $0.valid / 24 }
        },
        Fault(id: "bits-inverted", module: unit) { $0.polarity = -1 },
    ]

    static let scaleFaults: [Fault] = [
        Fault(id: "alpha-missing", module: unit) { $0.alpha = { _, _ in 1 } },
        Fault(id: "alpha-rms", module: unit) {
            $0.alpha = { filter, _ in (filter.reduce(0) { $0 + $1 * $1 } / Float(filter.count)).squareRoot() }
        },
        Fault(id: "alpha-sum", module: unit) { $0.alpha = { filter, _ in filter.reduce(0) { $0 + abs($1) } } },
        Fault(id: "alpha-median", module: unit, name: "lower") {
            $0.alpha = { filter, _ in filter.map { abs($0) }.sorted()[(filter.count - 1) / 2] }
        },
        Fault(id: "alpha-median", module: unit, name: "mean of two") {
            $0.alpha = { filter, _ in
                let sorted = filter.map { abs($0) }.sorted()
                return (sorted[filter.count / 2 - 1] + sorted[filter.count / 2]) / 2
            }
        },
        Fault(id: "alpha-per-tensor", module: unit) {
            $0.alpha = { _, tensor in tensor.reduce(0) { $0 + abs($1) } / Float(tensor.count) }
        },
        Fault(id: "alpha-after-clamp", module: unit, subject: .large) {
            $0.alpha = { filter, _ in filter.reduce(0) { $0 + min(abs($1), 1) } / Float(filter.count) }
        },
    ]

    static let epilogueFaults: [Fault] = [
        Fault(id: "shift-missing", module: unit) { $0.sign = { value, _ in value > 0 ? 1 : value < 0 ? -1 : 0 } },
        Fault(id: "shift-negated", module: unit) { $0.sign = { $0 - $1 > 0 ? 1 : $0 - $1 < 0 ? -1 : 0 } },
        Fault(id: "shift-after-sign", module: unit) { $0.sign = { ($0 > 0 ? 1 : $0 < 0 ? -1 : 0) + $1 } },
        Fault(id: "slope-off-by-one", module: unit, name: "next") { $0.slope = { $0[($1 + 1) % $0.count] } },
        Fault(id: "slope-off-by-one", module: unit, name: "previous") {
            $0.slope = { $0[($1 + $0.count - 1) % $0.count] }
        },
        Fault(id: "slope-shared", module: unit, name: "first") { $0.slope = { slopes, _ in slopes[0] } },
        Fault(id: "slope-shared", module: unit, name: "mean") {
            $0.slope = { slopes, _ in slopes.reduce(0, +) / Float(slopes.count) }
        },
        Fault(id: "slope-on-positives", module: unit) { $0.activate = { $0 > 0 ? $1 * $0 : $0 } },
        Fault(id: "slope-missing", module: unit) { $0.activate = { value, _ in value } },
        Fault(id: "slope-missing", module: unit, name: "ReLU") { $0.activate = { value, _ in max(value, 0) } },
        Fault(id: "first-bias-missing", module: unit) { $0.first = "none" },
        Fault(id: "second-bias-missing", module: unit) { $0.second = "none" },
        Fault(id: "biases-swapped", module: unit) { ($0.first, $0.second) = ($0.second, $0.first) },
        Fault(id: "convolution-bias-missing", module: "model.2", subject: .deblock) { port in
            for key in port.values.keys where key.hasSuffix(UnitKey.bias) { port.values[key] = nil }
        },
        Fault(id: "convolution-bias-missing", module: "conv_first", name: "float") {
            $0.values["conv_first.bias"] = nil
        },
        Fault(id: "residual-missing", module: unit) { $0.residual = { _, _ in 0 } },
        Fault(id: "residual-after-shift", module: unit) { $0.residual = { $0 + $1 } },
        Fault(id: "residual-upsampling-bilinear", module: "upconv1") {
            $0.upsampleResidual = { ScalarPort.bilinear($0, $1, alignsCorners: false) }
        },
        Fault(id: "residual-upsampling-shifted", module: "upconv1", name: "edge") {
            $0.upsampleResidual = { ScalarPort.moved($0, $1, rows: 1, columns: 1, wraps: false) }
        },
        Fault(id: "residual-upsampling-shifted", module: "upconv1", name: "wrap") {
            $0.upsampleResidual = { ScalarPort.moved($0, $1, rows: 0, columns: 1, wraps: true) }
        },
    ]

    static let orderFaults: [Fault] = [
        Fault(id: "kernel-rotated", module: "conv_first") { $0.tap = { (2 - $0, 2 - $1) } },
        Fault(id: "kernel-transposed", module: "conv_first") { $0.tap = { ($1, $0) } },
        Fault(id: "channels-transposed", module: "conv_first") { $0.transposesChannels = true },
        Fault(id: "bits-reversed", module: unit, name: "8") { $0.channel = { $0 / 8 * 8 + 7 - $0 % 8 } },
        Fault(id: "bits-reversed", module: unit, name: "16") { $0.channel = { $0 / 16 * 16 + 15 - $0 % 16 } },
        Fault(id: "bits-reversed", module: unit, name: "32") { $0.channel = { $0 / 32 * 32 + 31 - $0 % 32 } },
        Fault(id: "bits-reversed", module: unit, subject: .wide, name: "64") {
            $0.channel = { $0 / 64 * 64 + 63 - $0 % 64 }
        },
        Fault(id: "word-order", module: unit, name: "bytes of 32") {
            $0.channel = { $0 / 32 * 32 + (3 - $0 % 32 / 8) * 8 + $0 % 8 }
        },
        Fault(id: "word-order", module: unit, subject: .wide, name: "halves of 64") { $0.channel = { ($0 + 32) % 64 } },
        Fault(id: "word-order", module: unit, name: "bytes of all") { $0.channel = { (2 - $0 / 8) * 8 + $0 % 8 } },
        Fault(id: "pixel-shuffle-dcr", module: "upconv1") {
            $0.shuffle = { channel, row, column, factor, channels in (row * factor + column) * channels + channel }
        },
        Fault(id: "pixel-shuffle-transposed", module: "upconv1") {
            $0.shuffle = { channel, row, column, factor, _ in (channel * factor + column) * factor + row }
        },
        Fault(id: "units-swapped", module: unit) { port in
            for (key, value) in port.values where key.hasPrefix("body.0.body.") {
                let other = key.hasPrefix("body.0.body.0") ? "body.0.body.1" : "body.0.body.0"
                let name = other + key.dropFirst(13)
                if key.hasPrefix("body.0.body.0") {
                    port.values[key] = port.values[name]
                    port.values[name] = value
                }
            }
        },
    ]

    static let networkFaults: [Fault] = [
        Fault(id: "skip-missing", module: "output") { $0.skip = { _, _ in nil } },
        Fault(id: "skip-missing", module: "output", subject: .zeros, name: "denoiser") { $0.skip = { _, _ in nil } },
        Fault(id: "skip-missing", module: "output", subject: .zeros, name: "the noise itself") {
            $0.skip = { _, _ in nil }
            $0.damage = { name, map in if name == "output" { map = map.map { -$0 } } }
        },
        Fault(id: "skip-added", module: "output", subject: .zeros) {
            $0.damage = { name, map in
                // -(-x - n): the skip enters the subtraction negated.
                if name == "output" { map = map.map { -$0 } }
            }
            $0.skip = { map, _ in map.map { -$0 } }
        },
        Fault(id: "output-bgr", module: "output") {
            $0.damage = { name, map in
                guard name == "output" else { return }
                let size = map.height * map.width
                map.values = map.values.indices.map { map.values[(2 - $0 / size) * size + $0 % size] }
            }
        },
        Fault(id: "output-0-255", module: "output") {
            $0.damage = { name, map in if name == "output" { map = map.map { $0 * 255 } } }
        },
        Fault(id: "output-clamped", module: "output") {
            $0.damage = { name, map in if name == "output" { map = map.map { min(max($0, 0), 1) } } }
        },
        Fault(id: "output-8-bit", module: "output", name: "rounded") {
            $0.damage = { name, map in
                if name == "output" { map = map.map { (min(max($0, 0), 1) * 255).rounded(.toNearestOrEven) / 255 } }
            }
        },
        Fault(id: "output-truncated", module: "output", name: "0 to 255") {
            $0.damage = { name, map in
                if name == "output" { map = map.map { (min(max($0, 0), 1) * 255).rounded(.down) } }
            }
        },
        Fault(id: "skip-nearest", module: "output") { $0.skip = { ScalarPort.nearest($0, $1) } },
        Fault(id: "skip-bicubic", module: "output", name: "-0.75") {
            $0.skip = { ScalarPort.bicubic($0, $1, a: -0.75) }
        },
        Fault(id: "skip-bicubic", module: "output", name: "-0.5") { $0.skip = { ScalarPort.bicubic($0, $1, a: -0.5) } },
        Fault(id: "bilinear-align-corners", module: "output") {
            $0.skip = { ScalarPort.bilinear($0, $1, alignsCorners: true) }
        },
        Fault(id: "leaky-slope", module: unit) { $0.leaky = 0.2 },
        Fault(id: "leaky-slope", module: unit, name: "an odd one") { $0.leaky = 0.137 },
        Fault(id: "k-missing", module: "conv_first") { ($0.factorIn, $0.factorOut) = (1, 1) },
        Fault(id: "k-missing-at-input", module: "conv_first") { $0.factorIn = 1 },
        Fault(id: "k-missing-at-output", module: "output") { $0.factorOut = 1 },
        Fault(id: "k-other", module: "conv_first") { ($0.factorIn, $0.factorOut) = (130, 130) },
        Fault(id: "k-other", module: "conv_first", name: "an odd one") { ($0.factorIn, $0.factorOut) = (37.25, 37.25) },
        Fault(id: "input-bgr", module: "conv_first") {
            $0.input = { image in
                var result = image
                let size = image.height * image.width
                for index in image.values.indices {
                    result.values[index] = image.values[(2 - index / size) * size + index % size]
                }
                return result
            }
        },
        Fault(id: "input-0-255", module: "conv_first") { $0.input = { $0.map { $0 * 255 } } },
        Fault(id: "wrong-root", module: "conv_first") { port in
            guard let other = try? DiagnosisTests.model(.general, seed: 77) else { return }
            port.values = other.values
        },
        Fault(id: "float16-activations", module: "conv_first") { $0.store = { Float(Float16($0)) } },
    ]
}

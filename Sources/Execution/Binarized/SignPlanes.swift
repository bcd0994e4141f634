import Networks

/// The signs of a feature map, one bit a channel and 64 to a word, with the border that the convolution reads.
struct SignPlanes: Sendable {
    /// Words a pixel.
    let words: Int
    /// Bit 1 is +1.
    let signs: [UInt64]
    /// Bit 1 where the value is not zero; 0 throughout a border of zeros.
    let valid: [UInt64]
    /// For each pixel 1 where a channel has no sign.
    let hasZero: [UInt8]

    /// The signs of x + b, with a border of `margin` pixels.
    init(_ input: FeatureMap<Float>, shift: [Float], unit: BinaryUnit) {
        let margin = unit.kernel / 2
        let channels = input.channels
        words = (channels + 63) / 64
        let rowPixels = input.width + 2 * margin
        let pixels = (input.height + 2 * margin) * rowPixels
        let border = Self.border(unit.padding, channels: channels)
        var signs: [UInt64] = []
        var valid: [UInt64] = []
        signs.reserveCapacity(pixels * words)
        valid.reserveCapacity(pixels * words)
        var hasZero = [UInt8](repeating: unit.padding == .zero ? 1 : 0, count: pixels)
        func appendBorder(_ count: Int) {
            for _ in 0..<count {
                signs += border.signs
                valid += border.valid
            }
        }
        appendBorder(margin * rowPixels)
        for row in 0..<input.height {
            appendBorder(margin)
            for column in 0..<input.width {
                let start = (row * input.width + column) * channels
                var isComplete = true
                for first in stride(from: 0, to: channels, by: 64) {
                    let count = min(64, channels - first)
                    let word = Self.pack(input.values, start + first, shift, first, count, unit.signOfZero)
                    signs.append(word.sign)
                    valid.append(word.valid)
                    isComplete = isComplete && word.valid == Self.mask(count)
                }
                hasZero[(row + margin) * rowPixels + column + margin] = isComplete ? 0 : 1
            }
            appendBorder(margin)
        }
        appendBorder(margin * rowPixels)
        self.signs = signs
        self.valid = valid
        self.hasZero = hasZero
    }

    @inline(__always)
    private static func pack(
        _ values: [Float], _ start: Int, _ shift: [Float], _ firstChannel: Int, _ count: Int, _ zero: SignOfZero
    ) -> (sign: UInt64, valid: UInt64) {
        var positive: UInt64 = 0
        var negative: UInt64 = 0
        for bit in 0..<count {
            let value = values[start + bit] + shift[firstChannel + bit]
            positive |= (value > 0 ? 1 : 0) << UInt64(bit)
            negative |= (value < 0 ? 1 : 0) << UInt64(bit)
        }
        switch zero {
        case .zero: return (positive, positive | negative)
        case .plusOne: return (mask(count) & ~negative, mask(count))
        case .minusOne: return (positive, mask(count))
        }
    }

    /// The words of one border pixel.
    private static func border(_ padding: Padding, channels: Int) -> (signs: [UInt64], valid: [UInt64]) {
        let full = stride(from: 0, to: channels, by: 64).map { mask(min(64, channels - $0)) }
        let empty = [UInt64](repeating: 0, count: full.count)
        switch padding {
        case .zero: return (empty, empty)
        case .plusOne: return (full, full)
        case .minusOne: return (empty, full)
        }
    }

    private static func mask(_ count: Int) -> UInt64 { count == 64 ? .max : (1 << UInt64(count)) - 1 }

    /// The signs as numbers, without the border.
    func numbers(channels: Int, height: Int, width: Int, margin: Int) -> FeatureMap<Float> {
        var values: [Float] = []
        values.reserveCapacity(channels * height * width)
        for row in 0..<height {
            for column in 0..<width {
                let pixel = ((row + margin) * (width + 2 * margin) + column + margin) * words
                for channel in 0..<channels {
                    let word = pixel + channel / 64
                    let bit = UInt64(channel % 64)
                    let isValid = valid[word] >> bit & 1 == 1
                    values.append(isValid ? (signs[word] >> bit & 1 == 1 ? 1 : -1) : 0)
                }
            }
        }
        return FeatureMap<Float>(height: height, width: width, channels: channels, filled: values)
    }
}

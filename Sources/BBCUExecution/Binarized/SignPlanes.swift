import BBCUNetworks
import TensorBytes

/// The signs of a feature map, one bit a channel and 64 to a word, with the border that the convolution reads.
package struct SignPlanes: Sendable {
    /// Words a pixel.
    let words: Int
    /// Bit 1 is +1.
    private(set) var signs: [UInt64]
    /// Bit 1 where the value is not zero; 0 throughout a border of zeros.
    private(set) var valid: [UInt64]
    /// For each pixel 1 where a channel has no sign.
    private(set) var hasZero: [UInt8]

    private init(words: Int, signs: [UInt64], valid: [UInt64], hasZero: [UInt8]) {
        self.words = words
        self.signs = signs
        self.valid = valid
        self.hasZero = hasZero
    }

    /// The signs of x + b, with a border of `margin` pixels.
    init(_ input: FeatureMap<Float>, shift: [Float], unit: BinaryUnit) {
        self.init(
            joining: [SignPlanes(rows: input, shift: shift, unit: unit)], width: input.width, channels: input.channels,
            unit: unit)
    }

    /// The signs of rows of a map, with a border at their sides alone.
    init(rows input: FeatureMap<Float>, shift: [Float], unit: BinaryUnit) {
        let margin = unit.kernel / 2
        let channels = input.channels
        let border = Self.border(unit.padding, channels: channels, pixels: margin)
        let count = input.height * (input.width + 2 * margin)
        self.init(words: border.words, signs: [], valid: [], hasZero: [])
        signs.reserveCapacity(count * words)
        valid.reserveCapacity(count * words)
        hasZero.reserveCapacity(count)
        for row in 0..<input.height {
            append(border)
            for column in 0..<input.width {
                let start = (row * input.width + column) * channels
                var isComplete = true
                for first in stride(from: 0, to: channels, by: 64) {
                    let count = min(64, channels - first)
                    let word = Self.pack(
                        input.values.span.extracting(start + first..<start + first + count),
                        shift.span.extracting(first..<first + count), unit.signOfZero)
                    signs.append(word.sign)
                    valid.append(word.valid)
                    isComplete = isComplete && word.valid == Self.mask(count)
                }
                hasZero.append(isComplete ? 0 : 1)
            }
            append(border)
        }
    }

    private mutating func append(_ next: SignPlanes) {
        signs += next.signs
        valid += next.valid
        hasZero += next.hasZero
    }

    /// The rows of an image in order, with the border above and below them.
    init(joining parts: [SignPlanes], width: Int, channels: Int, unit: BinaryUnit) {
        let margin = unit.kernel / 2
        self = Self.border(unit.padding, channels: channels, pixels: margin * (width + 2 * margin))
        let border = self
        for part in parts + [border] { append(part) }
    }

    /// What the convolution reads for a part of the image.
    ///
    /// - Parameter rowPixels: pixels of a row with its border.
    func window(_ tile: PixelRectangle, margin: Int, rowPixels: Int) -> SignPlanes {
        var result = SignPlanes(words: words, signs: [], valid: [], hasZero: [])
        let pixels = tile.width + 2 * margin
        for row in tile.rows.lowerBound..<tile.rows.upperBound + 2 * margin {
            let start = row * rowPixels + tile.columns.lowerBound
            result.signs += signs[start * words..<(start + pixels) * words]
            result.valid += valid[start * words..<(start + pixels) * words]
            result.hasZero += hasZero[start..<start + pixels]
        }
        return result
    }

    @inline(__always)
    private static func pack(_ values: Span<Float>, _ shift: Span<Float>, _ zero: SignOfZero)
        -> (sign: UInt64, valid: UInt64)
    {
        let count = shift.count
        precondition(values.count == count)
        var positive: UInt64 = 0
        var negative: UInt64 = 0
        for bit in 0..<count {
            let value = values[bit] + shift[bit]
            positive |= (value > 0 ? 1 : 0) &<< UInt64(bit)
            negative |= (value < 0 ? 1 : 0) &<< UInt64(bit)
        }
        switch zero {
        case .zero: return (positive, positive | negative)
        case .plusOne: return (mask(count) & ~negative, mask(count))
        case .minusOne: return (positive, mask(count))
        }
    }

    /// So many pixels of the border.
    private static func border(_ padding: Padding, channels: Int, pixels: Int) -> SignPlanes {
        let full = stride(from: 0, to: channels, by: 64).map { mask(min(64, channels - $0)) }
        let empty = [UInt64](repeating: 0, count: full.count)
        func repeated(_ pixel: [UInt64]) -> [UInt64] { (0..<pixels).flatMap { _ in pixel } }
        return SignPlanes(
            words: full.count, signs: repeated(padding == .plusOne ? full : empty),
            valid: repeated(padding == .zero ? empty : full),
            hasZero: [UInt8](repeating: padding == .zero ? 1 : 0, count: pixels))
    }

    private static func mask(_ count: Int) -> UInt64 { count == 64 ? .max : (1 << UInt64(count)) - 1 }

    /// The signs as numbers, without the border.
    /// - Parameter top: rows of border above.
    func numbers(channels: Int, height: Int, width: Int, margin: Int, top: Int) -> FeatureMap<Float> {
        var values = [Float](repeating: 0, count: channels * height * width)
        for row in 0..<height {
            for column in 0..<width {
                let pixel = ((row + top) * (width + 2 * margin) + column + margin) * words
                let start = (row * width + column) * channels
                for first in stride(from: 0, to: channels, by: 64) {
                    let sign = signs[pixel + first / 64]
                    let isValid = valid[pixel + first / 64]
                    for bit in 0..<min(64, channels - first) {
                        // +1 for both bits, -1 for the second alone, 0 for neither.
                        let number = 2 * Int32(truncatingIfNeeded: sign >> UInt64(bit) & 1) - 1
                        values[start + first + bit] = Float(
                            number * Int32(truncatingIfNeeded: isValid >> UInt64(bit) & 1))
                    }
                }
            }
        }
        return FeatureMap<Float>(height: height, width: width, channels: channels, filled: values)
    }
}

/// ITU-R BT.601: how luma and the two colour differences follow from red, green and blue. The one place of its numbers.
package enum BT601 {
    /// The share of each colour in luma.
    @inlinable package static var weights: (red: Double, green: Double, blue: Double) { (0.299, 0.587, 0.114) }
    /// What B - L and R - L are divided by, so that they lie in -1/2...1/2 of the peak.
    @inlinable package static var divisors: (blue: Double, red: Double) { (1.772, 1.402) }

    /// L of three colours, in their units.
    @inlinable package static func luma(_ red: Double, _ green: Double, _ blue: Double) -> Double {
        weights.red * red + weights.green * green + weights.blue * blue
    }

    /// Y in 16...235 of colours in 0...255, in the order of the published test code and of MATLAB's `rgb2ycbcr`, unfused,
    /// since the last bit decides how ties round.
    @inlinable package static func studioLuma(_ red: Double, _ green: Double, _ blue: Double) -> Double {
        ((65.481 * red + 128.553 * green) + 24.966 * blue) / 255 + 16
    }

    /// The green of a luma with its red and blue.
    @inlinable package static func green(luma: Double, red: Double, blue: Double) -> Double {
        (luma - weights.red * red - weights.blue * blue) / weights.green
    }
}

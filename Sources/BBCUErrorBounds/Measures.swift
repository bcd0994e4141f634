import BBCUExecution
import BBCUPlatform

/// How far two numbers or two images are apart.
public enum Measures {
    /// How many float32 numbers lie between two, counting one end; both zeros are one number. Nil for a NaN.
    public static func ulpDistance(_ first: Float, _ second: Float) -> Int? {
        guard !first.isNaN, !second.isNaN else { return nil }
        return abs(ordinal(first) - ordinal(second))
    }

    private static func ordinal(_ value: Float) -> Int {
        let magnitude = Int(value.bitPattern & 0x7FFF_FFFF)
        return value.sign == .minus ? -magnitude : magnitude
    }

    /// The peak signal-to-noise ratio for a peak of 1, in dB: -10 log10(mean squared difference), in float64. Nil
    /// where the images are equal, NaN where they have not as many values, which says nothing good.
    public static func psnr(_ first: [Double], _ second: [Double]) -> Double? {
        guard first.count == second.count else { return .nan }
        var sum = 0.0
        for index in first.indices {
            let difference = first[index] - second[index]
            sum += difference * difference
        }
        return sum == 0 ? nil : -10 * (sum / Double(first.count)).commonLogarithm
    }

    /// A value of an image in [0, 1] as 8 bits: clamped, times 255 in float32, rounded half to even. Nil for a NaN.
    public static func byte(_ value: Float) -> UInt8? {
        value.isNaN ? nil : UInt8((min(max(value, 0), 1) * 255).rounded(.toNearestOrEven))
    }

    /// How many pixels differ, in any channel, once both images have 8 bits; a NaN differs from everything. Nil for images
    /// of different sizes.
    public static func differingPixels(_ first: FeatureMap<Float>, _ second: FeatureMap<Float>) -> Int? {
        guard first.channels == second.channels, first.height == second.height, first.width == second.width else {
            return nil
        }
        let channels = first.channels
        return (0..<first.height * first.width).count { pixel in
            (pixel * channels..<(pixel + 1) * channels).contains {
                guard let left = byte(first.values[$0]), let right = byte(second.values[$0]) else { return true }
                return left != right
            }
        }
    }
}

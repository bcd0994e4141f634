import TensorBytes

/// A small pseudo-random generator whose sequence depends on its seed alone (SplitMix64; Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that starts from `seed`.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension FeatureMap where Scalar == Float {
    /// An image of 8-bit noise: every value is the top byte of the generator's next number, divided by 255, in the
    /// order of `values`.
    ///
    /// - Throws: ``ExecutionError/size(channels:height:width:)`` for a size that is not positive, or more than
    ///   2^40 values.
    public static func noise(
        channels: Int, height: Int, width: Int, seed: UInt64
    ) throws(ExecutionError) -> FeatureMap<Float> {
        guard channels > 0, height > 0, width > 0, let count = TensorShape.elementCount([channels, height, width]),
            count <= 1 << 40
        else { throw .size(channels: channels, height: height, width: width) }
        return FeatureMap(noise: channels, height: height, width: width, seed: seed)
    }

    /// The same of a size that is known to be one.
    package init(noise channels: Int, height: Int, width: Int, seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let values = (0..<channels * height * width).map { _ in Float(generator.next() >> 56) / 255 }
        self.init(height: height, width: width, channels: channels, filled: values)
    }
}

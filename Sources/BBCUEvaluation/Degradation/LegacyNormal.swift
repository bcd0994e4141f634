import BBCUPlatform

/// Normal numbers as NumPy's legacy `RandomState.normal(0, scale)` draws them: the polar form of Box and Muller
/// (Marsaglia and Bray, 1964), whose second number is given first.
public struct LegacyNormal: Sendable {
    private var generator: MersenneTwister
    private var kept: Double?

    /// A sequence that depends on its seed alone.
    public init(seed: UInt32) { generator = MersenneTwister(seed: seed) }

    /// The next number with mean 0 and standard deviation 1.
    public mutating func next() -> Double {
        if let value = kept {
            kept = nil
            return value
        }
        while true {
            let first = 2 * generator.nextDouble() - 1
            let second = 2 * generator.nextDouble() - 1
            let squared = first * first + second * second
            guard squared < 1, squared != 0 else { continue }
            let factor = (-2 * squared.naturalLogarithm / squared).squareRoot()
            kept = factor * first
            return factor * second
        }
    }
}

/// What a unit computed, step by step.
public struct UnitResult<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// The signs of the shifted input: -1, 0 or +1 (`binary_activation`).
    public var signs: FeatureMap<Float>
    /// The scaled 1-bit convolution with its bias (`binary_conv`).
    public var convolved: FeatureMap<Scalar>
    /// The sum of |partial sum| of each value of `convolved`, where asked for; else empty.
    public var magnitudes: [Scalar] = []
    /// The RPReLU's output (`relu`), before any shuffle.
    public var branch: FeatureMap<Scalar>
    /// The unit's output.
    public var output: FeatureMap<Scalar>
}

/// What a layer computed.
public struct LayerResult<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// The layer's output.
    public var output: FeatureMap<Scalar>
    /// The sum of |partial sum| of each value, for a float convolution where asked for; else empty.
    public var magnitudes: [Scalar] = []
    /// The steps within, for a unit.
    public var unit: UnitResult<Scalar>?
}

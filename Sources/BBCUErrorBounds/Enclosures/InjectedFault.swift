import BBCUNetworks

/// What a wrong port does differently in one layer, beside other weights or another operation.
public struct InjectedFault: Sendable, Hashable {
    /// What becomes of a 1-bit convolution's integer sums S, where n taps count.
    public enum Sums: Sendable, Hashable {
        /// The number of equal bits in place of 2 p - n.
        case unscaled
        /// p - n in place of 2 p - n.
        case unscaledLessCount
        /// The number of unequal bits.
        case unequal
        /// n is that of the interior everywhere: taps beyond the border count as unequal bits, or as equal ones.
        case borderUnmasked(equal: Bool)
        /// The unused bits of the last word count as equal, at every tap within the image.
        case tail(perTap: Int)
        /// Kept in so many bits, two's complement.
        case wraps(bits: Int)
        /// Held at the ends of so many bits, or with a lower end that mirrors the upper one.
        case saturates(bits: Int, isSymmetric: Bool = false)
    }

    /// What stands in for a shortcut or skip.
    public enum Shortcut: Sendable, Hashable {
        case missing
        /// The denoisers' noise itself, where the input less the noise is due.
        case missingAndSign
        /// The denoisers' noise added where it is to be subtracted.
        case added
        /// The unit's input after its shift.
        case shifted
        case bilinear(alignsCorners: Bool)
        case nearest
        /// Cubic convolution with this a.
        case bicubic(a: Double)
        /// Nearest, moved by so many pixels of the result; what comes in is the edge's or the other side's.
        case moved(rows: Int, columns: Int, wraps: Bool)
    }

    /// Whether a part of a map does not show what the whole one does.
    package var dependsOnSize: Bool {
        switch shortcut {
        case .bilinear(let alignsCorners): alignsCorners
        case .moved(_, _, let wraps): wraps
        default: false
        }
    }

    /// What is done to the integer sums; nil for what is right.
    public var sums: Sums?
    /// What is taken for the shortcut; nil for the right one.
    public var shortcut: Shortcut?
    /// The border repeats the image's edge before the sign is taken.
    public var padsWithEdge = false
    /// Zeros are put around the values before the shift is added, so that the border holds the shift's sign.
    public var padsBeforeShift = false
    /// The shift is added to the signs.
    public var shiftsAfterSign = false
    /// The slope applies to positive values.
    public var appliesSlopeToPositives = false
    /// A factor in place of k.
    public var factor: Double?
    /// The last rounding of the layer is to this precision.
    public var roundsOutput: Arithmetic?

    /// None: the right layer.
    public init() {}

    /// One that is changed in one thing.
    public static func with(_ change: (inout InjectedFault) -> Void) -> InjectedFault {
        var result = InjectedFault()
        change(&result)
        return result
    }
}

import TensorBytes

/// A simple rule by which a tensor B follows from a tensor A. Each was checked on every value.
public enum Relation: JSONModel, Sendable, Hashable {
    /// The same numbers in another dtype.
    case sameValues
    /// B is A rounded to the nearest number of the dtype, ties to even, whichever dtype holds the result. Through
    /// float32: rounded to that first, as PyTorch converts float64 to smaller types.
    case rounded(DType, isThroughFloat32: Bool)
    /// B = A + c, computed in float64 and rounded once (or through float32, as PyTorch does for smaller types), within
    /// so many units in the last place of B.
    case offset(Double, ulps: Double)
    /// B = c A, in the same sense.
    case factor(Double, ulps: Double)
    /// The same values in row-major order, in another shape.
    case reshaped
    /// Axis i of B is axis `axes[i]` of A.
    case transposed(axes: [Int])
    /// Along the axis, slice i of B is slice `order[i]` of A.
    case permuted(axis: Int, order: [Int])
    /// |A| = |B|; so many values have the other sign.
    case signsFlipped(Int)
    /// B = sign(A): 1, -1, and for zeros of A the given value, nil where A has none.
    case signs(ofZero: Int?)

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .sameValues: try encoder.encode(["kind": "same_values"])
        case .rounded(let dtype, let isThroughFloat32):
            try encoder.encode(["kind": "rounded", "dtype": dtype, "through_float32": isThroughFloat32])
        case .offset(let c, let ulps): try encoder.encode(["kind": "offset", "c": Self.shortest(c), "ulps": ulps])
        case .factor(let c, let ulps): try encoder.encode(["kind": "factor", "c": Self.shortest(c), "ulps": ulps])
        case .reshaped: try encoder.encode(["kind": "reshaped"])
        case .transposed(let axes): try encoder.encode(["kind": "transposed", "axes": axes])
        case .permuted(let axis, let order):
            try encoder.encode(["kind": "permuted", "axis": axis, "order": order])
        case .signsFlipped(let count): try encoder.encode(["kind": "sign_flipped", "count": count])
        case .signs(let ofZero): try encoder.encode(["kind": "signs_of", "of_zero": ofZero])
        }
    }

    /// What is written with the fewest digits that read back as the number: an integer, or a float32 where it is one.
    package static func shortest(_ value: Double) -> any Encodable {
        if abs(value) < 0x1p53, value == value.rounded() { return Int(value) }
        return Double(Float(value)) == value ? Float(value) : value
    }
}

extension Relation {
    /// What relations of different tensors have in common, so that one sentence can explain them all.
    enum Kind: Hashable {
        case sameValues, reshaped, signsFlipped, signs
        case rounded(DType)
        // Tensors pin c down to different precision; what they share is the number in float32.
        case offset(Float)
        case factor(Float)
        case transposed([Int])
        case permuted([Int])
    }

    var kind: Kind {
        switch self {
        case .sameValues: .sameValues
        case .reshaped: .reshaped
        case .signsFlipped: .signsFlipped
        case .signs: .signs
        case .rounded(let dtype, _): .rounded(dtype)
        case .offset(let value, _): .offset(Float(value))
        case .factor(let value, _): .factor(Float(value))
        case .transposed(let axes): .transposed(axes)
        case .permuted(_, let order): .permuted(order)
        }
    }
}

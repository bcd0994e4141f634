import BBCUCheckpointDiff
import OrderedCollections
import TensorBytes

extension Relation {
    /// The relation in words, about tensors called A and B.
    ///
    /// - Parameter change: the tensors' dtypes and shapes, where the relation is that of one pair.
    public func text(_ change: Difference.Change? = nil) -> String {
        let rounding = change.flatMap { $0.a.dtype == $0.b.dtype ? nil : ", rounded to \($0.b.dtype.rawValue)" } ?? ""
        switch self {
        case .sameValues: return "the same values in another dtype"
        case .rounded(let dtype, let isThroughFloat32):
            return "B is A rounded to \(dtype.rawValue)" + (isThroughFloat32 ? " by way of float32" : "")
        case .offset(let c, let ulps):
            let sum = c < 0 ? "A - \(Self.number(-c))" : "A + \(Self.number(c))"
            return "B = " + sum + rounding + Self.residual(ulps)
        case .factor(let c, let ulps):
            return "B = " + Self.product(c) + rounding + Self.residual(ulps)
        case .reshaped: return "the same values in another shape"
        case .transposed(let axes):
            return axes == [1, 0] ? "B is A transposed" : "B is A with its axes in the order \(TensorShape.text(axes))"
        case .permuted(let axis, let order):
            let first = order.prefix(8).map(String.init).joined(separator: ", ") + (order.count > 8 ? ", …" : "")
            let place = change == nil ? "an axis" : "axis \(axis)"
            return "B is A with its channels along \(place) in another order: \(first)"
        case .signsFlipped(let count):
            let all = change?.a.elementCount.map { " of \(NumberText.grouped($0))" } ?? ""
            return change == nil
                ? "|A| = |B|, only signs differ" : "|A| = |B|, the signs of \(NumberText.grouped(count))\(all) differ"
        case .signs(let ofZero): return "B = sign(A)" + (ofZero.map { ", \($0) where A is 0" } ?? "")
        }
    }

    private static func product(_ c: Double) -> String {
        if c == -1 { return "-A" }
        if c == 0 { return "0" }
        let text = number(c)
        let divisor = (1 / c).rounded()
        // 0.3333333333333333 A is better read as A / 3.
        return text.count > 8 && 1 / divisor == c ? "A / \(number(divisor))" : text + " A"
    }

    private static func residual(_ ulps: Double) -> String {
        ulps == 0 ? "" : ", within \(NumberText.significant(ulps, 3)) ULP"
    }

    /// The fewest digits that read back as the number, as a float32 where it is one.
    private static func number(_ value: Double) -> String { JSONValue(encoding: shortest(value)).text }
}

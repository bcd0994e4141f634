import BBCUPlatform
import TensorBytes

/// Whether pieces make up a tensor: every element in exactly one of them.
struct PieceCover {
    let shape: [Int]
    let pieces: [DistributedPlan.Piece]
    /// Pairs of pieces that are compared at most; what honest writers cut along one axis needs none.
    private static let mostPairs = 20_000_000

    /// Why the pieces do not make up the tensor, in words; nil if they do.
    var fault: String? {
        var covered = 0
        guard let total = TensorShape.elementCount(shape) else { return "a shape of more elements than 2^63" }
        for piece in pieces {
            guard isInside(piece) else {
                return
                    "the piece at \(TensorShape.text(piece.offsets)) of \(TensorShape.text(piece.sizes)) reaches outside the "
                    + "tensor's \(TensorShape.text(shape))"
            }
            covered = covered.adding(TensorShape.elementCount(piece.sizes) ?? .max) ?? .max
        }
        if covered > total { return "pieces overlap: which of them is meant cannot be known" }
        if covered < total { return "pieces of \(covered.counted("element")), where the tensor has \(total)" }
        return overlap
    }

    private func isInside(_ piece: DistributedPlan.Piece) -> Bool {
        guard piece.offsets.count == shape.count, piece.sizes.count == shape.count else { return false }
        return shape.indices.allSatisfy { axis in
            piece.offsets[axis].adding(piece.sizes[axis]).map { $0 <= shape[axis] } ?? false
        }
    }

    /// Walks along the axis that is cut most often; only pieces that lie over each other there are compared.
    private var overlap: String? {
        let filled = pieces.filter { !$0.sizes.contains(0) }
        let cuts = shape.indices.map { axis in Set(filled.map { $0.offsets[axis] }).count }
        guard filled.count > 1 else { return nil }
        // More than one piece of a tensor without axes was counted above.
        guard let most = cuts.max(), let axis = cuts.firstIndex(of: most) else { return nil }
        var open: [DistributedPlan.Piece] = []
        var compared = 0
        for piece in filled.sorted(by: { $0.offsets[axis] < $1.offsets[axis] }) {
            open.removeAll { $0.offsets[axis] + $0.sizes[axis] <= piece.offsets[axis] }
            compared += open.count
            guard compared <= Self.mostPairs else { return "too many pieces to be compared with each other" }
            if open.contains(where: { meets($0, piece) }) {
                return "pieces overlap: which of them is meant cannot be known"
            }
            open.append(piece)
        }
        return nil
    }

    private func meets(_ first: DistributedPlan.Piece, _ second: DistributedPlan.Piece) -> Bool {
        shape.indices.allSatisfy { axis in
            first.offsets[axis] < second.offsets[axis] + second.sizes[axis]
                && second.offsets[axis] < first.offsets[axis] + first.sizes[axis]
        }
    }
}

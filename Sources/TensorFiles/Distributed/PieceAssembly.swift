import TensorBytes

// One of two files of this target that touch memory without a check at every step: the pieces were checked as a whole.

/// Copies a tensor's pieces, each contiguous in row-major order, to their places in the whole.
struct PieceAssembly {
    let shape: [Int]
    let elementSize: Int
    let byteCount: Int

    /// The whole, or nil if a piece has fewer bytes than its sizes need. The pieces lie inside the tensor and
    /// cover it.
    func whole(_ pieces: [(piece: DistributedPlan.Piece, bytes: ByteRegion)]) -> ByteRegion? {
        guard let strides = TensorShape.contiguousStrides(shape) else { return nil }
        return ByteRegion(count: byteCount) { memory in
            for (piece, bytes) in pieces {
                guard copy(piece, bytes, strides, memory) else { return false }
            }
            return true
        }
    }

    private func copy(
        _ piece: DistributedPlan.Piece, _ bytes: ByteRegion, _ strides: [Int],
        _ memory: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard let count = TensorShape.elementCount(piece.sizes), bytes.count == count * elementSize else {
            return false
        }
        guard count > 0 else { return true }
        // The innermost axes that the piece has whole make one run, and the next axis runs of them.
        var outer = shape.count
        var run = 1
        while outer > 0 {
            outer -= 1
            run *= piece.sizes[outer]
            if piece.sizes[outer] != shape[outer] { break }
        }
        let start = zip(piece.offsets, strides).reduce(0) { $0 + $1.0 * $1.1 }
        bytes.withUnsafeBytes { source in
            var index = [Int](repeating: 0, count: outer)
            var target = start
            for position in stride(from: 0, to: count, by: run) {
                let from = source[position * elementSize..<(position + run) * elementSize]
                memory[target * elementSize..<(target + run) * elementSize].copyBytes(from: from)
                var axis = outer - 1
                while axis >= 0 {
                    index[axis] += 1
                    target += strides[axis]
                    if index[axis] < piece.sizes[axis] { break }
                    target -= strides[axis] * piece.sizes[axis]
                    index[axis] = 0
                    axis -= 1
                }
            }
        }
        return true
    }
}

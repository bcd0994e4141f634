import TensorBytes

/// Looks for the same values at other places: transposed, or with the slices along an axis in another order.
struct AxisSearch {
    /// Transpositions of more axes are not searched: there are n! of them.
    static let mostAxes = 4

    private let a: Tensor
    private let b: Tensor

    /// A search on two tensors of one dtype.
    init(_ a: Tensor, _ b: Tensor) {
        self.a = a
        self.b = b
    }

    /// The transposition that makes B of A, the one with the fewest moved axes first.
    var transposition: Relation? {
        let rank = a.shape.count
        guard rank == b.shape.count, (2...Self.mostAxes).contains(rank) else { return nil }
        let candidates = Self.orders(rank).filter { axes in
            let moves = axes.filter { a.shape[$0] > 1 }
            return axes.map { a.shape[$0] } == b.shape && moves != moves.sorted()
        }
        return candidates.first(where: isTransposed).map { .transposed(axes: $0) }
    }

    /// All orders of so many axes but the identity, those that leave most axes in place first.
    private static func orders(_ rank: Int) -> [[Int]] {
        var orders: [[Int]] = [[]]
        for _ in 0..<rank {
            orders = orders.flatMap { order in
                (0..<rank).filter { !order.contains($0) }.map { order + [$0] }
            }
        }
        let moved = orders.map { order in order.indices.filter { order[$0] != $0 }.count }
        return orders.indices.sorted { (moved[$0], $0) < (moved[$1], $1) }.dropFirst().map { orders[$0] }
    }

    private func isTransposed(_ axes: [Int]) -> Bool {
        guard let strides = TensorShape.contiguousStrides(a.shape) else { return false }
        let size = a.dtype.byteCount
        let steps = axes.map { strides[$0] * size }
        var index = [Int](repeating: 0, count: axes.count)
        var source = 0
        for start in stride(from: 0, to: b.bytes.count, by: size) {
            for offset in 0..<size where b.bytes[start + offset] != a.bytes[source + offset] { return false }
            // The next index, as an odometer counts.
            var axis = axes.count - 1
            while axis >= 0 {
                index[axis] += 1
                source += steps[axis]
                if index[axis] < b.shape[axis] { break }
                source -= steps[axis] * b.shape[axis]
                index[axis] = 0
                axis -= 1
            }
        }
        return true
    }

    /// The order of slices along the first or second axis that makes B of A.
    var permutation: Relation? {
        guard a.shape == b.shape else { return nil }
        for axis in a.shape.indices.prefix(2) {
            if let order = order(axis) { return .permuted(axis: axis, order: order) }
        }
        return nil
    }

    /// For each slice of B the slice of A that it equals, each used once; nil where there is no such order, or where so
    /// many slices are alike that it would mean little.
    private func order(_ axis: Int) -> [Int]? {
        let count = a.shape[axis]
        guard count > 1 else { return nil }
        var places: [UInt64: [Int]] = [:]
        var order = [Int?](repeating: nil, count: count)
        for index in 0..<count {
            if isSameSlice(axis, index, index) {
                order[index] = index
            } else {
                places[hash(a, axis, index), default: []].append(index)
            }
        }
        // From the back, so that taking the first costs nothing.
        for (key, indices) in places { places[key] = indices.reversed() }
        let distinct = places.count
        let moved = order.indices.filter { order[$0] == nil }
        guard 2 * distinct >= moved.count else { return nil }
        for index in moved {
            let key = hash(b, axis, index)
            guard let source = places[key]?.popLast(), isSameSlice(axis, source, index) else { return nil }
            order[index] = source
        }
        return order.compactMap(\.self)
    }

    /// Bytes of one slice's runs, how far they lie apart, and how many there are.
    private func runs(_ axis: Int) -> (count: Int, distance: Int, length: Int) {
        let length = a.shape[(axis + 1)...].reduce(a.dtype.byteCount, *)
        return (a.shape[..<axis].reduce(1, *), length * a.shape[axis], length)
    }

    private func hash(_ tensor: Tensor, _ axis: Int, _ index: Int) -> UInt64 {
        let runs = runs(axis)
        // FNV-1a (Fowler, Noll and Vo); equal hashes are held against the bytes, so any hash will do.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for run in 0..<runs.count {
            let start = run * runs.distance + index * runs.length
            for byte in tensor.bytes[start..<start + runs.length] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        return hash
    }

    private func isSameSlice(_ axis: Int, _ left: Int, _ right: Int) -> Bool {
        let runs = runs(axis)
        for run in 0..<runs.count {
            let (first, second) = (run * runs.distance + left * runs.length, run * runs.distance + right * runs.length)
            guard a.bytes[first..<first + runs.length].elementsEqual(b.bytes[second..<second + runs.length]) else {
                return false
            }
        }
        return true
    }
}

import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorPickle

// The two members of PyTorch 0.1's tar archives in which pickles and numbers take turns.
extension Scanner {
    /// `storages`: a count; for each a pickled `(key, location, class)`, a number of elements (int64) and the values;
    /// then a pickled list of views. `tensors`: a count; for each a pickled `(key, key of the storage, class)`, the
    /// number of dimensions (int32), four bytes of padding, sizes, strides and an offset (int64).
    ///
    /// Source: `legacy_load` within `_legacy_load` in `torch/serialization.py`.
    mutating func lookAtTurns(_ region: ByteRegion, _ place: String, _ depth: Int, isOfStorages: Bool) {
        guard let end = endOfTurns(region, isOfStorages: isOfStorages) else {
            find(.unknown, place, 0, "pickles and numbers do not take turns as PyTorch 0.1 writes them")
            return lookAtInterleaved(region, place, depth)
        }
        for start in end.pickles {
            if let trace = followed(region, from: start) { record(trace, region, start, place, depth) }
        }
        examined(place, 0..<end.position, "numbers between pickles")
        lookBehind(region, end.position, place, depth, "the last of them")
    }

    private func endOfTurns(_ region: ByteRegion, isOfStorages: Bool) -> (position: Int, pickles: [Int])? {
        guard let head = try? PickleMachine.run(region), case .integer(let count) = head.root,
            (0...region.count).contains(count)
        else { return nil }
        var (position, pickles) = (head.end, [0])
        for _ in 0..<count {
            guard let graph = try? PickleMachine.run(region, from: position), let parts = graph.tuple(graph.root),
                parts.count == 3, let next = endOfNumbers(region, graph, parts, isOfStorages: isOfStorages)
            else { return nil }
            pickles.append(position)
            position = next
        }
        guard isOfStorages else { return (position, pickles) }
        guard let views = try? PickleMachine.run(region, from: position) else { return nil }
        return (views.end, pickles + [position])
    }

    private func endOfNumbers(
        _ region: ByteRegion, _ graph: PickleGraph, _ parts: [PickleValue], isOfStorages: Bool
    ) -> Int? {
        guard var cursor = try? ByteCursor(region, at: graph.end) else { return nil }
        if isOfStorages {
            guard let type = graph.globalName(parts[2]), let size = StorageElement.byteCount(of: type),
                let count = try? cursor.count(Int64.self), let byteCount = count.times(size)
            else { return nil }
            return (try? cursor.skip(byteCount)).map { cursor.position }
        }
        guard let dimensions = try? cursor.count(Int32.self), let numbers = dimensions.times(16)?.adding(12) else {
            return nil
        }
        return (try? cursor.skip(numbers)).map { cursor.position }
    }
}

import BBCUPlatform
import TensorBytes

/// Bytes of a storage that none of its tensors covers: what is left of a tensor of which only a part was saved.
public struct UncoveredBytes: Encodable, Sendable, Hashable {
    /// The storage's key in the file.
    public let key: String
    /// The archive's entry; nil if the file is no archive.
    public let entry: String?
    /// The names of the tensors in the storage, in the order of the file.
    public let names: [String]
    /// Bytes of the whole storage.
    public let storageByteCount: Int
    /// Where the bytes lie in the storage, in ascending order.
    public let ranges: [Range<Int>]

    /// The number of bytes that no tensor covers.
    public var byteCount: Int { ranges.reduce(0) { $0 + $1.count } }
    /// The name in reports: that of the first tensor in the storage.
    public var name: String { Self.name(of: names.first ?? "") }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "storage": key, "entry": entry, "names": names, "bytes": byteCount, "storage_bytes": storageByteCount,
        ])
    }

    /// The name in reports for the tensor by which the storage is found.
    public static func name(of tensor: String) -> String {
        "\(tensor.isEmpty ? "(no name)" : tensor) (rest of its storage)"
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.key.isExactly(right.key) && left.ranges == right.ranges && left.storageByteCount == right.storageByteCount
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ExactName(key))
        hasher.combine(ranges)
    }
}

extension Checkpoint {
    /// The bytes of storages that tensors use and do not cover, in the order of the file. Reads no values.
    public var uncovered: [UncoveredBytes] {
        var covers: ExactDictionary<StorageCover> = [:]
        for entry in allTensors where entry.layout.hasValues {
            covers[entry.storageKey, default: StorageCover()].add(entry.layout, entry.name)
            guard case .perChannel(_, _, let scales, let zeroPoints)? = entry.layout.quantization else { continue }
            for case .tensor(let layout) in [scales, zeroPoints] {
                covers[layout.storageKey, default: StorageCover()].add(layout, entry.name)
            }
        }
        return storages.places.compactMap { place in
            guard let key = place.key, let cover = covers[key], unreadable[key] == nil else { return nil }
            let rest = cover.rest(of: place.byteCount)
            guard !rest.isEmpty else { return nil }
            return UncoveredBytes(
                key: key, entry: place.entry, names: cover.names, storageByteCount: place.byteCount, ranges: rest)
        }
    }

    /// Bytes of a storage that no tensor covers, one range after the other.
    ///
    /// - Throws: what is wrong with the storage in the file, for example its CRC-32.
    public func bytes(of uncovered: UncoveredBytes) throws(CheckpointError) -> ByteRegion {
        do throws(CheckpointError) {
            let storage = try storages.bytes(of: uncovered.key)
            do throws(BytesError) {
                if uncovered.ranges.count == 1, let range = uncovered.ranges.first {
                    return try storage.slice(at: range.lowerBound, count: range.count)
                }
                var bytes: [UInt8] = []
                bytes.reserveCapacity(uncovered.byteCount)
                for range in uncovered.ranges {
                    bytes += try storage.slice(at: range.lowerBound, count: range.count).bytes
                }
                return ByteRegion(bytes)
            } catch { throw error.recoded(.storageSize, place: uncovered.name) }
        } catch { throw error.inFile(file) }
    }
}

/// Which bytes of a storage tensors use.
private struct StorageCover {
    /// Runs of bytes that are kept for one storage. A tensor with more counts as covering nothing, so that too much is
    /// compared, never too little.
    private static let mostRuns = 1 << 20

    private(set) var names: [String] = []
    private var runs: [Range<Int>] = []

    mutating func add(_ layout: TensorLayout, _ name: String) {
        if names.last.map({ !$0.isExactly(name) }) ?? true { names.append(name) }
        guard layout.byteCount > 0 else { return }
        let size = layout.dtype.byteCount
        guard layout.dtype.isKnown else {
            runs.append(0..<layout.byteCount)
            return
        }
        let first = layout.storageOffset * size
        if layout.isContiguous || layout.dtype.elementsPerByte > 1 {
            runs.append(first..<first + layout.byteCount)
            return
        }
        add(layout, first: first, elementSize: size)
    }

    /// The runs of a tensor with gaps or another order: the axes of the smallest strides make one run as long as they
    /// leave no gap, the others repeat it. The layout was checked to lie within its storage.
    private mutating func add(_ layout: TensorLayout, first: Int, elementSize: Int) {
        let axes = zip(layout.shape, layout.strides).filter { $0 > 1 && $1 != 0 }.sorted { $0.1 < $1.1 }
        var length = elementSize
        var repeated: [(count: Int, step: Int)] = []
        for (count, stride) in axes {
            let step = stride * elementSize
            if repeated.isEmpty, step <= length {
                length += step * (count - 1)
            } else {
                repeated.append((count, step))
            }
        }
        var total = 1
        for axis in repeated {
            guard let product = total.times(axis.count), product <= Self.mostRuns - min(runs.count, Self.mostRuns)
            else { return }
            total = product
        }
        var starts = [first]
        for axis in repeated {
            starts = starts.flatMap { start in (0..<axis.count).map { start + $0 * axis.step } }
        }
        runs += starts.map { $0..<$0 + length }
    }

    /// What of a storage of so many bytes is not covered.
    func rest(of byteCount: Int) -> [Range<Int>] {
        var rest: [Range<Int>] = []
        var end = 0
        for run in runs.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if run.lowerBound > end { rest.append(end..<run.lowerBound) }
            end = max(end, run.upperBound)
        }
        if end < byteCount { rest.append(end..<byteCount) }
        return rest
    }
}

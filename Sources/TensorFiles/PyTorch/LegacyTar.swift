import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorPickle

/// PyTorch's format before version 0.2: a tar archive of `sys_info`, `storages`, `tensors` and `pickle`.
///
/// Source: `legacy_load` within `_legacy_load` in `torch/serialization.py`.
enum LegacyTar {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        let archive: TarArchive
        do throws(TarError) {
            archive = try TarArchive.read(region, largestCount: reading.limits.entries)
        } catch { throw error.recoded(.tar(error.code)) }
        func member(_ name: String) throws(CheckpointError) -> ByteRegion {
            guard let data = archive.data(of: name) else {
                guard ["pickle", "storages", "tensors"].contains(where: { archive.data(of: $0) != nil }) else {
                    throw ArchiveContents(archive.members.map(\.name), isTar: true).error
                }
                throw CheckpointError(
                    .noPickle, place: name, found: "no such file in the archive", expected: "PyTorch's four",
                    advice: "it is incomplete: download it again")
            }
            return data
        }
        let pickle = try member("pickle")
        var reader = LegacyTarReader(reading)
        try reader.readStorages(try member("storages"))
        try reader.readTensors(try member("tensors"))
        let graph: PickleGraph
        do throws(PickleError) {
            graph = try PickleMachine.run(pickle, limits: reading.limits.pickle)
        } catch { throw error.recoded(.pickle(error.code), place: "pickle") }
        let tree = try ObjectTree.build(graph, storages: reader.storages, tensors: reader.tensors, reading)
        var checkpoint = Checkpoint(
            reading, format: .pyTorchTar, root: tree.root, tensors: try TensorListing.tensors(in: tree, reading),
            region: region, storages: tree.storages)
        checkpoint.writer = "PyTorch 0.1"
        checkpoint.notes += tree.notes
        return checkpoint
    }
}

/// Reads the two members in which pickles and binary numbers take turns.
private struct LegacyTarReader {
    private struct Window {
        let key: String
        let dtype: DType
        /// In elements.
        let offset: Int
        let count: Int
    }

    let reading: Reading
    private(set) var storages = StoredRegions()
    private(set) var tensors: ExactDictionary<TensorLayout> = [:]
    private var windows: ExactDictionary<Window> = [:]

    init(_ reading: Reading) { self.reading = reading }

    /// `storages`: a count, then a pickled `(key, location, class)`, an element count and the values for each; then
    /// a pickled list of views `(key, key of the whole, offset, element count)`.
    mutating func readStorages(_ region: ByteRegion) throws(CheckpointError) {
        var position = 0
        let count = try self.count(region, &position, "storages")
        for _ in 0..<count {
            let graph = try pickle(region, &position, "storages")
            guard let parts = graph.tuple(graph.root), parts.count == 3, let key = Self.key(parts[0]),
                let name = graph.globalName(parts[2]), let dtype = StorageClass.dtype(of: name)?.flatMap({ $0 })
            else { throw failure("storages", found: "no storage's description", expected: "key, location and class") }
            do throws(BytesError) {
                var cursor = try ByteCursor(region, at: position)
                let elements = try cursor.count(Int64.self)
                guard let byteCount = elements.times(dtype.byteCount) else {
                    throw BytesError(.overflow, offset: position, found: "a storage of \(elements.counted("element"))")
                }
                storages.regions[key] = try cursor.bytes(byteCount)
                windows[key] = Window(key: key, dtype: dtype, offset: 0, count: elements)
                position = cursor.position
            } catch { throw error.recoded(.storageSize, place: "storages") }
        }
        try readViews(try pickle(region, &position, "storages"))
    }

    private mutating func readViews(_ graph: PickleGraph) throws(CheckpointError) {
        for element in graph.node(graph.root)?.elements ?? [] {
            guard let parts = graph.tuple(element), parts.count == 4, let key = Self.key(parts[0]),
                let whole = Self.key(parts[1]).flatMap({ windows[$0] }), case .integer(let offset) = parts[2],
                case .integer(let count) = parts[3], offset >= 0, count >= 0,
                let end = offset.adding(count), end <= whole.count
            else { throw failure("storages", found: "a view of no storage", expected: "a part of an earlier storage") }
            windows[key] = Window(key: whole.key, dtype: whole.dtype, offset: whole.offset + offset, count: count)
        }
    }

    /// `tensors`: a count, then for each a pickled `(key, storage's key, class)`, the number of dimensions (int32),
    /// four bytes of padding, sizes, strides and the storage offset (int64).
    mutating func readTensors(_ region: ByteRegion) throws(CheckpointError) {
        var position = 0
        let count = try self.count(region, &position, "tensors")
        for _ in 0..<count {
            let graph = try pickle(region, &position, "tensors")
            guard let parts = graph.tuple(graph.root), parts.count == 3, let key = Self.key(parts[0]),
                let window = Self.key(parts[1]).flatMap({ windows[$0] })
            else { throw failure("tensors", found: "a tensor of no storage", expected: "key, storage and class") }
            var shape: [Int] = []
            var strides: [Int] = []
            let offset: Int
            do throws(BytesError) {
                var cursor = try ByteCursor(region, at: position)
                let dimensions = try cursor.count(Int32.self)
                try cursor.skip(4)
                for _ in 0..<dimensions { shape.append(try cursor.count(Int64.self)) }
                for _ in 0..<dimensions { strides.append(try cursor.count(Int64.self)) }
                offset = try cursor.count(Int64.self)
                position = cursor.position
            } catch { throw error.recoded(.tensor, place: "tensors") }
            let storageBytes = storages.byteCount(of: window.key) ?? 0
            tensors[key] = try TensorLayout.checked(
                dtype: window.dtype, shape: shape, strides: strides, offset: offset,
                in: StorageWindow(
                    key: window.key, byteCount: storageBytes, firstElement: window.offset,
                    byteLimit: window.count * window.dtype.byteCount))
        }
    }

    private func pickle(
        _ region: ByteRegion, _ position: inout Int, _ place: String
    ) throws(CheckpointError) -> PickleGraph {
        do throws(PickleError) {
            let graph = try PickleMachine.run(region, from: position, limits: reading.limits.pickle)
            position = graph.end
            return graph
        } catch { throw error.recoded(.pickle(error.code), place: place) }
    }

    private func count(_ region: ByteRegion, _ position: inout Int, _ place: String) throws(CheckpointError) -> Int {
        // Each of what is counted takes more than one byte, so that a larger count is false.
        guard case .integer(let count) = try pickle(region, &position, place).root, (0...region.count).contains(count)
        else { throw failure(place, found: "no count", expected: "a number of entries") }
        return count
    }

    private static func key(_ value: PickleValue) -> String? {
        switch value {
        case .integer(let number): String(number)
        case .bigInteger(let text), .string(let text): text
        default: nil
        }
    }

    private func failure(_ place: String, found: String, expected: String) -> CheckpointError {
        CheckpointError(.tensor, place: place, found: found, expected: expected, advice: "the file is damaged")
    }
}

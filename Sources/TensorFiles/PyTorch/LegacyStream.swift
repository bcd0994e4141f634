import BBCUPlatform
import TensorBytes
import TensorPickle

/// PyTorch's format before version 1.6: five pickles, then every storage as a count and its bytes.
///
/// The numbers are little-endian whatever `little_endian` in the file says of the machine: PyTorch turns them round
/// when it writes and never looks at the member when it reads.
/// Source: `_legacy_save` and `_legacy_load` in `torch/serialization.py`, `THPStorage_writeFileRaw` in
/// `torch/csrc/serialization.cpp`.
enum LegacyStream {
    /// In the two forms in which a pickle's large numbers come.
    private static let magicNumber = ["0x1950a86a20f9469cfc6c", "119547037146038801333356"]
    static let version = 1001

    /// Whether the first pickle is the number by which PyTorch knows its files; every protocol writes it differently.
    static func hasMagicNumber(_ region: ByteRegion) -> Bool {
        var limits = PickleLimits()
        limits.opcodes = 6
        limits.stringBytes = 64
        guard case .bigInteger(let text)? = try? PickleMachine.run(region, limits: limits).root else { return false }
        return magicNumber.contains(text)
    }

    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        let pickles = try pickles(region, reading)
        let object = pickles[3]
        let (storages, end) = try storages(region, keys: pickles[4], object, reading)
        let tree = try ObjectTree.build(object, storages: storages, reading)
        var checkpoint = Checkpoint(
            reading, format: .pyTorchLegacy, root: tree.root, tensors: try TensorListing.tensors(in: tree, reading),
            region: region, storages: tree.storages)
        checkpoint.writer = PyTorchGeneration.ofStream(object)
        checkpoint.notes += tree.notes
        checkpoint.end = end
        if isBigEndian(pickles[2]) {
            checkpoint.notes.append(
                "A big-endian machine wrote the file; its values are little-endian all the same, as PyTorch writes them."
            )
        }
        return checkpoint
    }

    /// The storage that is the whole object of a file: what `torch.save` of a storage writes.
    static func storage(
        _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> (reference: StorageReference, region: ByteRegion) {
        let pickles = try pickles(region, reading)
        let object = pickles[3]
        guard case .persistent(let identifier)? = object.node(object.root)?.kind,
            let reference = StorageReference(identifier, in: object)
        else { throw failure("object", found: "no storage", expected: "one, as its file within a pickle has") }
        let (all, _) = try storages(region, keys: pickles[4], object, reading)
        let whole = try all.bytes(of: reference.key)
        guard let view = reference.view else { return (reference, whole) }
        let size = StorageClass.dtype(of: reference.type)?.map(\.byteCount) ?? 1
        guard let start = view.offset.times(size), let count = view.count.times(size) else {
            throw failure(
                "object", found: "a view of \(view.count.counted("element"))", expected: "a part of its storage")
        }
        do throws(BytesError) {
            let part = try whole.slice(at: start, count: count)
            return (StorageReference(type: reference.type, key: reference.key, count: view.count, view: nil), part)
        } catch { throw error.recoded(.beyondStorage) }
    }

    private static func pickles(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> [PickleGraph] {
        var pickles: [PickleGraph] = []
        for name in ["magic number", "protocol version", "system information", "object", "storage keys"] {
            do throws(PickleError) {
                let start = pickles.last?.end ?? 0
                pickles.append(try PickleMachine.run(region, from: start, limits: reading.limits.pickle))
            } catch { throw error.recoded(.pickle(error.code), place: name) }
        }
        guard case .integer(Self.version) = pickles[1].root else {
            throw CheckpointError(
                .notCheckpoint, place: "protocol version", found: "another version of the format",
                expected: "\(Self.version)", advice: "this version does not know it")
        }
        return pickles
    }

    private static func isBigEndian(_ system: PickleGraph) -> Bool {
        system.node(system.root)?.items.contains { item in
            if case .string("little_endian") = item.key, case .bool(false) = item.value { true } else { false }
        } ?? false
    }

    /// Finds the storages behind the pickles. How large an element is only the first reference to a storage says.
    private static func storages(
        _ region: ByteRegion, keys: PickleGraph, _ object: PickleGraph, _ reading: Reading
    ) throws(CheckpointError) -> (StoredRegions, end: Int?) {
        guard case .list? = keys.node(keys.root)?.kind, let listed = keys.node(keys.root)?.elements else {
            throw failure("keys", found: "no list", expected: "the storages' keys")
        }
        let sizes = elementSizes(object)
        var found: [(key: String, size: Int?)] = []
        for element in listed {
            guard case .string(let key) = element, let size = sizes[key] else {
                // Without the size of an element nothing behind it can be found. PyTorch refuses it as well.
                throw CheckpointError(
                    .storageSize, place: "storages", offset: keys.end,
                    found: "the key of a storage that the object does not name",
                    expected: "keys of storages that it names")
            }
            found.append((key, size))
        }
        let unknown = try unknownSize(region, from: keys.end, found)
        var storages = StoredRegions()
        var end: Int?
        do throws(BytesError) {
            var cursor = try ByteCursor(region, at: keys.end)
            for (index, (key, size)) in found.enumerated() {
                if cursor.remaining < 8 {
                    if reading.isSalvaging { return (storages, nil) }
                    throw cut(region, missing: 8 - cursor.remaining, key, whole: index, of: found.count)
                }
                let count = try cursor.count(Int64.self)
                guard let byteCount = count.times(size ?? unknown) else {
                    throw BytesError(.overflow, place: key, found: "a storage of \(count.counted("element"))")
                }
                if byteCount > cursor.remaining {
                    if reading.isSalvaging { return (storages, nil) }
                    throw cut(region, missing: byteCount - cursor.remaining, key, whole: index, of: found.count)
                }
                storages.regions[key] = try cursor.bytes(byteCount)
            }
            end = cursor.position
        } catch { throw error.recoded(.storageSize, place: "storages") }
        return (storages, end)
    }

    private static func cut(_ region: ByteRegion, missing: Int, _ key: String, whole: Int, of count: Int) -> BytesError
    {
        let after = count - whole - 1
        return BytesError(
            .pastEnd, place: "storage '\(key)'", offset: region.count,
            found: "the file ends early: \(missing.counted("byte")) of this storage are missing"
                + (after > 0 ? ", and \(after.counted("storage")) after it" : ""),
            expected: "\(count.counted("storage"))",
            advice: .salvage.of("what lies in the \(whole) that are whole"))
    }

    /// The elements' size that lets the storages of unknown classes end where the file does; 1 if there is no such
    /// size, or several.
    private static func unknownSize(
        _ region: ByteRegion, from start: Int, _ storages: [(key: String, size: Int?)]
    ) throws(CheckpointError) -> Int {
        guard storages.contains(where: { $0.size == nil }) else { return 1 }
        let fitting = [1, 2, 4, 8, 16].filter { candidate in
            var position = start
            for (_, size) in storages {
                guard let count = region.integer(Int64.self, at: position), count >= 0,
                    let bytes = Int(count).times(size ?? candidate), let end = position.adding(8)?.adding(bytes),
                    end <= region.count
                else { return false }
                position = end
            }
            return position == region.count
        }
        return fitting.count == 1 ? fitting[0] : 1
    }

    /// Bytes of an element of each storage; nil for a class that this version does not know.
    private static func elementSizes(_ object: PickleGraph) -> ExactDictionary<Int?> {
        var sizes: ExactDictionary<Int?> = [:]
        for node in object.nodes {
            guard case .persistent(let identifier) = node.kind,
                let reference = StorageReference(identifier, in: object), !sizes.contains(name: reference.key)
            else { continue }
            let size: Int? = StorageClass.dtype(of: reference.type).map { $0?.byteCount ?? 1 }
            sizes.updateValue(size, forKey: reference.key)
        }
        return sizes
    }

    private static func failure(_ place: String, found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .storageSize, place: place, found: found, expected: expected, advice: "the file is damaged")
    }
}

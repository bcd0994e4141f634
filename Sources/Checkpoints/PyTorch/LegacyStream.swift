import Bytes
import Pickle
import Tensors

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
                expected: "\(Self.version)", advice: "the file is damaged")
        }
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
        var storages = StoredRegions()
        var end: Int?
        do throws(BytesError) {
            var cursor = try ByteCursor(region, at: keys.end)
            for element in listed {
                guard case .string(let key) = element, let size = sizes[key] else {
                    // Without the size of an element nothing behind it can be found. PyTorch refuses it as well.
                    throw BytesError(
                        .unreadable, offset: keys.end, found: "the key of a storage that the object does not name",
                        expected: "keys of storages that it names")
                }
                if reading.isSalvaging, cursor.remaining < 8 { return (storages, nil) }
                let count = try cursor.count(Int64.self)
                guard let byteCount = count.times(size) else {
                    throw BytesError(.overflow, place: key, found: "a storage of \(count) elements")
                }
                if reading.isSalvaging, byteCount > cursor.remaining { return (storages, nil) }
                storages.regions[key] = try cursor.bytes(byteCount)
            }
            end = cursor.position
        } catch { throw error.recoded(.storageSize, place: "storages") }
        return (storages, end)
    }

    private static func elementSizes(_ object: PickleGraph) -> [String: Int] {
        var sizes: [String: Int] = [:]
        for node in object.nodes {
            guard case .persistent(let identifier) = node.kind,
                let reference = StorageReference(identifier, in: object), sizes[reference.key] == nil,
                let dtype = StorageClass.dtype(of: reference.type)
            else { continue }
            sizes[reference.key] = dtype?.byteCount ?? 1
        }
        return sizes
    }

    private static func failure(_ place: String, found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .storageSize, place: place, found: found, expected: expected, advice: "the file is damaged")
    }
}

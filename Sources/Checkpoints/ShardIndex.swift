import Bytes
import JSON

/// An index of the files among which a checkpoint was divided: `{"metadata": {...}, "weight_map": {name: file}}`.
///
/// Source: the documentation of `huggingface_hub.serialization`.
struct ShardIndex: StorageSource {
    /// The files' storages, each under the file's name.
    let sources: [String: any StorageSource]

    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        let index = try parse(region, reading)
        guard let map = index["weight_map"], case .object(let members) = map else {
            throw failure(found: "a JSON text without weight_map", expected: "an index of shards")
        }
        var names: [String] = []
        var files: [(tensor: String, shard: String)] = []
        var seen: Set<String> = []
        for (tensor, value) in members {
            guard let shard = value.text else {
                throw failure(place: tensor, found: "no file", expected: "the name of a file")
            }
            if seen.insert(shard).inserted { names.append(shard) }
            files.append((tensor, shard))
        }
        guard names.count <= reading.limits.entries else {
            throw CheckpointError(.limit, found: "\(names.count) files", expected: "at most \(reading.limits.entries)")
        }
        var shards: [String: Checkpoint] = [:]
        for name in names { shards[name] = try shard(name, reading) }
        return try checkpoint(region, reading, index, files, names.compactMap { shards[$0] }, names)
    }

    private static func parse(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> StrictJSON {
        guard region.count <= reading.limits.headerBytes else {
            throw CheckpointError(
                .limit, found: "a JSON text of \(region.count) bytes",
                expected: "at most \(reading.limits.headerBytes)")
        }
        do throws(StrictJSON.Failure) {
            return try StrictJSON.parse(region.bytes)
        } catch {
            throw CheckpointError(
                .shards, offset: error.offset, found: "something else", expected: error.expected,
                advice: "the file is damaged, or not an index of shards")
        }
    }

    /// A file beside the index, and nowhere else: an index must not make a reader open other files.
    private static func shard(_ name: String, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        guard !name.isEmpty, name != ".", name != "..",
            !name.utf8.contains(where: { $0 == 0x2F || $0 == 0x5C || $0 == 0 })
        else {
            throw failure(place: name, found: "a file outside the index's folder", expected: "a name without a folder")
        }
        let folder = PathText.folder(of: reading.file)
        let path = folder + name
        guard ByteRegion.isRegularFile(path) else {
            throw failure(
                place: name, found: "no such file beside the index, or a link", expected: "a file of its folder")
        }
        var inner = reading
        inner.file = path
        let region = try Checkpoint.map(path)
        guard FileKind(region) != .json else {
            throw failure(place: name, found: "an index within an index", expected: "a file of tensors")
        }
        return try Checkpoint.open(region, inner)
    }

    private static func checkpoint(
        _ region: ByteRegion, _ reading: Reading, _ index: StrictJSON, _ files: [(tensor: String, shard: String)],
        _ shards: [Checkpoint], _ names: [String]
    ) throws(CheckpointError) -> Checkpoint {
        var found: [String: [String: TensorEntry]] = [:]
        var sources: [String: any StorageSource] = [:]
        for (name, shard) in zip(names, shards) {
            found[name] = Dictionary(shard.tensors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            sources[name] = shard.storages
        }
        var entries: [TensorEntry] = []
        var items: [CheckpointNode.Item] = []
        for (tensor, name) in files {
            guard let entry = found[name]?[tensor] else {
                throw failure(
                    place: tensor, found: "no such tensor in '\(name)'", expected: "what the index says")
            }
            var layout = entry.layout
            layout.storageKey = name + "/" + layout.storageKey
            entries.append(TensorEntry(path: [tensor], layout: layout))
            items.append(.init(key: .string(tensor), value: .tensor(layout)))
        }
        var checkpoint = Checkpoint(
            reading, format: .shardIndex, root: .dictionary(items), tensors: entries, region: region,
            storages: ShardIndex(sources: sources))
        checkpoint.shards = zip(names, shards).map { name, shard in
            Checkpoint.Shard(name: name, format: shard.format, byteCount: shard.byteCount)
        }
        let listed = Set(files.map { $0.shard + "/" + $0.tensor })
        for (name, shard) in zip(names, shards) {
            let extra = shard.tensors.filter { !listed.contains(name + "/" + $0.name) }
            if let first = extra.first {
                checkpoint.notes.append(
                    "'\(name.printable(atMost: 60))' holds \(extra.count) tensors that the index does not name: "
                        + "\(first.name.printable(atMost: 60))")
            }
        }
        return checkpoint
    }

    private static func failure(place: String? = nil, found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .shards, place: place, found: found, expected: expected,
            advice: "get the index together with the files it names")
    }

    /// The file and its key, of a key that names both.
    private func source(_ key: String) -> (any StorageSource, String)? {
        guard let cut = key.cut(atFirst: "/"), let source = sources[cut.before] else { return nil }
        return (source, cut.behind)
    }

    func byteCount(of key: String) -> Int? { source(key).flatMap { $0.byteCount(of: $1) } }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        guard let (source, key) = source(key) else {
            throw Self.failure(place: key, found: "no such storage", expected: "one of a shard's")
        }
        return try source.bytes(of: key)
    }

    func isBigEndian(_ key: String) -> Bool { source(key).map { $0.isBigEndian($1) } ?? false }
}

import BBCUPlatform
import TensorBytes

/// An index of the files among which a checkpoint was divided: `{"metadata": {...}, "weight_map": {name: file}}`.
///
/// Source: the documentation of `huggingface_hub.serialization`.
struct ShardIndex {
    /// The tensors that the index names, each with its file.
    private var listed: [(tensor: String, shard: String)] = []
    /// The files in the order in which they are first named.
    private var names: [String] = []
    /// The files that are there.
    private var shards: [(name: String, checkpoint: Checkpoint)] = []
    /// Why the others are not.
    private var absent: [ExactName: String] = [:]

    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        guard !reading.isWithin else {
            throw failure(found: "an index of files within another file", expected: "a file of tensors")
        }
        var index = ShardIndex()
        try index.read(try parse(region, reading), reading)
        for name in index.names { try index.open(name, reading) }
        return try index.checkpoint(region, reading)
    }

    /// What a web server's answer says went wrong; nil for any other text.
    private static func serverMessage(_ json: StrictJSON) -> String? {
        for key in ["error", "message", "detail", "msg"] {
            if let text = json[key]?.text ?? json[key]?["message"]?.text { return text }
        }
        return nil
    }

    private static func parse(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> StrictJSON {
        guard region.count <= reading.limits.headerBytes else {
            throw CheckpointError(
                .limit, found: "a JSON text of \(region.count.counted("byte"))",
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

    private mutating func read(_ json: StrictJSON, _ reading: Reading) throws(CheckpointError) {
        guard let map = json["weight_map"], case .object(let members) = map else {
            if let message = Self.serverMessage(json) {
                throw CheckpointError(
                    .notCheckpoint, found: "an error message in JSON: '\(message.printable(atMost: 80))'",
                    expected: "a checkpoint", advice: "a server sent it instead of the file: download it again")
            }
            throw Self.failure(found: "a JSON text without weight_map", expected: "an index of shards")
        }
        var seen: Set<ExactName> = []
        for (tensor, value) in members {
            guard let shard = value.text else {
                throw Self.failure(place: tensor, found: "no file", expected: "the name of a file")
            }
            if seen.insert(ExactName(shard)).inserted { names.append(shard) }
            listed.append((tensor, shard))
        }
        guard names.count <= reading.limits.entries else {
            throw CheckpointError(
                .limit, found: "\(names.count.counted("file"))", expected: "at most \(reading.limits.entries)")
        }
    }

    /// Opens a file beside the index or below, and nowhere else: an index must not make a reader open other files.
    private mutating func open(_ name: String, _ reading: Reading) throws(CheckpointError) {
        switch try NeighbourFile.find(name, beside: reading.file, .shards) {
        case .absent(let reason): absent[ExactName(name)] = reason
        case .file(let region):
            var inner = reading
            inner.file = NeighbourFile.folder(of: reading.file) + name
            guard FileKind(region) != .json else {
                throw Self.failure(place: name, found: "an index within an index", expected: "a file of tensors")
            }
            do throws(CheckpointError) {
                shards.append((name, try Checkpoint.open(region, inner.within)))
            } catch {
                guard reading.isSalvaging else { throw error }
                absent[ExactName(name)] = "the file '\(name.printable(atMost: 160))' cannot be read: \(error.found)"
            }
        }
    }

    private func checkpoint(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        var storages = KeyedStorages()
        var found: [ExactName: [ExactName: TensorEntry]] = [:]
        for (name, shard) in shards {
            storages.add(shard.storages, as: name)
            found[ExactName(name)] = Dictionary(
                shard.tensors.map { (ExactName($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        }
        var entries: [TensorEntry] = []
        var missing: [Checkpoint.Missing] = []
        for (tensor, name) in listed {
            if let entry = found[ExactName(name)]?[ExactName(tensor)] {
                entries.append(Self.entry(entry, as: tensor, in: name))
            } else {
                let reason =
                    absent[ExactName(name)] ?? "the file '\(name.printable(atMost: 160))' has no such tensor"
                missing.append(.init(name: tensor, reason: reason))
            }
        }
        let unnamed = unnamed()
        entries += unnamed.tensors.map { Self.entry($0.entry, as: $0.entry.name, in: $0.shard) }
        missing += unnamed.hidden
        let items = entries.map { entry in
            CheckpointNode.Item(key: .string(entry.name), value: .tensor(entry.layout))
        }
        var checkpoint = Checkpoint(
            reading, format: .shardIndex, root: .dictionary(items), tensors: entries, region: region,
            storages: storages)
        checkpoint.shards = shards.map { name, shard in
            Checkpoint.Shard(name: name, format: shard.format, byteCount: shard.byteCount)
        }
        for (name, shard) in shards {
            missing += shard.missing
            for (key, reason) in shard.unreadable { checkpoint.unreadable[KeyedStorages.key(name, key)] = reason }
        }
        checkpoint.missing = missing
        checkpoint.notes = unnamed.notes
        return checkpoint
    }

    private static func entry(_ entry: TensorEntry, as tensor: String, in shard: String) -> TensorEntry {
        let relabelling = StorageRelabelling(key: { KeyedStorages.key(shard, $0) }, budget: 0)
        return TensorEntry(path: [tensor], layout: relabelling.layout(entry.layout))
    }

    /// Tensors that the index does not name.
    private struct Unnamed {
        var tensors: [(shard: String, entry: TensorEntry)] = []
        var hidden: [Checkpoint.Missing] = []
        var notes: [String] = []
    }

    /// The tensors of the files that the index does not name: loading a whole file loads them too. One whose name
    /// is taken stays out of the listing.
    private func unnamed() -> Unnamed {
        var taken = Set(listed.map { ExactName($0.tensor) })
        let named = Set(listed.map { ExactName($0.shard + "/" + $0.tensor) })
        var result = Unnamed()
        for (name, shard) in shards {
            let extra = shard.tensors.filter { !named.contains(ExactName(name + "/" + $0.name)) }
            guard let first = extra.first else { continue }
            result.notes.append(
                "'\(name.printable(atMost: 60))' holds \(extra.count.counted("tensor")) that the index does not name: "
                    + "\(first.name.printable(atMost: 60))")
            for entry in extra {
                if taken.insert(ExactName(entry.name)).inserted {
                    result.tensors.append((name, entry))
                } else {
                    let reason =
                        "'\(name.printable(atMost: 160))' holds another tensor of this name, which is not listed"
                    result.hidden.append(.init(name: entry.name, reason: reason))
                }
            }
        }
        return result
    }

    private static func failure(place: String? = nil, found: String, expected: String) -> CheckpointError {
        CheckpointError(
            .shards, place: place, found: found, expected: expected,
            advice: "get the index together with the files it names")
    }
}

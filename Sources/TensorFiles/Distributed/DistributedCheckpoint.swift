import BBCUPlatform
import TensorBytes
import TensorPickle

/// A distributed checkpoint: a folder with a plan, `.metadata`, and the files of the ranks, `__RANK_N.distcp`, in which
/// pieces of tensors lie one after the other, each as `torch.save` writes it.
///
/// Source: `torch/distributed/checkpoint/filesystem.py` of PyTorch 2.15.
struct DistributedCheckpoint {
    /// The name under which a plan is written.
    static let planName = ".metadata"
    private static let fileSuffix = ".distcp"

    /// Whether a path is that of a rank's file, which holds pieces and not their names.
    static func isPart(_ path: String) -> Bool {
        path.utf8.count > fileSuffix.utf8.count
            && path.utf8.suffix(fileSuffix.utf8.count).elementsEqual(fileSuffix.utf8)
    }

    private let plan: DistributedPlan
    private let reading: Reading
    private var files: [ExactName: ByteRegion] = [:]
    private var absent: [ExactName: String] = [:]
    private var shards: [Checkpoint.Shard] = []
    private var used: Set<DistributedPlan.Index> = []
    private var storages: DistributedStorages
    private var nodes: [(name: String, node: CheckpointNode)] = []
    private var unreadable: ExactDictionary<String> = [:]
    private var missing: [Checkpoint.Missing] = []
    private var valueCount = 0

    private init(_ plan: DistributedPlan, _ reading: Reading) {
        self.plan = plan
        self.reading = reading
        storages = DistributedStorages(reading: reading)
    }

    /// The checkpoint of a plan, whose files lie beside it.
    ///
    /// - Throws: `distributed` if the plan contradicts itself or names a file elsewhere.
    static func open(
        _ graph: PickleGraph, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        guard !reading.isWithin else {
            throw DistributedPlan.failure(
                "plan", found: "the plan of a distributed checkpoint within another file", expected: "values")
        }
        var checkpoint = DistributedCheckpoint(try DistributedPlan(graph, reading.limits), reading)
        try checkpoint.openFiles()
        try checkpoint.checkPlaces()
        for (index, item) in checkpoint.plan.contents.enumerated() {
            switch item.content {
            case .tensor(let tensor): checkpoint.add(tensor, item.name, key: String(index))
            case .value: try checkpoint.addValue(item.name, key: String(index))
            }
        }
        checkpoint.noteUnused()
        checkpoint.valueCount += graph.nodes.reduce(0) { $0 + 1 + $1.elements.count + $1.items.count }
        return try checkpoint.result(region)
    }

    private mutating func openFiles() throws(CheckpointError) {
        var names: Set<ExactName> = []
        let all = plan.places.values.map(\.file).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in all where names.insert(ExactName(name)).inserted {
            switch try NeighbourFile.find(name, beside: reading.file, .distributed) {
            case .absent(let reason): absent[ExactName(name)] = reason
            case .file(let region):
                files[ExactName(name)] = region
                let format = FileKind(region) == .safetensors ? CheckpointFormat.safetensors : .pyTorchZip
                shards.append(.init(name: name, format: format, byteCount: region.count))
            }
        }
    }

    /// No two places may share bytes, or a small file could stand for any number of values.
    private func checkPlaces() throws(CheckpointError) {
        var byFile: [ExactName: [DistributedPlan.Place]] = [:]
        for place in plan.places.values { byFile[ExactName(place.file), default: []].append(place) }
        for places in byFile.values {
            var end = 0
            for place in places.sorted(by: { $0.offset < $1.offset }) {
                guard place.offset >= end, let next = place.offset.adding(place.length) else {
                    try checkFormat(of: place)
                    throw DistributedPlan.failure(
                        place.file, found: "two pieces at byte \(place.offset)",
                        expected: "pieces that do not overlap")
                }
                end = next
            }
        }
    }

    /// Refuses tensors that lie together in one safetensors file, whose places are no pieces of the file.
    private func checkFormat(of place: DistributedPlan.Place) throws(CheckpointError) {
        guard let file = files[ExactName(place.file)],
            let rest = try? file.slice(at: place.offset, count: max(0, file.count - place.offset)),
            FileKind(rest) == .safetensors
        else { return }
        throw CheckpointError(
            .distributed, place: place.file, found: "pieces written with SerializationFormat.SAFETENSORS",
            expected: "pieces written by torch.save",
            advice: "PyTorch's own FileSystemReader does not read these either; save with HuggingFaceStorageWriter")
    }

    private enum Finding {
        case part(ByteRegion, file: String)
        case nothing(String)
    }

    /// The bytes of a piece or a value, or why they cannot be read.
    private mutating func find(_ index: DistributedPlan.Index) -> Finding {
        let what = index.offsets.map { "the piece at \(TensorShape.text($0))" } ?? "the value"
        guard let place = plan.places[index] else { return .nothing("the plan does not say where \(what) lies") }
        used.insert(index)
        let name = place.file.printable(atMost: 160)
        guard let region = files[ExactName(place.file)] else {
            return .nothing(absent[ExactName(place.file)] ?? "the file '\(name)' is not there")
        }
        guard place.transforms.isEmpty else {
            let transforms = place.transforms.joined(separator: ", ").printable(atMost: 80)
            return .nothing("\(what) in '\(name)' was transformed by \(transforms), which is not read")
        }
        do throws(BytesError) {
            return .part(
                try region.slice(at: place.offset, count: place.length),
                file: NeighbourFile.folder(of: reading.file) + place.file)
        } catch {
            return .nothing(
                "\(what) lies at byte \(place.offset) of '\(name)', \(place.length.counted("byte")) long, and the file has "
                    + "\(region.count.counted("byte")): it is cut off, or of another checkpoint")
        }
    }

    private mutating func add(_ tensor: DistributedPlan.TensorPlan, _ name: String, key: String) {
        let dtypeName = tensor.dtype.utf8.starts(with: "torch.".utf8) ? String(tensor.dtype.dropFirst(6)) : tensor.dtype
        var parts: [DistributedStorages.Part] = []
        var faults: [String] = []
        for piece in tensor.pieces {
            switch find(.init(name: ExactName(name), offsets: piece.offsets)) {
            case .part(let bytes, let file): parts.append(.init(piece: piece, bytes: bytes, file: file))
            case .nothing(let reason): faults.append(reason)
            }
        }
        guard let dtype = DType(rawValue: dtypeName), let byteCount = dtype.byteCount(ofShape: tensor.shape),
            let strides = TensorShape.contiguousStrides(tensor.shape)
        else {
            let described = "\(dtypeName.printable(atMost: 40)) \(TensorShape.text(tensor.shape))"
            missing.append(.init(name: name, reason: "a tensor of \(described), which is not known to this version"))
            return
        }
        if let fault = PieceCover(shape: tensor.shape, pieces: tensor.pieces).fault { faults.insert(fault, at: 0) }
        if dtype.elementsPerByte > 1, tensor.pieces.count > 1 {
            faults.append("pieces of packed \(dtype.rawValue) values, which are not put together")
        }
        let stored = parts.reduce(0) { $0 + $1.bytes.count }
        if byteCount > reading.limits.repeatedElements, byteCount / reading.limits.repetition > stored {
            faults.append("\(byteCount.counted("byte")) of values in pieces of \(stored)")
        }
        if let fault = faults.first {
            let more = faults.count > 1 ? " (and \(faults.count - 1) more faults)" : ""
            unreadable[key] = fault + more
            missing.append(.init(name: self.name(of: name), reason: fault + more))
        }
        storages.tensors[key] = .init(
            name: name, dtype: dtype, shape: tensor.shape, byteCount: byteCount, pieces: parts)
        let layout = TensorLayout(
            dtype: dtype, shape: tensor.shape, strides: strides, storageOffset: 0, storageKey: key,
            storageByteCount: byteCount, byteCount: byteCount)
        nodes.append((name, .tensor(layout)))
    }

    /// Adds a value that is no tensor; tensors may lie in it all the same.
    private mutating func addValue(_ name: String, key: String) throws(CheckpointError) {
        let bytes: ByteRegion
        var inner = reading.within
        switch find(.init(name: ExactName(name), offsets: nil)) {
        case .nothing(let reason):
            missing.append(.init(name: self.name(of: name), reason: reason))
            return
        case .part(let region, let file):
            bytes = region
            inner.file = file
        }
        guard FileKind(bytes) != .unknown else {
            nodes.append((name, .bytes(bytes)))
            return
        }
        let checkpoint: Checkpoint
        do throws(CheckpointError) { checkpoint = try Checkpoint.open(bytes, inner) } catch {
            missing.append(.init(name: self.name(of: name), reason: "the value cannot be read: \(error)"))
            return
        }
        valueCount += bytes.count
        var relabelling = StorageRelabelling(
            key: { KeyedStorages.key(key, $0) },
            budget: reading.limits.sharedValues.adding(bytes.count) ?? .max)
        nodes.append((name, try relabelling.node(checkpoint.root)))
        storages.values.add(checkpoint.storages, as: key)
        for (inner, reason) in checkpoint.unreadable { unreadable[KeyedStorages.key(key, inner)] = reason }
    }

    /// The name of the plan's, as the way in the state dict has it.
    private func name(of name: String) -> String {
        guard let path = plan.paths[ExactName(name)] else { return name }
        return path.map { step in
            switch step {
            case .key(let key): key.text
            case .index(let index): String(index)
            }
        }.joined(separator: ".")
    }

    /// Pieces that no tensor of the plan has.
    private mutating func noteUnused() {
        let unused = plan.places.filter { !used.contains($0.key) }.map { index, place in
            Checkpoint.Missing(
                name: index.name.text,
                reason:
                    "a piece in '\(place.file.printable(atMost: 160))' at byte \(place.offset) belongs to no tensor "
                    + "or value of the plan")
        }
        missing += unused.sorted { ($0.name, $0.reason) < ($1.name, $1.reason) }
    }

    private func result(_ region: ByteRegion) throws(CheckpointError) -> Checkpoint {
        let root = tree
        var checkpoint = Checkpoint(
            reading, format: .distributed, root: root.node,
            tensors: try TensorListing.tensors(in: root.node, valueCount: valueCount, reading), region: region,
            storages: storages)
        checkpoint.writer = "PyTorch (torch.distributed.checkpoint)"
        checkpoint.shards = shards
        checkpoint.unreadable = unreadable
        checkpoint.missing = missing
        checkpoint.notes = root.notes + otherFiles
        return checkpoint
    }

    /// The state dict by the ways that the plan gives, or flat where two of them meet.
    private var tree: (node: CheckpointNode, notes: [String]) {
        let tree = StateTree()
        for (name, node) in nodes {
            let path = plan.paths[ExactName(name)] ?? [.key(ExactName(name))]
            guard tree.insert(node, at: path) else {
                let flat = nodes.map { CheckpointNode.Item(key: .string($0.name), value: $0.node) }
                return (
                    .dictionary(flat),
                    [
                        "The plan puts two values at one place, such as \(name.printable(atMost: 80)): its names are "
                            + "shown as they are."
                    ]
                )
            }
        }
        return (nodes.isEmpty ? .dictionary([]) : tree.node, [])
    }

    /// Files of the kind that the plan does not name: those of an earlier checkpoint, for example.
    private var otherFiles: [String] {
        let folder = NeighbourFile.folder(of: reading.file)
        let names = FolderListing.names(in: folder.isEmpty ? "." : folder) ?? []
        let known = Set(plan.places.values.map { ExactName($0.file) })
        let others = names.filter { name in
            Self.isPart(name) && !known.contains(ExactName(name))
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        guard let first = others.first else { return [] }
        return [
            "The folder holds \(others.count) \(Self.fileSuffix) files that the plan does not name, such as "
                + "\(first.printable(atMost: 80)); they were not opened."
        ]
    }
}

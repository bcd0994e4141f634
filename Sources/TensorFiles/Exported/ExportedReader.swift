import BBCUPlatform
import TensorArchives
import TensorBytes

/// Puts an exported program's tensors together: the weights under the names of the state dict, and apart from them the
/// constants and the example inputs.
struct ExportedReader {
    private static let weightsFolder = "data/weights/"
    private static let constantsFolder = "data/constants/"
    private static let inputsFolder = "data/sample_inputs/"
    private static let modelsFolder = "models/"
    private static let weightsConfig = "_weights_config.json"
    private static let constantsConfig = "_constants_config.json"

    /// A model's parts.
    private struct Model {
        let name: String
        var weights: [CheckpointNode.Item] = []
        var constants: [CheckpointNode.Item] = []
        var inputs: CheckpointNode?
    }

    private let program: ExportedProgram
    private let reading: Reading
    private let entries: Set<ExactName>
    private var storages: ExportedStorages
    private var models: [Model] = []
    private var missing: [Checkpoint.Missing] = []
    private var unreadable: ExactDictionary<String> = [:]
    private var used: Set<ExactName> = []
    /// The element type by which each entry was first used: PyTorch reads an entry by one.
    private var dtypes: [ExactName: DType] = [:]
    private var pickles: [ExactName: Checkpoint] = [:]
    /// Values that pickles may still be made of: an entry can be named many times.
    private var budget: Int

    init(_ program: ExportedProgram, isBigEndian: Bool, _ reading: Reading, byteCount: Int) {
        self.program = program
        self.reading = reading
        entries = Set(program.names(in: "").map { ExactName($0) })
        storages = ExportedStorages(program: program, isBigEndian: isBigEndian)
        budget = reading.limits.sharedValues.adding(byteCount) ?? .max
    }

    // MARK: The layout since PyTorch 2.8

    mutating func readModels() throws(CheckpointError) {
        for name in modelNames {
            var model = Model(name: name)
            model.weights = try payloads(
                Self.weightsFolder, config: name + Self.weightsConfig, older: name + ".pt", of: name)
            model.constants = try payloads(
                Self.constantsFolder, config: name + Self.constantsConfig, older: name + ".pt", of: name)
            model.inputs = pickle(Self.inputsFolder + name + ".pt", as: "example inputs of \(name)")
            models.append(model)
        }
        for folder in [Self.weightsFolder, Self.constantsFolder, Self.inputsFolder] {
            for name in program.names(in: folder) where !used.contains(ExactName(folder + name)) {
                missing.append(.init(name: folder + name, reason: "nothing in the archive says what this entry is"))
            }
        }
    }

    /// The names of the archive's models, in its order.
    private var modelNames: [String] {
        var seen: Set<ExactName> = []
        var names: [String] = []
        let suffixes = [
            (Self.weightsFolder, Self.weightsConfig), (Self.constantsFolder, Self.constantsConfig),
            (Self.modelsFolder, ".json"),
        ]
        for (folder, suffix) in suffixes {
            for entry in program.names(in: folder) where entry.utf8.count > suffix.utf8.count {
                guard entry.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { continue }
                let name = String(decoding: entry.utf8.dropLast(suffix.utf8.count), as: UTF8.self)
                if seen.insert(ExactName(name)).inserted { names.append(name) }
            }
        }
        return names
    }

    /// The weights or the constants of a model: by their configuration, or all in one file of `torch.save`, as PyTorch
    /// 2.8 wrote them.
    private mutating func payloads(
        _ folder: String, config: String, older: String, of model: String
    ) throws(CheckpointError) -> [CheckpointNode.Item] {
        if has(folder + older), !has(folder + config) {
            return items(pickle(folder + older, as: folder + older), folder + older)
        }
        guard has(folder + config) else {
            missing.append(
                .init(
                    name: folder + config,
                    reason: "the archive has no such entry for the model '\(model.printable(atMost: 80))'"))
            return []
        }
        used.insert(ExactName(folder + config))
        let payloads: ExportedPayloads
        do throws(CheckpointError) {
            payloads = try ExportedPayloads(try program.contents(folder + config), reading)
        } catch { throw error.recoded(error.code, place: folder + config) }
        var items: [CheckpointNode.Item] = []
        for payload in payloads.payloads {
            guard let node = node(payload, folder + payload.path) else { continue }
            items.append(.init(key: .string(payload.name), value: node))
        }
        return items
    }

    private func has(_ name: String) -> Bool { entries.contains(ExactName(name)) }

    /// A payload as a node; nil if it cannot be read, which is noted.
    private mutating func node(_ payload: ExportedPayloads.Payload, _ entry: String) -> CheckpointNode? {
        used.insert(ExactName(entry))
        guard has(entry) else {
            missing.append(
                .init(name: payload.name, reason: "the archive has no entry '\(entry.printable(atMost: 160))'"))
            return nil
        }
        if payload.isPickled { return pickle(entry, as: payload.name) }
        guard let meta = payload.tensor else {
            missing.append(.init(name: payload.name, reason: "neither a pickle nor described as a tensor"))
            return nil
        }
        switch layout(meta, entry) {
        case .success(let layout): return .tensor(layout)
        case .failure(let fault):
            missing.append(.init(name: payload.name, reason: fault.reason))
            return nil
        }
    }

    private struct Fault: Error {
        let reason: String
    }

    private mutating func layout(
        _ meta: ExportedPayloads.TensorMeta, _ entry: String
    ) -> Result<TensorLayout, Fault> {
        guard let dtype = ExportedPayloads.dtype(meta.dtype) else {
            return .failure(Fault(reason: "the dtype number \(meta.dtype), which is not known to this version"))
        }
        guard meta.layout == ExportedPayloads.strided else {
            return .failure(Fault(reason: "the layout number \(meta.layout), which is not that of a dense tensor"))
        }
        let sizes = meta.sizes.compactMap(\.value)
        let strides = meta.strides.compactMap(\.value)
        guard sizes.count == meta.sizes.count, strides.count == meta.strides.count, let offset = meta.offset.value
        else {
            let shown = meta.sizes.map(\.text).joined(separator: ", ").printable(atMost: 80)
            return .failure(Fault(reason: "sizes (\(shown)) or strides that only a run of the program knows"))
        }
        let size = storages.byteCount(of: entry) ?? 0
        let known = dtypes[ExactName(entry), default: dtype]
        dtypes[ExactName(entry)] = known
        guard known == dtype, size.isMultiple(of: dtype.byteCount) else {
            return .failure(
                Fault(reason: "\(dtype.rawValue) values in an entry of \(size.counted("byte")) of \(known.rawValue)"))
        }
        do throws(CheckpointError) {
            if size == 0, let layout = Self.withoutValues(dtype, sizes, strides) { return .success(layout) }
            let window = StorageWindow(key: entry, byteCount: size, byteLimit: size)
            return .success(
                try TensorLayout.checked(dtype: dtype, shape: sizes, strides: strides, offset: offset, in: window))
        } catch {
            return .failure(Fault(reason: error.found + (error.expected.map { ", expected " + $0 } ?? "")))
        }
    }

    /// A tensor of the meta device, whose entry is empty; nil for one that has no elements anyway.
    private static func withoutValues(_ dtype: DType, _ sizes: [Int], _ strides: [Int]) -> TensorLayout? {
        guard sizes.count == strides.count, !sizes.contains(where: { $0 < 0 }),
            let byteCount = dtype.byteCount(ofShape: sizes), byteCount > 0
        else { return nil }
        var layout = TensorLayout(
            dtype: dtype, shape: sizes, strides: strides, storageOffset: 0, storageKey: "", storageByteCount: 0,
            byteCount: byteCount)
        layout.hasValues = false
        return layout
    }

    // MARK: Pickles

    /// The tree of an entry that is a file of its own; nil if there is none or it cannot be read, which is noted.
    private mutating func pickle(_ entry: String, as name: String) -> CheckpointNode? {
        used.insert(ExactName(entry))
        // A program without example inputs may have an empty entry.
        guard has(entry), let size = storages.byteCount(of: entry), size > 0 else { return nil }
        var relabelling = StorageRelabelling(key: { KeyedStorages.key(entry, $0) }, budget: budget)
        defer { budget = relabelling.budget }
        do throws(CheckpointError) {
            let checkpoint: Checkpoint
            if let known = pickles[ExactName(entry)] {
                checkpoint = known
            } else {
                checkpoint = try Checkpoint.open(try program.contents(entry), reading.within)
                pickles[ExactName(entry)] = checkpoint
                storages.pickled.add(checkpoint.storages, as: entry)
            }
            let node = try relabelling.node(checkpoint.root)
            for (key, reason) in checkpoint.unreadable { unreadable[KeyedStorages.key(entry, key)] = reason }
            return node
        } catch {
            missing.append(
                .init(name: name, reason: "the entry '\(entry.printable(atMost: 160))' cannot be read: \(error.found)"))
            return nil
        }
    }

    /// The items of a pickled state dict.
    private mutating func items(_ node: CheckpointNode?, _ name: String) -> [CheckpointNode.Item] {
        switch node {
        case nil: return []
        case .dictionary(let items): return items
        default:
            missing.append(.init(name: name, reason: "the entry is no dictionary of tensors"))
            return []
        }
    }

    // MARK: The layout from before PyTorch 2.8

    mutating func readOlder() {
        var model = Model(name: "model")
        let parts = ["serialized_state_dict", "serialized_constants", "serialized_example_inputs"].map { stem in
            // The first versions called the same bytes JSON.
            [stem + ".pt", stem + ".json"].first { has($0) } ?? stem + ".pt"
        }
        if !has(parts[0]) {
            missing.append(.init(name: parts[0], reason: "the archive has no such entry"))
        }
        model.weights = items(pickle(parts[0], as: parts[0]), parts[0])
        model.constants = items(pickle(parts[1], as: parts[1]), parts[1])
        model.inputs = pickle(parts[2], as: parts[2])
        models = [model]
    }

    // MARK: The whole

    func checkpoint(_ region: ByteRegion) throws(CheckpointError) -> Checkpoint {
        var root: [CheckpointNode.Item] = []
        if models.count == 1, let model = models.first {
            root = model.weights
        } else {
            root = models.map { .init(key: .string($0.name), value: .dictionary($0.weights)) }
        }
        let names = root.map(\.name)
        var apart: [String] = []
        for (key, part) in [("constants", constants), ("sample_inputs", inputs)] {
            guard let part else { continue }
            let free = Self.free(key, beside: names)
            apart.append(free)
            root.append(.init(key: .string(free), value: part))
        }
        let node = CheckpointNode.dictionary(root)
        var checkpoint = Checkpoint(
            reading, format: .exported, root: node,
            tensors: try TensorListing.tensors(in: node, valueCount: region.count, reading), region: region,
            storages: storages)
        checkpoint.apart = apart
        checkpoint.writer = program.writer
        checkpoint.missing = missing
        checkpoint.unreadable = unreadable
        checkpoint.notes = notes
        return checkpoint
    }

    private var constants: CheckpointNode? {
        Self.joined(models.map { ($0.name, $0.constants.isEmpty ? nil : .dictionary($0.constants)) })
    }

    private var inputs: CheckpointNode? { Self.joined(models.map { ($0.name, $0.inputs) }) }

    /// The parts of several models under their names, or that of the only one.
    private static func joined(_ parts: [(String, CheckpointNode?)]) -> CheckpointNode? {
        let there = parts.compactMap { name, node in
            node.map { CheckpointNode.Item(key: .string(name), value: $0) }
        }
        if parts.count == 1 { return there.first?.value }
        return there.isEmpty ? nil : .dictionary(there)
    }

    /// A key that is no weight's name and no beginning of one.
    private static func free(_ key: String, beside names: [String]) -> String {
        var key = key
        while names.contains(where: { $0.utf8.elementsEqual(key.utf8) || $0.utf8.starts(with: (key + ".").utf8) }) {
            key += "_"
        }
        return key
    }

    private var notes: [String] {
        var notes = ["The program's graph was not read."]
        if !program.archive.hasChecksums { notes.append("The archive has no CRC-32: its writer left them out.") }
        let known = [
            Self.weightsFolder, Self.constantsFolder, Self.inputsFolder, Self.modelsFolder, ".data/", "archive_format",
            "archive_version", "byteorder", "version", "serialized_",
        ]
        let others = program.names(in: "").filter { name in
            !known.contains { name.utf8.starts(with: $0.utf8) } && !used.contains(ExactName(name))
        }
        if let first = others.first {
            notes.append(
                "The archive holds \(others.count) more entries, which were not read: "
                    + "\(first.printable(atMost: 80))\(others.count > 1 ? ", …" : "")")
        }
        return notes
    }
}

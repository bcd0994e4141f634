import BBCUCheckpointDiff
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

/// A file format that a checkpoint can be written in.
public enum ConversionFormat: String, Encodable, Sendable, Hashable, CaseIterable {
    case safetensors, npz, pth, onnx
    /// The packed model.
    case bbcu

    /// The format that a file's name asks for, or nil.
    public init?(path: String) {
        switch PathText.suffix(of: path) {
        case "safetensors": self = .safetensors
        case "npz": self = .npz
        case "pth", "pt": self = .pth
        case "onnx": self = .onnx
        case "bbcu": self = .bbcu
        default: return nil
        }
    }
}

/// Writes a checkpoint in another format.
public struct Conversion: Sendable {
    /// What is to be written.
    public struct Request: Sendable {
        /// The format.
        public var format: ConversionFormat
        /// The network in the file.
        public var network: NetworkRequest
        /// Whether everything in the file is written as it stands, in place of the network's state dict.
        public var keepsTree = false
        /// Whether storages that no tensor uses, and what comes behind the file's first object, may be left out.
        public var dropsUnlisted = false
        /// The key of the dictionary around a `.pth` file's state dict; nil for what the family's loader expects.
        public var wrap: Wrap?
        /// Whether a packed model's floats are float16.
        public var isHalf = false
        /// Keys that the network does not use and that may be left out.
        public var ignoredKeys: [NamePattern] = []
        /// Whether float16, bfloat16 and float64 weights are written as float32.
        public var convertsDtype = false
        /// The form of an ONNX graph.
        public var form = ReferenceForm.exact

        /// A request for a format.
        public init(_ format: ConversionFormat, _ network: NetworkRequest = NetworkRequest()) {
            self.format = format
            self.network = network
        }
    }

    /// What is around a `.pth` file's state dict.
    public enum Wrap: String, Sendable, Hashable, CaseIterable {
        /// A dictionary with the key `params`, as BasicSR's loader expects.
        case params
        /// Nothing, as KAIR's loader expects.
        case none
    }

    /// The file that is read.
    public let checkpoint: Checkpoint
    /// What its tensors are.
    public let resolution: Resolution
    /// What is to be written.
    public let request: Request
    /// What a user should know of what was left out, in words.
    public private(set) var notes: [String] = []

    /// Prepares a conversion.
    /// - Throws: ``UnusableCheckpoint`` where the file cannot be written like that.
    public init(_ checkpoint: Checkpoint, _ request: Request) throws(UnusableCheckpoint) {
        self.checkpoint = checkpoint
        self.request = request
        notes = checkpoint.notes
        resolution = try checkpoint.resolve(request.network)
        if resolution.network != nil { try resolution.requireAgreement(file: checkpoint.file) }
        if !writesTree {
            try resolution.requireNoUnusedKeys(
                file: checkpoint.file, ignoring: request.ignoredKeys,
                keepsTree: isPlain)
            noteUnused()
            noteApart()
            if let note = resolution.selection.note { notes.append(note) }
            noteRounding()
        }
        if writesTree, !request.keepsTree {
            notes.append("none of the BBCU networks: the file is written as it stands")
        }
        try checkUnlisted()
        noteUncovered()
        if writesTree, request.format != .pth { noteValues() }
    }

    /// Refuses to lose what lies below the root and is no tensor.
    private mutating func checkUnlisted() throws(UnusableCheckpoint) {
        let root = writesTree ? "" : resolution.selection.stateDict.root
        let unlisted = checkpoint.unlisted.filter { storage in
            // Another object of the file, of which the tree has nothing.
            if let key = storage.key, checkpoint.later.contains(where: { key.begins(with: $0.name + "/") }) {
                return false
            }
            guard !root.isEmpty else { return true }
            return storage.path.map { $0.isExactly(root) || $0.begins(with: root + ".") } ?? false
        }
        let entries = unlisted.filter { $0.key == nil }
        if let first = entries.first {
            notes.append(
                "left out \(entries.count.counted("entry")) of the archive that are no storages, such as "
                    + first.name.printable(atMost: 160))
        }
        var lost = unlisted.filter { $0.key != nil }.map { "\($0.name) (\($0.byteCount.counted("byte")))" }
        if writesTree { lost += checkpoint.later.map(\.summary) }
        guard let first = lost.first else { return }
        let what =
            "\(lost.count) \(lost.count == 1 ? "part" : "parts") of the file that no tensor uses, such as "
            + first.printable(atMost: 160)
        guard request.dropsUnlisted else {
            throw UnusableCheckpoint(file: checkpoint.file, reason: .unlisted(what))
        }
        notes.append("left out \(what)")
    }

    /// Tensors are written without what lies around them in their storages; a tree in PyTorch's format keeps it.
    private mutating func noteUncovered() {
        guard !(writesTree && request.format == .pth) else { return }
        let root = writesTree ? "" : resolution.selection.stateDict.root
        let rests = checkpoint.uncovered.filter { rest in
            root.isEmpty || rest.names.contains { $0.begins(with: root + ".") }
        }
        guard let first = rests.first else { return }
        let bytes = rests.reduce(0) { $0.adding($1.byteCount) ?? .max }
        notes.append(
            "left out \(bytes.counted("byte")) of storages that no tensor covers, such as the rest of the storage of "
                + (first.names.first ?? "").printable(atMost: 80))
    }

    /// Names and arrays are all that these formats have.
    private mutating func noteValues() {
        let count: String
        do throws(DifferenceError) {
            let values = try CheckpointContent(checkpoint).values.count
            guard values > 0 else { return }
            count = values.counted("value", "that are")
        } catch { count = "very many values that are" }
        notes.append("left out \(count) no tensors, which \(request.format.rawValue) cannot hold")
    }

    /// Whether the file is written as it stands: asked for, or because there is no network in it.
    public var writesTree: Bool { request.keepsTree || (resolution.network == nil && isPlain) }

    private var isPlain: Bool { request.format != .onnx && request.format != .bbcu }

    /// The constants and example inputs of an exported program are no part of its network.
    private mutating func noteApart() {
        let count = checkpoint.tensors.count { checkpoint.isApart($0) }
        guard count > 0 else { return }
        notes.append(
            "left out \(count.counted("tensor")) beside the state dict: constants and example inputs "
                + "(\(Advice.treeKeepsThem))")
    }

    private mutating func noteUnused() {
        let unused = resolution.unusedKeys.map(\.key)
        guard !unused.isEmpty else { return }
        notes.append(
            "left out \(unused.count.counted("key")) that the network does not use: \(unused.shortList)"
                + (isPlain ? " (\(Advice.treeKeepsThem))" : ""))
    }

    /// Networks' formats hold float32 whatever the file has; only float64 loses by that.
    private mutating func noteRounding() {
        guard !isPlain || request.convertsDtype else { return }
        let count = resolution.roundedTensors
        if count > 0 { notes.append("\(count.counted("tensor")) rounded from float64 to float32") }
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Returns: the number of tensors written.
    /// - Throws: ``UnusableCheckpoint`` and `ModelError` where the network cannot be written, `CheckpointError` where a
    ///   tensor cannot be read or the format cannot hold it.
    public func write(to path: String) throws -> Int {
        switch request.format {
        case .onnx: return try writeONNX(path)
        case .bbcu: return try writePacked(path)
        case .pth:
            if writesTree {
                try PyTorchWriter.write(checkpoint, to: path, dropsAttributes: request.dropsUnlisted)
                return checkpoint.tensors.count
            }
            let tensors = try networkTensors()
            try PyTorchWriter.write(tensors, under: wrapKey, to: path)
            return tensors.count
        case .npz:
            let tensors = try writesTree ? treeTensors() : networkTensors()
            try requireWhole(tensors.map(\.name))
            try NPZWriter.write(tensors, to: path)
            return tensors.count
        case .safetensors:
            let tensors = try writesTree ? treeTensors() : networkTensors()
            try requireWhole(tensors.map(\.name))
            try SafetensorsWriter.write(tensors, texts: metadata, to: path)
            return tensors.count
        }
    }

    /// Refuses names that cannot be written as they are in the file: its bytes are no text, such as half of a surrogate
    /// pair, and are shown behind the replacement character. Safetensors has only text.
    private func requireWhole(_ names: [String]) throws(UnusableCheckpoint) {
        guard checkpoint.format != .safetensors, let name = names.first(where: { !FileName.isUTF8($0) }) else { return }
        throw UnusableCheckpoint(file: checkpoint.file, reason: .name(name))
    }

    private var wrapKey: String? {
        let isSuperResolution = resolution.network?.family.isSuperResolution == true
        return (request.wrap ?? (isSuperResolution ? .params : Wrap.none)) == .params ? "params" : nil
    }

    private var metadata: ExactDictionary<String> {
        if writesTree {
            let texts = checkpoint.texts
            let order = texts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return ExactDictionary(order.compactMap { key in texts[key].map { (key, $0) } }, uniquingKeysWith: { $1 })
        }
        var texts: ExactDictionary<String> = ["format": "pt"]
        for (name, text) in described?.texts ?? [:] where !texts.contains(name: name) { texts[name] = text }
        return texts
    }

    private var described: NetworkMetadata? {
        guard let network = resolution.network, let amplification = resolution.amplification else { return nil }
        let source =
            if case .file(let source) = amplification.source { source } else { amplification.source.description }
        return NetworkMetadata(network, amplificationSource: source)
    }

    /// The file's tensors as they stand.
    private func treeTensors() -> [NamedTensor] {
        checkpoint.tensors.map { entry in
            NamedTensor(entry.name, entry.description, byteCount: entry.byteCount) { [checkpoint] in
                try checkpoint.tensor(entry)
            }
        }
    }

    /// The network's state dict in the official order, dtypes as they are.
    private func networkTensors() throws(UnusableCheckpoint) -> [NamedTensor] {
        let network = try resolution.requireNetwork(file: checkpoint.file)
        let stateDict = resolution.selection.stateDict
        guard !stateDict.isPacked else {
            throw UnusableCheckpoint(file: checkpoint.file, reason: .noLatentWeights)
        }
        return try network.parameters.map { parameter throws(UnusableCheckpoint) in
            guard let description = stateDict.tensors[parameter.key], description.shape == parameter.shape else {
                throw UnusableCheckpoint(
                    file: checkpoint.file,
                    reason: .shape(
                        key: parameter.key, found: stateDict.tensors[parameter.key]?.shape, expected: parameter.shape))
            }
            guard request.convertsDtype, description.dtype != .float32 else {
                return NamedTensor(parameter.key, description) { try stateDict.load(parameter.key) }
            }
            let file = checkpoint.file
            return NamedTensor(parameter.key, TensorDescription(shape: description.shape)) {
                let tensor = try stateDict.load(parameter.key)
                guard let floats = tensor.floats(), let result = Tensor(floats, shape: tensor.shape) else {
                    throw UnusableCheckpoint(file: file, reason: .dtype(key: parameter.key, tensor.dtype))
                }
                if let values = tensor.doubles(),
                    let bad = zip(values, floats).first(where: { $0.isFinite && !$1.isFinite })
                {
                    throw UnusableCheckpoint(file: file, reason: .overflow(key: parameter.key, bad.0))
                }
                return result
            }
        }
    }

    private func model() throws -> BBCUModel {
        try LoadedModel(checkpoint, resolution, convertsDtype: true).model
    }

    private func writeONNX(_ path: String) throws -> Int {
        let model = try model()
        if request.form == .published { try model.requireLatentWeights(file: checkpoint.file) }
        let bytes = ONNXExport.encode(model, form: request.form)
        try WholeFile.write(bytes, to: path)
        return model.network.parameters.count
    }

    /// Whether a packed model's floats are float16: asked for, or those of a packed model that has them already.
    private var isHalf: Bool {
        request.isHalf
            || resolution.selection.stateDict.isPacked
                && checkpoint.metadata["precision"] == DType.float16.rawValue
    }

    private func writePacked(_ path: String) throws -> Int {
        let model = try model()
        guard let described else { throw UnusableCheckpoint(file: checkpoint.file, reason: .noFactor) }
        let tensors: [(name: String, tensor: Tensor)]
        do throws(PackedModelError) {
            tensors = try PackedModel.tensors(model, alpha: { model.alpha(ofUnit: $0) }, isHalf: isHalf)
        } catch { throw UnusableCheckpoint(file: checkpoint.file, reason: .packed(error)) }
        try SafetensorsWriter.write(
            tensors.map { NamedTensor($0.name, $0.tensor) },
            metadata: PackedModel.metadata(described, isHalf: isHalf), to: path)
        return tensors.count
    }
}

extension BBCUModel {
    /// The scale of each filter of the unit with a prefix, rounded once to float32; empty where there is none.
    public func alpha(ofUnit prefix: String) -> [Float] {
        guard let unit = network.layers.first(where: { $0.prefix == prefix })?.operation.unit else { return [] }
        return UnitParameters(unit, prefix: prefix, model: self).roundedAlpha
    }
}

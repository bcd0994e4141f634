import Bytes
import Checkpoints
import Execution
import Exporting
import Networks
import OrderedCollections
import Tensors

/// A file format that a checkpoint can be written in.
public enum ConversionFormat: String, Sendable, Hashable, CaseIterable {
    case safetensors, npz, pth, onnx
    /// The packed model.
    case bbcu

    /// The format that a file's name asks for, or nil.
    public init?(path: String) {
        guard let dot = path.lastIndex(of: "."), !path[dot...].contains("/") else { return nil }
        switch path[path.index(after: dot)...].lowercased() {
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
        /// The key of the dictionary around a `.pth` file's state dict; nil for what the family's loader expects.
        public var wrap: Wrap?
        /// Whether a packed model's floats are float16.
        public var isHalf = false
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
        if !writesTree { noteUnexpected() }
        if writesTree, !request.keepsTree {
            notes.append("none of the BBCU networks: the file is written as it stands")
        }
    }

    /// Whether the file is written as it stands: asked for, or because there is no network in it.
    public var writesTree: Bool { request.keepsTree || (resolution.network == nil && isPlain) }

    private var isPlain: Bool { request.format != .onnx && request.format != .bbcu }

    private mutating func noteUnexpected() {
        guard let network = resolution.network else { return }
        let expected = Set(network.parameters.map(\.key))
        let others = resolution.selection.stateDict.tensors.keys.filter { !expected.contains($0) }
        guard let first = others.first else { return }
        notes.append(
            "left out \(others.count) tensor\(others.count == 1 ? "" : "s") that the network does not have, "
                + "such as \(first.printable(atMost: 80)) (--keep-tree keeps them)")
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
                try PyTorchWriter.write(checkpoint, to: path)
                return checkpoint.tensors.count
            }
            let tensors = try networkTensors()
            try PyTorchWriter.write(tensors, under: wrapKey, to: path)
            return tensors.count
        case .npz:
            let tensors = try writesTree ? treeTensors() : networkTensors()
            try NPZWriter.write(tensors, to: path)
            return tensors.count
        case .safetensors:
            let tensors = try writesTree ? treeTensors() : networkTensors()
            try SafetensorsWriter.write(tensors, texts: metadata, to: path)
            return tensors.count
        }
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
            if case .file(let source) = amplification.source { source } else { amplification.sourceText }
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
            throw UnusableCheckpoint(
                file: checkpoint.file,
                reason: "a packed model has no latent weights; convert the checkpoint that it was made from")
        }
        return try network.parameters.map { parameter throws(UnusableCheckpoint) in
            guard let description = stateDict.tensors[parameter.key], description.shape == parameter.shape else {
                let found = stateDict.tensors[parameter.key].map { Shape.text($0.shape) } ?? "nothing"
                throw UnusableCheckpoint(
                    file: checkpoint.file,
                    reason: "\(parameter.key): found \(found), expected \(Shape.text(parameter.shape)); "
                        + "--keep-tree writes the file as it stands")
            }
            return NamedTensor(parameter.key, description) { try stateDict.load(parameter.key) }
        }
    }

    private func model() throws -> Model {
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
        guard let described else { throw UnusableCheckpoint(file: checkpoint.file, reason: "no network") }
        let tensors: [(name: String, tensor: Tensor)]
        do throws(PackedModelError) {
            tensors = try PackedModel.tensors(model, alpha: { model.alpha(ofUnit: $0) }, isHalf: isHalf)
        } catch { throw UnusableCheckpoint(file: checkpoint.file, reason: error.description) }
        try SafetensorsWriter.write(
            tensors.map { NamedTensor($0.name, $0.tensor) },
            metadata: PackedModel.metadata(described, isHalf: isHalf), to: path)
        return tensors.count
    }
}

extension Model {
    /// The scale of each filter of the unit with a prefix, rounded once to float32; empty where there is none.
    public func alpha(ofUnit prefix: String) -> [Float] {
        guard let unit = network.layers.first(where: { $0.prefix == prefix })?.operation.unit else { return [] }
        return UnitParameters(unit, prefix: prefix, model: self).roundedAlpha
    }

    /// Refuses the published form to a model that knows signs alone.
    /// - Throws: ``UnusableCheckpoint``
    public func requireLatentWeights(file: String) throws(UnusableCheckpoint) {
        guard !hasLatentWeights else { return }
        throw UnusableCheckpoint(
            file: file,
            reason: "the published form needs the latent weights, and a packed model has their signs alone; "
                + "use --form exact")
    }
}

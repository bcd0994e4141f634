import BBCUPlatform
import TensorBytes
import TensorFiles

/// A checkpoint with the network it holds, ready to be run.
public struct LoadedModel: Sendable {
    /// The file.
    public var checkpoint: Checkpoint
    /// What its tensors are.
    public var resolution: Resolution
    /// The network with its weights.
    public var model: BBCUModel
    /// The factor k and its source.
    public var amplification: Amplification
    /// Keys below the weights root that the network does not use: a sign that the weights are another network's.
    public var unusedKeys: [String] { resolution.unusedKeys.map(\.key) }

    /// Opens a checkpoint, finds its network and reads the weights.
    ///
    /// - Parameter convertsDtype: whether float16, bfloat16 and float64 weights are converted.
    /// - Throws: ``UnusableCheckpoint`` where it is none of the networks or contradicts the options; `CheckpointError`
    ///   and ``ModelError`` where it cannot be read or its tensors do not fit.
    public init(_ path: String, _ request: NetworkRequest = NetworkRequest(), convertsDtype: Bool = false) throws {
        let checkpoint = try Checkpoint.open(path)
        try self.init(checkpoint, try checkpoint.resolve(request), convertsDtype: convertsDtype)
    }

    /// Reads the weights of a network that was found.
    /// - Throws: what `init(_:_:convertsDtype:)` throws.
    public init(_ checkpoint: Checkpoint, _ resolution: Resolution, convertsDtype: Bool = false) throws {
        let path = checkpoint.file
        self.checkpoint = checkpoint
        self.resolution = resolution
        let network = try resolution.requireNetwork(file: path)
        guard let amplification = resolution.amplification else {
            throw UnusableCheckpoint(file: path, reason: .noFactor)
        }
        self.amplification = amplification
        try resolution.requireAgreement(file: path)
        do throws(any Error) {
            model = try BBCUModel(
                network: network, stateDict: resolution.selection.stateDict, convertsDtype: convertsDtype)
        } catch let error as ModelError {
            throw UnusableCheckpoint(file: path, reason: .model(error))
        } catch let error as PackedModelError {
            throw UnusableCheckpoint(file: path, reason: .packed(error))
        }
    }
}

extension LoadedModel {
    /// The same network with the weights under the file's other roots: what a port may have taken by mistake; none if some
    /// cannot be read. Without it a port that took those is wrong or inconclusive all the same; its fault is not named.
    public func alternatives() -> [(root: String, model: BBCUModel)] { (try? readAlternatives()) ?? [] }

    /// The same network with the weights under the file's other roots.
    /// - Throws: what reading a tensor throws. A root whose tensors are not the network's is left out.
    public func readAlternatives() throws -> [(root: String, model: BBCUModel)] {
        try TensorSource(checkpoint).others(than: resolution.selection).compactMap { root, stateDict in
            do {
                return (root, try BBCUModel(network: model.network, stateDict: stateDict, convertsDtype: true))
            } catch is ModelError {
                return nil
            }
        }
    }
}

extension BBCUModel {
    /// Refuses the published form to a model that knows signs alone.
    /// - Throws: ``UnusableCheckpoint``
    public func requireLatentWeights(file: String) throws(UnusableCheckpoint) {
        guard !hasLatentWeights else { return }
        throw UnusableCheckpoint(file: file, reason: .noPublishedForm)
    }
}

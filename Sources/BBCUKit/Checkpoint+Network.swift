import Bytes
import Checkpoints
import Networks
import OrderedCollections
import Tensors

extension TensorSource {
    /// The tensors of a checkpoint, without those that lie beside its state dict. Where a name occurs twice, the first
    /// tensor counts.
    ///
    /// - Throws: ``PackedModelError`` for a packed model that contradicts its format.
    public init(_ checkpoint: Checkpoint) throws(PackedModelError) {
        let entries = OrderedDictionary(
            checkpoint.tensors.filter { !checkpoint.isApart($0) }.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        let texts = checkpoint.metadata
        let source = TensorSource(descriptions: entries.mapValues(\.description), metadata: NetworkMetadata(texts)) {
            name in
            guard let entry = entries[name] else { throw PackedModelError("\(name): no such tensor") }
            return try checkpoint.tensor(entry)
        }
        self = texts["format"] == PackedModel.format ? try source.unpacked(texts) : source
    }
}

extension Options {
    /// Reads an options file.
    /// - Throws: ``OptionsError`` where it is no options file, `CheckpointError` where it cannot be read.
    public static func read(_ path: String) throws -> Options {
        let region: ByteRegion
        do throws(BytesError) {
            region = try ByteRegion.mapping(path)
        } catch {
            throw OptionsError(file: path, reason: error.found)
        }
        // Options files are a few kilobytes; more is some other file given by mistake.
        guard region.count <= 1 << 20 else {
            throw OptionsError(file: path, reason: "\(region.count) bytes is too large for an options file")
        }
        return try Options(text: String(decoding: region.bytes, as: UTF8.self), file: path)
    }
}

/// A checkpoint with the network it holds, ready to be run.
public struct LoadedModel: Sendable {
    /// The file.
    public var checkpoint: Checkpoint
    /// What its tensors are.
    public var resolution: Resolution
    /// The network with its weights.
    public var model: Model
    /// The factor k and its source.
    public var amplification: Amplification

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
            throw UnusableCheckpoint(file: path, reason: "a network without a factor k")
        }
        self.amplification = amplification
        try resolution.requireAgreement(file: path)
        do throws(any Error) {
            model = try Model(
                network: network, stateDict: resolution.selection.stateDict, convertsDtype: convertsDtype)
        } catch let error as ModelError {
            throw UnusableCheckpoint(file: path, reason: error.description)
        } catch let error as PackedModelError {
            throw UnusableCheckpoint(file: path, reason: error.description)
        }
    }
}

extension Checkpoint {
    /// Finds the network in the checkpoint's tensors.
    /// - Throws: ``UnusableCheckpoint`` where the root asked for holds no tensor.
    public func resolve(_ request: NetworkRequest = NetworkRequest()) throws(UnusableCheckpoint) -> Resolution {
        let source: TensorSource
        do throws(PackedModelError) { source = try TensorSource(self) } catch {
            throw UnusableCheckpoint(file: file, reason: error.description)
        }
        do throws(RootError) { return try source.resolve(request) } catch {
            throw UnusableCheckpoint(file: file, reason: error.description)
        }
    }
}

extension Resolution {
    /// Refuses options that contradict the checkpoint.
    /// - Throws: ``UnusableCheckpoint`` that names both.
    public func requireAgreement(file: String) throws(UnusableCheckpoint) {
        guard let problem = problems.first(where: { $0.severity == .error }) else { return }
        throw UnusableCheckpoint(
            file: file,
            reason: "the options do not fit; \(problem.key ?? "options"): expected \(problem.expected), "
                + "found \(problem.found)")
    }

    /// The recognised network.
    /// - Throws: ``UnusableCheckpoint`` that names the nearest family where there is none.
    public func requireNetwork(file: String) throws(UnusableCheckpoint) -> Network {
        if let network { return network }
        if let nearest, nearest.score >= StateDict.recognitionThreshold {
            throw UnusableCheckpoint(
                file: file,
                reason: "no key of it is one of the network that was asked for; its keys are those of "
                    + "\(nearest.network.family.rawValue)")
        }
        let nearest = nearest.map {
            "; the nearest is \($0.network.family.rawValue), with \(Int($0.score * 100)) % of all keys in common"
                + " where 50 % are needed"
        }
        throw UnusableCheckpoint(file: file, reason: "none of the BBCU networks" + (nearest ?? ""))
    }
}

/// A file that is a checkpoint, but none that can be run.
public struct UnusableCheckpoint: Error, Hashable, CustomStringConvertible {
    /// The file, as the caller named it.
    public var file: String
    /// Why.
    public var reason: String
    /// The error in words.
    public var description: String { "\(file): \(reason)" }
}

import BBCUPlatform
import TensorPickle

// `pickle.dump` of a tensor: its storage is a call of `torch.storage._load_from_bytes` with what `torch.save` of the
// storage wrote, in the format before version 1.6.
//
// Source: `__reduce__` of the storages in `torch/storage.py`.
extension ObjectTree {
    static let loadFromBytes = "torch.storage._load_from_bytes"

    /// The storage that a value is: one of the file, by its persistent identifier, or one within the pickle. Nil for
    /// any other value.
    mutating func storageReference(_ value: PickleValue) throws(CheckpointError) -> StorageReference? {
        switch graph.node(value)?.kind {
        case .persistent(let identifier): return StorageReference(identifier, in: graph)
        case .object(let function, let arguments, _):
            guard graph.globalName(function) == Self.loadFromBytes, let argument = graph.tuple(arguments)?.first,
                case .node(let index) = value
            else { return nil }
            if let known = embedded[index] { return known }
            let reference = try embeddedStorage(argument)
            embedded[index] = reference
            return reference
        default: return nil
        }
    }

    /// Reads the storage that bytes within the pickle are a file of. Only its one storage is taken out of it, so that
    /// files within such files are never followed.
    private mutating func embeddedStorage(_ argument: PickleValue) throws(CheckpointError) -> StorageReference {
        guard let region = try bytes(argument) else {
            throw failure(.tensor, found: "a storage within the pickle that is no bytes", expected: "bytes")
        }
        // Bytes can be named many times, and each reading of them takes as long as they are.
        try spendText(region.count)
        guard LegacyStream.hasMagicNumber(region) else {
            throw failure(
                .tensor, found: "\(FileKind(region).description) as a storage within the pickle",
                expected: "a file in PyTorch's format from before version 1.6")
        }
        let stream = try LegacyStream.storage(region, reading)
        let key = keyPrefix + "pickle/\(inside.regions.count)"
        inside.regions[key] = stream.region
        return StorageReference(type: stream.reference.type, key: key, count: stream.reference.count, view: nil)
    }
}

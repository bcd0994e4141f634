import BBCUPlatform
import TensorArchives
import TensorPickle

/// Writes PyTorch's ZIP archives: a pickle of protocol 2, and each storage as an entry that starts at a multiple of 64
/// bytes.
///
/// Source: `_save` and `_rebuild_tensor_v2` in PyTorch's `torch/serialization.py` and `torch/_utils.py`.
public enum PyTorchWriter {
    /// Writes tensors as the ordered dictionary that `state_dict()` returns.
    ///
    /// - Parameter key: the key of a dictionary around it, such as `params`; none where it is nil.
    /// - Throws: `dtype` for a tensor that PyTorch's plain tensors cannot hold, `file(.unwritable)`; what reading a
    ///   tensor throws.
    public static func write(_ tensors: [NamedTensor], under key: String?, to path: String) throws {
        var tree = TreePickle(file: path)
        if let key { tree.beginDictionary(around: key) }
        tree.beginOrderedDictionary()
        for (index, tensor) in tensors.enumerated() {
            tree.pickle.string(tensor.name)
            try tree.tensor(tensor.description, storage: String(index), place: tensor.name)
        }
        tree.endDictionary()
        if key != nil { tree.endDictionary() }
        var archive = try PyTorchArchive(path, tree)
        for (index, tensor) in tensors.enumerated() { try archive.add(String(index), try tensor.load().bytes) }
        try archive.finish()
    }

    /// Writes everything a checkpoint holds as it stands. Tensors that share a storage go on sharing it.
    ///
    /// - Parameter dropsAttributes: whether attributes of tensors that are tensors themselves are left out.
    /// - Throws: `tensor` for what can be read and not be written: objects of other classes, sparse and quantized
    ///   tensors, attributes that are tensors, bytes; `file(.unwritable)`; what reading a storage throws.
    public static func write(
        _ checkpoint: Checkpoint, to path: String, dropsAttributes: Bool = false
    ) throws(CheckpointError) {
        var tree = TreePickle(file: path, checkpoint: checkpoint, dropsAttributes: dropsAttributes)
        do throws(CheckpointError) { try tree.node(checkpoint.root, at: []) } catch {
            throw error.inFile(checkpoint.file)
        }
        var archive = try PyTorchArchive(path, tree)
        for (index, source) in tree.storages.enumerated() {
            try archive.add(String(index), try checkpoint.bytes(of: source))
        }
        try archive.finish()
    }
}

/// The entries around the pickle.
private struct PyTorchArchive {
    private var archive: ZipWriter

    init(_ path: String, _ tree: TreePickle) throws(CheckpointError) {
        archive = try CheckpointError.zipWriting { () throws(ZipError) in try ZipWriter(path) }
        var pickle = tree.pickle
        pickle.append(.stop)
        try entry("data.pkl", pickle.bytes)
        try entry("byteorder", Array("little".utf8))
    }

    mutating func add(_ storage: String, _ bytes: [UInt8]) throws(CheckpointError) {
        try entry("data/" + storage, bytes)
    }

    mutating func finish() throws(CheckpointError) {
        try entry("version", Array("3\n".utf8))
        try CheckpointError.zipWriting { () throws(ZipError) in try archive.finish() }
    }

    private mutating func entry(_ name: String, _ bytes: [UInt8]) throws(CheckpointError) {
        try CheckpointError.zipWriting { () throws(ZipError) in try archive.add("archive/" + name, bytes) }
    }
}

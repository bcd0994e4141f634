import BBCUPlatform
import TensorArchives
import TensorPickle

/// What can be wrong with a checkpoint or an array file.
public enum CheckpointCode: Hashable, Sendable {
    /// The file itself: absent, a directory, unreadable, empty, or not to be written.
    case file(BytesCode)
    /// The ZIP archive around it.
    case archive(ZipCode)
    /// The tar archive around it.
    case tar(TarCode)
    /// The pickle in it.
    case pickle(PickleCode)
    /// The file is of another kind.
    case notCheckpoint
    /// The archive has no `data.pkl`, or several; a tar archive lacks one of PyTorch's files.
    case noPickle
    /// The byte order is neither `little` nor `big`.
    case byteOrder
    /// What should be a tensor is described in a way that PyTorch does not write.
    case tensor
    /// The element type is not one of PyTorch's.
    case dtype
    /// A tensor's storage is not in the file.
    case missingStorage
    /// A storage is shorter than the checkpoint says.
    case storageSize
    /// A tensor reaches past the end of its storage.
    case beyondStorage
    /// Sizes or strides do not fit the machine's integers.
    case overflow
    /// A limit is exceeded: nesting, number of entries, a tensor far larger than its storage.
    case limit
    /// A `.npy` file contradicts its format, or holds what no tensor can.
    case npy
    /// A safetensors file contradicts its format.
    case safetensors
    /// An index of shards contradicts itself or its files, or names a file outside its folder.
    case shards
    /// The plan of a distributed checkpoint contradicts itself or its files, or names a file outside its folder.
    case distributed
    /// An exported program contradicts itself.
    case exported
    /// Part of the tensor is not in the files.
    case incomplete
    /// A folder holds no checkpoint, or several.
    case folder
    /// The file has no such part as was asked for.
    case absentRoot
    /// The tensor was saved without values: on the meta device, or by a class that keeps them elsewhere.
    case noValues
}

extension CheckpointCode: WritingCode {
    package var isUnwritable: Bool { self == .file(.unwritable) }
}

/// An error of checkpoints and array files. Its description is one line: the file, the place in it, what was found,
/// what was expected and what to do.
public typealias CheckpointError = ReadingError<CheckpointCode>

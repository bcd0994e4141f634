import BBCUPlatform
import TensorArchives
import TensorBytes

/// Writes a `.npz` file, NumPy's archive of named arrays, one array after the other.
///
/// The file appears when it is finished; if it never is, nothing is left behind.
public struct NPZWriter {
    private var archive: ZipWriter

    /// Begins a file.
    ///
    /// - Throws: `file(.unwritable)`.
    public init(_ path: String) throws(CheckpointError) {
        archive = try CheckpointError.zipWriting { () throws(ZipError) in try ZipWriter(path) }
    }

    /// Adds an array under the name that `numpy.load` gives it.
    ///
    /// - Throws: `npy` for a dtype that NumPy lacks, `archive(.duplicateName)`, `archive(.malformed)` for a name that leads out of the
    ///   folder in which the archive is unpacked, `file(.unwritable)`.
    public mutating func add(_ name: String, _ tensor: Tensor) throws(CheckpointError) {
        if let escape = PathText.escape(name) {
            throw CheckpointError(
                .archive(.malformed), place: name, found: "a name that \(escape.text)",
                expected: "a name below the archive's folder, where it is unpacked",
                advice: "convert to safetensors or pth, whose names are no paths")
        }
        let bytes = try NumPyArray.encode(tensor)
        try CheckpointError.zipWriting { () throws(ZipError) in try archive.add(name + ".npy", bytes) }
    }

    /// Completes the file and puts it in its place.
    ///
    /// - Throws: `file(.unwritable)`.
    public mutating func finish() throws(CheckpointError) {
        try CheckpointError.zipWriting { () throws(ZipError) in try archive.finish() }
    }
}

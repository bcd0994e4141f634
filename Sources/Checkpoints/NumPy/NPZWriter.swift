import Bytes
import Containers
import Tensors

/// Writes a `.npz` file, NumPy's archive of named arrays, one array after the other.
///
/// The file appears when it is finished; if it never is, nothing is left behind.
public struct NPZWriter {
    private var archive: ZipWriter

    /// Begins a file.
    ///
    /// - Throws: `file(.unwritable)`.
    public init(_ path: String) throws(CheckpointError) {
        archive = try Self.writing { () throws(ZipError) in try ZipWriter(path) }
    }

    /// Adds an array under the name that `numpy.load` gives it.
    ///
    /// - Throws: `npy` for a dtype that NumPy lacks, `archive(.duplicateName)`, `file(.unwritable)`.
    public mutating func add(_ name: String, _ tensor: Tensor) throws(CheckpointError) {
        let bytes = try NumPyArray.encode(tensor)
        do throws(ZipError) { try archive.add(name + ".npy", bytes) } catch { throw Self.recoded(error) }
    }

    /// Completes the file and puts it in its place.
    ///
    /// - Throws: `file(.unwritable)`.
    public mutating func finish() throws(CheckpointError) {
        do throws(ZipError) { try archive.finish() } catch { throw Self.recoded(error) }
    }

    private static func writing<Result>(_ body: () throws(ZipError) -> Result) throws(CheckpointError) -> Result {
        do throws(ZipError) { return try body() } catch { throw recoded(error) }
    }

    private static func recoded(_ error: ZipError) -> CheckpointError {
        error.recoded(error.code == .unwritable ? .file(.unwritable) : .archive(error.code))
    }
}

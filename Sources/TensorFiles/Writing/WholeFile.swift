import BBCUPlatform

/// A file that appears whole or not at all.
public enum WholeFile {
    /// Writes bytes.
    /// - Throws: `CheckpointError` where the file cannot be written.
    public static func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
        try write(bytes, to: path, replacesInput: false)
    }

    /// Writes the state of a run, which may have been read from the same file.
    package static func writeState(_ text: String, to path: String) throws(CheckpointError) {
        try write(Array(text.utf8), to: path, replacesInput: true)
    }

    private static func write(_ bytes: [UInt8], to path: String, replacesInput: Bool) throws(CheckpointError) {
        do throws(BytesError) {
            let file = try AtomicFile(path, replacesInput: replacesInput)
            try file.write(bytes)
            try file.commit()
        } catch { throw error.recoded(.file(error.code), file: path) }
    }

    /// Writes text, in UTF-8.
    /// - Throws: what `write(_:to:)` throws.
    public static func write(_ text: String, to path: String) throws(CheckpointError) {
        try write(Array(text.utf8), to: path)
    }
}

import BBCUPlatform

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension TensorFile {
    /// Opens the file at a URL, or the one checkpoint in a folder.
    ///
    /// - Throws: what `init(_:limits:)` of a path throws; `unreadable` for a URL that is not a file's.
    public init(_ url: URL, limits: ReadingLimits = ReadingLimits()) throws(CheckpointError) {
        let path = url.path(percentEncoded: false)
        // A path goes to the system as text that ends at its first zero.
        guard url.isFileURL, !path.isEmpty, !path.utf8.contains(0) else {
            throw CheckpointError(
                .file(.unreadable), file: url.absoluteString, found: "a URL that names no file",
                expected: "file:// and a path in UTF-8", advice: "name a file on this machine")
        }
        try self.init(path, limits: limits)
    }
}

import BBCUPlatform
import TensorBytes

/// A file that another one names, in its own folder or below. The name comes from a stranger, so it may not lead
/// elsewhere; what lies under it may be a link to a regular file, as in the cache of Hugging Face, where a snapshot's
/// files are links into `../../blobs`.
enum NeighbourFile {
    /// What lies under a name.
    enum Finding {
        case file(ByteRegion)
        /// Nothing, or a link to nothing: why, in words.
        case absent(String)
    }

    /// The folder of a path, with a slash at its end; empty for a name without a slash. A slash is a byte, whatever follows it.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(decoding: path.utf8[...slash], as: UTF8.self)
    }

    /// Why a name may not be used, in words; nil for one that stays in its folder.
    static func fault(in name: String) -> String? {
        if name.isEmpty { return "an empty name" }
        if name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) {
            return "a name with a backslash or a NUL byte"
        }
        if name.utf8.first == UInt8(ascii: "/") { return "an absolute path" }
        let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if parts.contains(where: { $0.elementsEqual("..".utf8) }) { return "a file outside the folder" }
        let isPlain = parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) }
        return isPlain ? nil : "a name with an empty part"
    }

    /// The bytes of a file beside `file`.
    ///
    /// - Throws: an error of the given code for a name that leads elsewhere and for what is no regular file; what
    ///   mapping the file throws.
    static func find(
        _ name: String, beside file: String, _ code: CheckpointCode
    ) throws(CheckpointError) -> Finding {
        if let fault = fault(in: name) {
            throw CheckpointError(
                code, place: name, found: fault, expected: "the name of a file of the same folder, or below it",
                advice: "do not trust this file")
        }
        let path = folder(of: file) + name
        switch FolderListing.lying(at: path) {
        case .nothing: return .absent("the file '\(name.printable(atMost: 160))' is not there")
        case .danglingLink:
            return .absent("the file '\(name.printable(atMost: 160))' is a link to something that is not there")
        case .other:
            throw CheckpointError(
                code, place: name, found: "a folder, device or pipe", expected: "a regular file, or a link to one",
                advice: "get the file again")
        case .file: return .file(try Checkpoint.map(path))
        }
    }
}

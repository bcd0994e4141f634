import BBCUPlatform
import TensorBytes

/// A storage of a file that no listed tensor uses, or an entry of its archive that is none of PyTorch's or NumPy's.
public struct UnlistedStorage: JSONModel, Sendable, Hashable {
    /// The storage's key in the file; nil for an entry that is no storage.
    public let key: String?
    /// The archive's entry; nil if the file is no archive.
    public let entry: String?
    /// Bytes of it.
    public let byteCount: Int
    /// Where the file names the storage without a tensor: keys joined by dots. Nil if nothing names it.
    public let path: String?

    private enum CodingKeys: String, CodingKey {
        case key, entry
        case byteCount = "bytes"
        case path
    }

    /// What it is called in reports: the path, else the entry, else the key.
    public var name: String { path ?? entry ?? key.map { $0.isEmpty ? "(no name)" : "storage '\($0)'" } ?? "(no name)" }
}

extension Checkpoint {
    /// What of the file no listed tensor uses, in the order of the file. Reads no values.
    public var unlisted: [UnlistedStorage] {
        var used: Set<ExactName> = []
        for entry in allTensors where entry.layout.hasValues {
            used.insert(ExactName(entry.storageKey))
            guard case .perChannel(_, _, let scales, let zeroPoints)? = entry.layout.quantization else { continue }
            for case .tensor(let layout) in [scales, zeroPoints] { used.insert(ExactName(layout.storageKey)) }
        }
        let left = storages.places.filter { place in place.key.map { !used.contains(ExactName($0)) } ?? true }
        guard !left.isEmpty else { return [] }
        var finder = StorageNames()
        finder.visit(root, "")
        return left.map { place in
            UnlistedStorage(
                key: place.key, entry: place.entry, byteCount: place.byteCount,
                path: place.key.flatMap { finder.paths[$0] })
        }
    }

    /// The bytes of a storage that no tensor uses.
    ///
    /// - Throws: what is wrong with it in the file, for example its CRC-32.
    public func bytes(of unlisted: UnlistedStorage) throws(CheckpointError) -> ByteRegion {
        do throws(CheckpointError) {
            return try storages.bytes(
                of: StoragePlace(key: unlisted.key, entry: unlisted.entry, byteCount: unlisted.byteCount))
        } catch { throw error.inFile(file) }
    }

    /// The bytes of one of the source files in ``code``.
    ///
    /// - Throws: what is wrong with the entry in the file.
    public func bytes(ofCode name: String) throws(CheckpointError) -> ByteRegion {
        do throws(CheckpointError) {
            return try storages.bytes(of: StoragePlace(key: nil, entry: codeFolder + name, byteCount: 0))
        } catch { throw error.inFile(file) }
    }
}

/// Where a tree names storages without a tensor.
private struct StorageNames {
    /// Nodes that are looked at: a tree can repeat what it holds, and a path is only for people.
    private var left = 1_000_000
    private(set) var paths: ExactDictionary<String> = [:]

    mutating func visit(_ node: CheckpointNode, _ path: String) {
        left -= 1
        guard left > 0 else { return }
        if case .storage(_, let key) = node, paths[key] == nil { paths[key] = path }
        for member in node.members { visit(member.node, path.isEmpty ? member.name : path + "." + member.name) }
    }
}

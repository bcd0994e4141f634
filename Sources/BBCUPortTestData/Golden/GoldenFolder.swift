import BBCUPlatform
import BBCUPortChecking
import BBCUWeightPacking
import TensorBytes
import TensorFiles

/// A folder of golden data with its manifest, `manifest.json`, which `Schemas/golden.schema.json` describes.
public struct GoldenFolder {
    private let path: String
    /// nil for hashes alone.
    private let format: GoldenFormat?
    /// Refuses a file that must not be written over.
    private let guarding: (_ path: String) throws -> Void
    private var cases: [JSONMembers] = []
    private var constants: [GoldenEntry] = []
    /// Arrays so far.
    public private(set) var itemCount = 0

    /// Makes the folder.
    ///
    /// - Parameters:
    ///   - format: nil for a manifest of hashes in place of the bulk.
    ///   - guarding: called with every file before it is written; throws for one that must not be.
    /// - Throws: ``PortError`` where the folder cannot be made, and what `guarding` throws.
    public init(
        _ path: String, format: GoldenFormat?, guarding: @escaping (_ path: String) throws -> Void = { _ in }
    ) throws {
        (self.path, self.format, self.guarding) = (path, format, guarding)
        try FolderListing.make(path)
        try guarding(path + "/manifest.json")
    }

    /// Adds what the network is made of.
    /// - Throws: what writing a file throws.
    public mutating func add(constants items: [GoldenItem]) throws {
        constants = try write(items, group: "constants")
    }

    /// Adds a case.
    /// - Throws: what writing a file throws.
    public mutating func add(_ golden: GoldenCase) throws {
        cases.append(
            JSONMembers([
                "name": golden.name, "input": golden.text, "items": try write(golden.items, group: golden.name),
            ]))
    }

    /// Writes arrays into a folder of their own, and describes them.
    mutating func write(_ items: [GoldenItem], group: String) throws -> [GoldenEntry] {
        if let format {
            for item in items { try guarding(path + "/" + format.fileName(item, in: group)) }
            if format.usesFolders { try FolderListing.make(path + "/" + group) }
            try format.write(items, group: group, into: path)
        }
        itemCount += items.count
        return items.map { item in
            GoldenEntry(
                name: item.name, kind: item.kind, dtype: item.type, shape: item.shape, layout: item.layout,
                tolerance: item.tolerance, reason: item.reason, file: format?.fileName(item, in: group),
                sha256: ByteRegion(item.bytes).sha256())
        }
    }

    /// Writes the manifest.
    ///
    /// - Parameters:
    ///   - head: the file and network.
    ///   - sequences: cases to be run one after the other.
    /// - Throws: `CheckpointError` where it cannot be written.
    public func finish(
        head: GoldenHead, order: GoldenOrder, word: Int, sequences: [GoldenSequence]
    ) throws(CheckpointError) {
        let arrays = JSONMembers([
            "format": format?.rawValue ?? "hashes", "order": order.text, "word": word, "constants": constants,
            "cases": cases, "sequences": sequences,
        ])
        try WholeFile.write(JSONMembers([:], with: head, arrays).json.text + "\n", to: path + "/manifest.json")
    }
}

import BBCUPlatform
import TensorArchives
import TensorBytes

/// An exported program (`torch.export.save`, `.pt2`): an archive of the weights, the constants, the example inputs and
/// the graph, which is not read.
///
/// Source: `torch/export/pt2_archive/_package.py` and, for the layout from before PyTorch 2.8, `torch.export.load` in
/// `torch/export/__init__.py` (PyTorch 2.15).
struct ExportedProgram {
    private static let formatName = "archive_format"
    private static let programName = "serialized_exported_program.json"

    let archive: ZipArchive
    /// What stands before every entry's name.
    let prefix: String
    /// Whether the parts are single files beside the graph, as before PyTorch 2.8.
    let isOlder: Bool

    /// The program in an archive; nil for an archive of another kind.
    init?(_ archive: ZipArchive) {
        let format = Self.marker(Self.formatName, in: archive).flatMap { name in
            (try? archive.beginning(of: name, count: 4))?.starts(with: Array("pt2".utf8)) == true ? name : nil
        }
        guard let marker = format ?? Self.marker(Self.programName, in: archive) else { return nil }
        self.archive = archive
        isOlder = format == nil
        let length = (isOlder ? Self.programName : Self.formatName).utf8.count
        prefix = String(decoding: Array(marker.utf8).dropLast(length), as: UTF8.self)
    }

    /// The entry of a name at the archive's root, or in its one folder.
    private static func marker(_ name: String, in archive: ZipArchive) -> String? {
        archive.entries.first { entry in
            let parts = entry.name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            return parts.count <= 2 && parts.last?.elementsEqual(name.utf8) == true
        }?.name
    }

    /// The checkpoint of the program.
    ///
    /// - Throws: `exported` if the archive contradicts its format.
    func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        guard !reading.isWithin else {
            throw ExportedPayloads.failure(
                nil, found: "an exported program within another file", expected: "values")
        }
        guard archive.entry(prefix + "data.pkl") == nil, archive.entry("data.pkl") == nil else {
            throw ExportedPayloads.failure(
                "data.pkl", found: "a PyTorch checkpoint and an exported program in one archive",
                expected: "one of them")
        }
        var reader = ExportedReader(self, isBigEndian: try isBigEndian, reading, byteCount: region.count)
        if isOlder { reader.readOlder() } else { try reader.readModels() }
        return try reader.checkpoint(region)
    }

    /// The names of the entries in a folder, without it.
    func names(in folder: String) -> [String] {
        let start = Array((prefix + folder).utf8)
        return archive.entries.compactMap { entry in
            let name = entry.name.utf8
            guard name.starts(with: start), name.count > start.count else { return nil }
            return String(decoding: name.dropFirst(start.count), as: UTF8.self)
        }
    }

    /// The data of an entry below the prefix.
    func contents(_ name: String) throws(CheckpointError) -> ByteRegion {
        try CheckpointError.archive { () throws(ZipError) in try archive.contents(of: prefix + name) }
    }

    private var isBigEndian: Bool {
        get throws(CheckpointError) {
            guard archive.entry(prefix + "byteorder") != nil else { return false }
            return try contents("byteorder").starts(with: Array("big".utf8))
        }
    }

    /// Who wrote the program, as far as the archive says.
    var writer: String {
        guard !isOlder else { return "PyTorch 2.1 to 2.7 (torch.export)" }
        let version = try? archive.beginning(of: prefix + "archive_version", count: 16)
        let text = version.map { String(decoding: $0.bytes, as: UTF8.self).printable(atMost: 20) }
        return "PyTorch 2.8 or later (torch.export" + (text.map { ", archive version \($0))" } ?? ")")
    }
}

/// The storages of an exported program: entries of the archive by their names, and those of the pickles among them.
struct ExportedStorages: StorageSource {
    let program: ExportedProgram
    let isBigEndian: Bool
    var pickled = KeyedStorages()

    func byteCount(of key: String) -> Int? {
        pickled.byteCount(of: key) ?? program.archive.entry(program.prefix + key)?.size
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        pickled.has(key) ? try pickled.bytes(of: key) : try program.contents(key)
    }

    func isBigEndian(_ key: String) -> Bool { pickled.has(key) ? pickled.isBigEndian(key) : isBigEndian }

    /// Payloads, but for those that are descriptions of others. Then the graph and what is not known, compared as bytes.
    var places: [StoragePlace] {
        let payloads = program.names(in: "data/").map { "data/" + $0 }.filter { name in
            !name.ends(with: ".json") && !name.ends(with: "/") && !pickled.hasSource(name)
        }
        return payloads.map { name in
            StoragePlace(key: name, entry: program.prefix + name, byteCount: byteCount(of: name) ?? 0)
        } + pickled.places + others
    }

    /// Small records that say how the archive is to be read.
    private static let records = ["archive_format", "archive_version", "byteorder", "version"]

    private var others: [StoragePlace] {
        program.names(in: "").filter { name in
            !name.ends(with: "/") && !name.begins(with: "data/") && !name.begins(with: ".data/")
                && !Self.records.contains(name) && !pickled.hasSource(name)
        }
        .map {
            StoragePlace(entry: program.prefix + $0, byteCount: program.archive.entry(program.prefix + $0)?.size ?? 0)
        }
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        guard let key = place.key else {
            guard let name = place.entry?.without(prefix: program.prefix), !pickled.hasSource(name) else {
                return try pickled.bytes(of: place)
            }
            return try program.contents(name)
        }
        return try bytes(of: key)
    }
}

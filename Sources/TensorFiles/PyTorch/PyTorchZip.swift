import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorPickle

/// PyTorch's ZIP format: a folder with `data.pkl` and one entry `data/<key>` for each storage.
///
/// Source: `torch/serialization.py` of PyTorch 1.12 to 2.13.
struct PyTorchZip: StorageSource {
    let archive: ZipArchive
    /// What stands before `data.pkl` in its entry's name.
    let prefix: String
    let isBigEndian: Bool
    /// The folder of the storages; a TorchScript archive keeps those of its constants in another.
    var folder = "data/"

    func isBigEndian(_ key: String) -> Bool { isBigEndian }

    static func open(
        _ archive: ZipArchive, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        let prefix = try prefix(in: archive)
        let source = PyTorchZip(
            archive: archive, prefix: prefix, isBigEndian: try isBigEndian(archive, prefix))
        let tree = try source.tree("data.pkl", reading)
        guard source.isTorchScript else {
            var checkpoint = Checkpoint(
                reading, format: .pyTorchZip, root: tree.root,
                tensors: try TensorListing.tensors(in: tree, reading), region: region, storages: tree.storages)
            checkpoint.writer = PyTorchGeneration.ofArchive { archive.entry(inAnyCase: prefix + $0) != nil }
            checkpoint.notes += source.notes + tree.notes
            return checkpoint
        }
        return try source.torchScript(tree, region, reading)
    }

    /// The tree of one of the archive's pickles.
    func tree(_ name: String, _ reading: Reading) throws(CheckpointError) -> ObjectTree.Result {
        let pickle = try CheckpointError.archive { () throws(ZipError) in
            try archive.contents(of: entryName(name) ?? prefix + name)
        }
        let graph: PickleGraph
        do throws(PickleError) {
            graph = try PickleMachine.run(pickle, limits: reading.limits.pickle)
        } catch { throw error.recoded(.pickle(error.code), place: prefix + name) }
        return try ObjectTree.build(graph, storages: self, reading)
    }

    /// The full name of an entry. PyTorch's reader finds it in capitals as well: it passes no flag to miniz, which then
    /// does not look at the case of ASCII letters.
    ///
    /// Source: `getRecordID` in `caffe2/serialize/inline_container.cc`, `mz_zip_reader_locate_file` in miniz.
    func entryName(_ name: String) -> String? { archive.entry(inAnyCase: prefix + name)?.name }

    var notes: [String] {
        let isCapital = archive.entry(prefix + "data.pkl") == nil
        return archive.checksumNotes
            + (isCapital
                ? ["The names of the archive's entries are in capitals, which PyTorch reads all the same."] : [])
    }

    /// Whether an entry is called `data.pkl`, whatever the case.
    static func isPickle(_ name: String) -> Bool {
        let lowered = name.lowercasedASCII
        return lowered.isExactly("data.pkl") || lowered.ends(with: "/data.pkl")
    }

    /// The folder is arbitrary, and other tools may have put it into further ones: the outermost `data.pkl` counts.
    private static func prefix(in archive: ZipArchive) throws(CheckpointError) -> String {
        let candidates = archive.entries.map(\.name).filter(isPickle)
            .map { (name: $0, depth: $0.utf8.count { $0 == UInt8(ascii: "/") }) }
        guard let depth = candidates.map(\.depth).min() else {
            throw ArchiveContents(archive.entries.map(\.name)).error
        }
        let outermost = candidates.filter { $0.depth == depth }
        guard outermost.count == 1 else {
            throw CheckpointError(
                .noPickle, place: outermost[1].name, found: "a second data.pkl beside '\(outermost[0].name)'",
                expected: "one", advice: "which of them is meant cannot be known")
        }
        return PathText.folder(of: outermost[0].name)
    }

    private static func isBigEndian(_ archive: ZipArchive, _ prefix: String) throws(CheckpointError) -> Bool {
        guard let entry = archive.entry(inAnyCase: prefix + "byteorder") else { return false }
        let order = try CheckpointError.archive { () throws(ZipError) in try archive.contents(of: entry.name) }
        switch String(decoding: order.bytes.prefix(16), as: UTF8.self) {
        case "little": return false
        case "big": return true
        case let other:
            throw CheckpointError(
                .byteOrder, place: prefix + "byteorder", found: "the byte order '\(other)'",
                expected: "'little' or 'big'", advice: "this version does not know it")
        }
    }

    func byteCount(of key: String) -> Int? { archive.entry(inAnyCase: prefix + folder + key)?.size }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        try CheckpointError.archive { () throws(ZipError) in
            try archive.contents(of: entryName(folder + key) ?? prefix + folder + key)
        }
    }

    var places: [StoragePlace] {
        archive.entries.compactMap { entry in
            guard !entry.name.ends(with: "/") || entry.size > 0 else { return nil }
            guard let name = entry.name.without(prefix: prefix) else {
                return .init(entry: entry.name, byteCount: entry.size)
            }
            // Names are found in any case; a key is what stands behind the folder, of the same number of bytes.
            if name.lowercasedASCII.begins(with: folder.lowercasedASCII) {
                let key = String(decoding: name.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
                return .init(key: key, entry: entry.name, byteCount: entry.size)
            }
            return isKnown(name.lowercasedASCII) ? nil : .init(entry: entry.name, byteCount: entry.size)
        }
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key { return try bytes(of: key) }
        return try CheckpointError.archive { () throws(ZipError) in try archive.contents(of: place.entry ?? "") }
    }

    /// What PyTorch itself writes beside storages.
    private func isKnown(_ name: String) -> Bool {
        let records = ["data.pkl", "version", "byteorder", ".format_version", ".storage_alignment"]
        if records.contains(name) || name.begins(with: ".data/") { return true }
        return isTorchScript && (name == "constants.pkl" || name.begins(with: "code/"))
    }
}

extension ReadingError where Code == CheckpointCode {
    /// Runs what reads an archive.
    static func archive<Result>(_ body: () throws(ZipError) -> Result) throws(CheckpointError) -> Result {
        do throws(ZipError) { return try body() } catch { throw error.recoded(.archive(error.code)) }
    }

    /// What writing an archive throws: of the file, or of the archive.
    static func zipWriting<Result>(_ body: () throws(ZipError) -> Result) throws(CheckpointError) -> Result {
        do throws(ZipError) { return try body() } catch {
            throw error.recoded(error.code == .unwritable ? .file(.unwritable) : .archive(error.code))
        }
    }
}

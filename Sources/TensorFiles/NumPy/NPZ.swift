import BBCUPlatform
import TensorArchives
import TensorBytes

/// NumPy's archive: a ZIP of `NAME.npy` files.
///
/// Source: `numpy.savez` in NumPy's documentation.
struct NPZ: StorageSource {
    /// Bytes of an entry that are inflated to read its header; a longer header is read from the whole entry.
    static let headerBytes = 4096

    let archive: ZipArchive
    /// The headers, by the names of the arrays.
    let headers: ExactDictionary<NPYHeader>
    /// The storages within the pickles of arrays of objects, by the entries' names.
    let objects: ExactDictionary<any StorageSource>

    static func open(
        _ archive: ZipArchive, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        var listing = NPZListing(archive: archive, reading: reading)
        var notes = archive.checksumNotes
        for entry in archive.entries {
            guard let name = entry.name.without(suffix: ".npy") else {
                notes.append("The archive holds '\(entry.name.printable(atMost: 60))', which is no array.")
                continue
            }
            do throws(CheckpointError) { try listing.add(entry, name) } catch {
                guard reading.isSalvaging else {
                    throw error.recoded(error.code, place: error.place.map { entry.name + ": " + $0 } ?? entry.name)
                }
                notes.append("'\(entry.name.printable(atMost: 60))' cannot be read: \(error.found)")
            }
        }
        var checkpoint = Checkpoint(
            reading, format: .npz, root: .dictionary(listing.items), tensors: listing.entries, region: region,
            storages: NPZ(archive: archive, headers: listing.headers, objects: listing.objects))
        checkpoint.notes = notes + listing.notes
        return checkpoint
    }

    /// What stands before the keys of an entry's storages inside its pickle.
    static func keyPrefix(_ entry: String) -> String { entry + "/" }

    /// The storages of the entry that a key belongs to, if that is an array of objects.
    private func inside(_ key: String) -> (any StorageSource)? {
        guard let (front, last) = key.cut(atLast: "/"), Int(last) != nil,
            let entry = front.without(suffix: "/pickle")
        else { return nil }
        return objects[entry]
    }

    func byteCount(of key: String) -> Int? {
        if let source = inside(key) { return source.byteCount(of: key) }
        return headers[key].flatMap { header in archive.entry(key + ".npy").map { $0.size - header.dataOffset } }
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        if let source = inside(key) { return try source.bytes(of: key) }
        let whole = try CheckpointError.archive { () throws(ZipError) in try archive.contents(of: key + ".npy") }
        do throws(BytesError) {
            let start = headers[key]?.dataOffset ?? 0
            return try whole.slice(at: start, count: whole.count - start)
        } catch { throw error.recoded(.npy, place: key) }
    }

    var places: [StoragePlace] {
        archive.entries.flatMap { entry -> [StoragePlace] in
            if let source = objects[entry.name] {
                return source.places.map { .init(key: $0.key, entry: entry.name, byteCount: $0.byteCount) }
            }
            guard !entry.name.ends(with: "/") || entry.size > 0 else { return [] }
            let name = entry.name.without(suffix: ".npy")
            let header = name.flatMap { headers[$0] }
            return [
                .init(
                    key: header == nil ? nil : name, entry: entry.name,
                    byteCount: entry.size - (header?.dataOffset ?? 0))
            ]
        }
    }

    func bytes(of place: StoragePlace) throws(CheckpointError) -> ByteRegion {
        if let key = place.key { return try bytes(of: key) }
        return try CheckpointError.archive { () throws(ZipError) in try archive.contents(of: place.entry ?? "") }
    }

    func isBigEndian(_ key: String) -> Bool {
        inside(key)?.isBigEndian(key) ?? headers[key]?.isBigEndian ?? false
    }
}

/// The arrays of an archive, as far as they are read.
private struct NPZListing {
    let archive: ZipArchive
    let reading: Reading
    var headers: ExactDictionary<NPYHeader> = [:]
    var objects: ExactDictionary<any StorageSource> = [:]
    var items: [CheckpointNode.Item] = []
    var entries: [TensorEntry] = []
    var notes: [String] = []

    mutating func add(_ entry: ZipEntry, _ name: String) throws(CheckpointError) {
        let header = try header(entry)
        guard header.holdsObjects else {
            let layout = try header.layout(key: name, byteCount: entry.size, reading)
            headers[name] = header
            entries.append(TensorEntry(path: [name], layout: layout))
            items.append(.init(key: .string(name), value: .tensor(layout)))
            return
        }
        let whole = try CheckpointError.archive { () throws(ZipError) in try archive.contents(of: entry.name) }
        let (tree, _) = try header.tree(whole, keyPrefix: NPZ.keyPrefix(entry.name), reading)
        for tensor in try TensorListing.tensors(in: tree, reading) {
            entries.append(TensorEntry(path: [name] + tensor.path, layout: tensor.layout))
        }
        objects[entry.name] = tree.storages
        items.append(.init(key: .string(name), value: tree.root))
        notes += tree.notes
    }

    private func header(_ entry: ZipEntry) throws(CheckpointError) -> NPYHeader {
        func beginning(_ count: Int) throws(CheckpointError) -> ByteRegion {
            try CheckpointError.archive { () throws(ZipError) in
                try archive.beginning(of: entry.name, count: count)
            }
        }
        let short = try beginning(NPZ.headerBytes)
        let needed = try NPYHeader.byteCount(short, limit: reading.limits.headerBytes)
        return try NPYHeader(needed <= short.count ? short : try beginning(needed))
    }
}

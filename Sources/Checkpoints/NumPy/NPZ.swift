import Bytes
import Containers
import Tensors

/// NumPy's archive: a ZIP of `NAME.npy` files.
///
/// Source: `numpy.savez` in NumPy's documentation.
struct NPZ: StorageSource {
    /// Bytes of an entry that are inflated to read its header; a longer header is read from the whole entry.
    static let headerBytes = 4096

    let archive: ZipArchive
    /// The headers, by the names of the arrays.
    let headers: [String: NPYHeader]

    static func open(
        _ archive: ZipArchive, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        var headers: [String: NPYHeader] = [:]
        var items: [CheckpointNode.Item] = []
        var entries: [TensorEntry] = []
        var notes = archive.hasChecksums ? [] : ["The archive has no CRC-32: its writer left them out."]
        for entry in archive.entries {
            guard let name = entry.name.without(suffix: ".npy") else {
                notes.append("The archive holds '\(entry.name.printable(atMost: 60))', which is no array.")
                continue
            }
            let node: CheckpointNode
            do throws(CheckpointError) {
                let header = try header(entry, archive, reading)
                node = try header.node(key: name, byteCount: entry.size)
                if case .tensor(let layout) = node {
                    headers[name] = header
                    entries.append(TensorEntry(path: [name], layout: layout))
                }
            } catch {
                guard reading.isSalvaging else { throw error.recoded(error.code, place: entry.name) }
                notes.append("'\(entry.name.printable(atMost: 60))' cannot be read: \(error.found)")
                continue
            }
            items.append(.init(key: .string(name), value: node))
        }
        var checkpoint = Checkpoint(
            reading, format: .npz, root: .dictionary(items), tensors: entries, region: region,
            storages: NPZ(archive: archive, headers: headers))
        checkpoint.notes = notes
        return checkpoint
    }

    private static func header(
        _ entry: ZipEntry, _ archive: ZipArchive, _ reading: Reading
    ) throws(CheckpointError) -> NPYHeader {
        func beginning(_ count: Int) throws(CheckpointError) -> ByteRegion {
            try CheckpointError.archive { () throws(ZipError) in
                try archive.beginning(of: entry.name, count: count)
            }
        }
        let short = try beginning(headerBytes)
        let needed = try NPYHeader.byteCount(short, limit: reading.limits.headerBytes)
        return try NPYHeader(needed <= short.count ? short : try beginning(needed))
    }

    func byteCount(of key: String) -> Int? {
        headers[key].flatMap { header in archive.entry(key + ".npy").map { $0.size - header.dataOffset } }
    }

    func bytes(of key: String) throws(CheckpointError) -> ByteRegion {
        let whole = try CheckpointError.archive { () throws(ZipError) in try archive.contents(of: key + ".npy") }
        do throws(BytesError) {
            let start = headers[key]?.dataOffset ?? 0
            return try whole.slice(at: start, count: whole.count - start)
        } catch { throw error.recoded(.npy, place: key) }
    }

    func isBigEndian(_ key: String) -> Bool { headers[key]?.isBigEndian ?? false }
}

import Bytes

/// Everything in a tar archive that a reader could take for a file, and everything odd about it. Unlike `TarArchive`
/// it never throws, and takes as a file whatever Python's `tarfile` would hand out as one: also files of a kind that
/// it does not know.
///
/// Source: POSIX.1-2017, `pax`, "ustar Interchange Format"; CPython's `Lib/tarfile.py` for what it passes over: the
/// data of links and folders, and everything behind the first block of zeros.
package struct TarSurvey: Sendable {
    /// A file of the archive.
    package struct Member: Sendable {
        /// The name in its own header.
        package let name: String
        /// Where its header starts.
        package let headerOffset: Int
        /// The data, as far as there are any.
        package let data: ByteRegion
    }

    /// The files, in the archive's order.
    package private(set) var members: [Member] = []
    /// What an honest writer does not do: the byte, and what it is in words.
    package private(set) var oddities: [(offset: Int, text: String)] = []
    /// The byte at which reading ends: a block of zeros, the end, or what is no header.
    package private(set) var end = 0
    /// Whether there are more files than are listed.
    package private(set) var isCut = false

    private static let memberLimit = 200_000
    private static let oddityLimit = 200

    /// Whether the first block is a header, by its checksum: old archives have no other mark.
    package static func looksLikeArchive(_ region: ByteRegion) -> Bool { header(region, at: 0) != nil }

    /// Surveys an archive.
    package init(_ region: ByteRegion) {
        var names: Set<ExactName> = []
        while end < region.count, let header = Self.header(region, at: end) {
            guard members.count < Self.memberLimit else {
                isCut = true
                return
            }
            let start = end + TarArchive.blockSize
            let available = min(header.size, region.count - start)
            if header.hasData, available < header.size { note("\(header.name): the data are cut off") }
            guard let data = try? region.slice(at: start, count: available) else { return }
            look(at: header, data, &names)
            // A link or folder takes up no blocks, whatever size it has.
            let blocks = header.hasData ? (available + TarArchive.blockSize - 1) / TarArchive.blockSize : 0
            end = min(region.count, start + blocks * TarArchive.blockSize)
        }
    }

    private mutating func look(at header: TarHeader, _ data: ByteRegion, _ names: inout Set<ExactName>) {
        switch header.kind {
        case UInt8(ascii: "L"), UInt8(ascii: "K"): break
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "X"):
            if data.firstIndex(of: Array(" size=".utf8), in: 0..<data.count) != nil {
                note("a size stands in an extended header: readers differ in where the next file starts")
            }
            for name in Self.names(inRecords: data) where Self.leadsOut(name) {
                note("\(name): a name that leads out of the folder, in an extended header")
            }
        case _ where !header.hasData:
            if header.size > 0 { note("\(header.name): a link or folder has a size: readers differ in what follows") }
            if Self.leadsOut(header.target) { note("\(header.name): a link that leads out of the folder") }
        default:
            if !header.isPlainFile {
                note("\(header.name): a file of kind \(header.kind), which readers treat differently")
            }
            if Self.leadsOut(header.name) { note("\(header.name): a name that leads out of the folder") }
            if !names.insert(ExactName(header.name)).inserted { note("\(header.name): a second file of this name") }
            members.append(Member(name: header.name, headerOffset: end, data: data))
        }
    }

    /// The names of files and targets of links that stand in records of an extended header, `LENGTH KEY=VALUE` and a line
    /// feed each. The value may hold line feeds, so the length counts.
    private static func names(inRecords data: ByteRegion) -> [String] {
        let keys = ["path", "linkpath", "GNU.sparse.name"].map { Array($0.utf8) }
        var names: [String] = []
        var rest = data.bytes[...]
        while let space = rest.firstIndex(of: 0x20), let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
            length > space + 1 - rest.startIndex, length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            if let equals = record.firstIndex(of: UInt8(ascii: "=")), keys.contains(Array(record[..<equals])) {
                let value = record[(equals + 1)...].prefix { $0 != 0x0A && $0 != 0 }
                names.append(String(decoding: value, as: UTF8.self))
            }
            rest = rest.dropFirst(length)
        }
        return names
    }

    private static func leadsOut(_ name: String) -> Bool {
        PathText.escape(name) != nil
    }

    private mutating func note(_ text: String) {
        if oddities.count < Self.oddityLimit { oddities.append((end, text)) }
    }

    /// The header at an offset, or nil where a block is none or all zeros.
    private static func header(_ region: ByteRegion, at offset: Int) -> TarHeader? {
        guard let block = try? region.slice(at: offset, count: TarArchive.blockSize).bytes,
            block.contains(where: { $0 != 0 })
        else { return nil }
        return TarHeader(block, .lenient)
    }
}

extension TarHeader {
    /// Whether data follow: not after links, folders (old archives mark them by a slash), devices and pipes.
    fileprivate var hasData: Bool {
        !(UInt8(ascii: "1")...UInt8(ascii: "6")).contains(kind) && !(kind == 0 && name.ends(with: "/"))
    }
}

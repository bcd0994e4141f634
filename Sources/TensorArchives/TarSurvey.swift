import BBCUPlatform
import TensorBytes

/// Everything in a tar archive that a reader could take for a file, and everything odd about it. Unlike `TarArchive`
/// it never throws, and takes as a file whatever Python's `tarfile` would hand out as one: also files of a kind that
/// it does not know.
///
/// Source: POSIX.1-2017, `pax`, "ustar Interchange Format"; CPython's `Lib/tarfile.py` for what it passes over: the
/// data of links and folders, and everything behind the first block of zeros.
package struct TarSurvey: Sendable {
    /// A file of the archive.
    package struct Member: Sendable {
        /// The name: that of an extended header in front of it, or the one in its own.
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

    /// Bytes that say nothing about files, as far as they are not known to be harmless.
    package var slack: [SlackBytes] { rest.found }
    /// Whether there are more such bytes than are listed.
    package var isSlackCut: Bool { rest.isCut }

    private var rest = TarSlack()
    private var links = ArchiveLinks()
    /// What headers in front of a file say of it.
    private var next: (name: String?, target: String?)

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
            if let block = try? region.slice(at: end, count: TarArchive.blockSize) {
                rest.takeHeader(block.bytes, at: end, of: header.name)
            }
            look(at: header, data, &names)
            // A link or folder takes up no blocks, whatever size it has.
            let blocks = header.hasData ? (available + TarArchive.blockSize - 1) / TarArchive.blockSize : 0
            end = min(region.count, start + blocks * TarArchive.blockSize)
            if blocks > 0 { rest.takePadding(region, (start + available)..<end, of: header.name) }
        }
        for fault in links.faults { note("\(fault.name): \(fault.text)", at: fault.offset) }
    }

    private mutating func look(at header: TarHeader, _ data: ByteRegion, _ names: inout Set<ExactName>) {
        switch header.kind {
        case UInt8(ascii: "L"), UInt8(ascii: "K"):
            rest.takeLongName(data, at: end + TarArchive.blockSize, of: header.name)
            let name = FileName.text(Array(data.bytes.prefix { $0 != 0 }))
            if header.kind == UInt8(ascii: "L") { next.name = name } else { next.target = name }
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "X"):
            if data.firstIndex(of: Array(" size=".utf8), in: 0..<data.count) != nil {
                note("a size stands in an extended header: readers differ in where the next file starts")
            }
            rest.takeRecords(data, at: end + TarArchive.blockSize, of: header.name)
            takeNames(inRecords: data, isGlobal: header.kind == UInt8(ascii: "g"))
        case _ where !header.hasData:
            if header.size > 0 { note("\(header.name): a link or folder has a size: readers differ in what follows") }
            takeLink(header)
            next = (nil, nil)
        default:
            // The label of a volume has no data.
            if !header.isPlainFile, header.kind != UInt8(ascii: "V") || header.size > 0 {
                note("\(header.name): a file of kind \(header.kind), which readers treat differently")
            }
            let name = next.name ?? header.name
            checkName(name)
            if !name.isExactly(header.name), Self.leadsOut(header.name) {
                note("\(header.name): a name that leads out of the folder")
            }
            if !names.insert(ExactName(name)).inserted { note("\(name): a second file of this name") }
            links.add(name, at: end)
            members.append(Member(name: name, headerOffset: end, data: data))
            next = (nil, nil)
        }
    }

    /// What has no data: links, which may lead out of the folder, devices and pipes, folders.
    private mutating func takeLink(_ header: TarHeader) {
        let (name, kind) = (next.name ?? header.name, header.kind)
        checkName(name)
        switch kind {
        case UInt8(ascii: "1"), UInt8(ascii: "2"):
            // Readers that do not know of longer names go by the header's own.
            for target in next.target.map({ [$0, header.target] }) ?? [header.target] where !target.isEmpty {
                links.add(link: name, to: Array(target.utf8), isSymbolic: kind == UInt8(ascii: "2"), at: end)
            }
        case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): note("\(name): a device or pipe")
        default: links.add(name, at: end)
        }
    }

    private mutating func checkName(_ name: String) {
        if Self.leadsOut(name) { note("\(name): a name that leads out of the folder") }
        if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            note("\(name): a name that holds control characters")
        }
    }

    /// The names of files and targets of links that stand in records of an extended header. Those of a global one are
    /// no file's own, so that a target may not lead upwards at all.
    private mutating func takeNames(inRecords data: ByteRegion, isGlobal: Bool) {
        let bytes = data.bytes
        for record in PaxRecord.all(in: bytes).records {
            let value = FileName.text(Array(bytes[record.value].prefix { $0 != 0 }))
            switch String(decoding: bytes[record.key], as: UTF8.self) {
            case "path": next.name = value
            case "linkpath": next.target = value
            case "GNU.sparse.name": break
            default: continue
            }
            // Upwards from the link's own folder may be within the archive's: the link that follows is held against it.
            let isTarget = bytes[record.key].elementsEqual("linkpath".utf8) && !isGlobal && value.begins(with: "../")
            if !isTarget, Self.leadsOut(value) {
                note("\(value): a name that leads out of the folder, in an extended header")
            }
        }
    }

    private static func leadsOut(_ name: String) -> Bool {
        PathText.escape(name) != nil
    }

    private mutating func note(_ text: String, at offset: Int? = nil) {
        if oddities.count < Self.oddityLimit { oddities.append((offset ?? end, text)) }
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

import BBCUPlatform
import TensorBytes

/// What can be wrong with a tar archive.
public enum TarCode: Hashable, Sendable {
    /// A header is none: its checksum does not hold, or a number in it is no number.
    case header
    /// A member reaches past the end of the archive.
    case truncated
    /// A limit is exceeded.
    case limit
}

/// An error of tar archives.
public typealias TarError = ReadingError<TarCode>

/// A tar archive: its regular files, whose data are parts of the archive's own bytes.
///
/// Source: POSIX.1-2017, `pax`, "ustar Interchange Format" and "pax Header Block"; GNU tar's manual for long names and
/// binary sizes.
package struct TarArchive: Sendable {
    static let blockSize = 512

    /// A regular file of an archive.
    package struct Member: Sendable {
        /// The name, folders included, without `./` in front.
        package let name: String
        /// Where its header starts.
        package let headerOffset: Int
        /// The data.
        package let data: ByteRegion
    }

    /// The files in the archive's order. A name may occur twice: the later file replaces the earlier one.
    package private(set) var members: [Member] = []

    /// The data of the last file of a name, or nil.
    package func data(of name: String) -> ByteRegion? { members.last { $0.name.isExactly(name) }?.data }

    /// Reads the headers of an archive.
    ///
    /// - Throws: `header`, `truncated` or `limit`.
    package static func read(_ region: ByteRegion, largestCount: Int = 1_000_000) throws(TarError) -> TarArchive {
        var archive = TarArchive()
        var offset = 0
        var longName: String?
        var longSize: Int?
        while offset < region.count {
            guard let header = try header(region, at: offset) else { break }
            let size = longSize ?? header.size
            let start = offset + blockSize
            guard let data = try? region.slice(at: start, count: size) else {
                throw TarError(
                    .truncated, place: longName ?? header.name, offset: start,
                    found: "the file ends early: \(size - (region.count - start)) bytes of this member are missing",
                    expected: "\(size) bytes of it", advice: "download it again")
            }
            switch header.kind {
            case UInt8(ascii: "L"): longName = FileName.text(Array(data.bytes.prefix { $0 != 0 }))
            case UInt8(ascii: "x"):
                let records = try Self.records(data, at: start)
                longName = records["path"] ?? longName
                longSize = records["size"].flatMap { Int($0) } ?? longSize
            case _ where header.isPlainFile:
                archive.members.append(
                    Member(name: Self.trimmed(longName ?? header.name), headerOffset: offset, data: data))
                (longName, longSize) = (nil, nil)
            default: (longName, longSize) = (nil, nil)
            }
            guard archive.members.count <= largestCount else {
                throw TarError(.limit, offset: offset, found: "more than \(largestCount) members", expected: "fewer")
            }
            let padded = (size + blockSize - 1) / blockSize * blockSize
            guard size <= Int.max - blockSize, let next = start.adding(padded) else { break }
            offset = next
        }
        return archive
    }

    /// The header at an offset, or nil where the archive ends: a block of zeros.
    private static func header(_ region: ByteRegion, at offset: Int) throws(TarError) -> TarHeader? {
        guard let block = try? region.slice(at: offset, count: blockSize).bytes else {
            throw TarError(
                .truncated, offset: offset,
                found: "the file ends early: \(region.count - offset) bytes of the next member's header are there",
                expected: "\(blockSize)", advice: "download it again")
        }
        if block.allSatisfy({ $0 == 0 }) { return nil }
        guard let header = TarHeader(block, .strict) else {
            throw TarError(
                .header, offset: offset, found: "a block that is no header", expected: "one whose checksum holds",
                advice: "the file is damaged, or not a tar archive")
        }
        return header
    }

    private static func trimmed(_ name: String) -> String { name.without(prefix: "./") ?? name }

    /// The records of a pax header: `LENGTH KEY=VALUE\n`, the length counting all of it.
    private static func records(_ data: ByteRegion, at start: Int) throws(TarError) -> ExactDictionary<String> {
        var records: ExactDictionary<String> = [:]
        var rest = data.bytes[...]
        while let space = rest.firstIndex(of: 0x20) {
            guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length > 0,
                length <= rest.count, rest.startIndex + length > space + 1,
                rest[rest.startIndex + length - 1] == 0x0A
            else {
                throw TarError(.header, offset: start, found: "a damaged extended header", expected: "its records")
            }
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            if let equals = record.firstIndex(of: 0x3D) {
                records[String(decoding: record[..<equals], as: UTF8.self)] =
                    String(decoding: record[(equals + 1)...], as: UTF8.self)
            }
            rest = rest[(rest.startIndex + length)...]
        }
        return records
    }
}

import BBCUPlatform
import TensorArchives
import TensorBytes
import Testing

@Suite struct ZipArchiveTests {
    typealias Change = @Sendable (inout ZipBuilder) -> Void

    static let hello = Array("hello".utf8)
    /// A deflate stream (RFC 1951) of one stored block.
    static let deflated: [UInt8] = [1, 5, 0, 0xFA, 0xFF] + hello

    static func entry(_ name: String, _ data: [UInt8] = hello) -> ZipBuilder.Entry {
        ZipBuilder.Entry(name: name, data: data, crc32: 0x3610_A686)
    }

    static func archive(_ change: Change) throws -> ZipArchive {
        var builder = ZipBuilder(entries: [entry("a/one"), entry("two")])
        change(&builder)
        return try ZipArchive.read(ByteRegion(builder.bytes))
    }

    static func deflatedEntry(size: UInt32, data: [UInt8] = deflated) -> ZipBuilder.Entry {
        var entry = entry("two", data)
        entry.size = size
        entry.method = 8
        return entry
    }

    static let readable: [(String, Change)] = [
        ("stored", { _ in }),
        ("padding in the local header", { $0.entries[1].localExtra = [0x46, 0x42, 3, 0, 0, 0, 0] }),
        ("comment with a signature", { $0.comment = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 30) }),
        ("zip64 entry", { $0.entries[1].isWide = true }),
        ("zip64 directory", { $0.isWide = true }),
        ("deflated", { $0.entries[1] = deflatedEntry(size: 5) }),
        (
            "other extra field before zip64",
            {
                $0.entries[1].extra = [0x55, 0x54, 1, 0, 7]
                $0.entries[1].isWide = true
            }
        ),
    ]

    @Test(arguments: readable.indices)
    func reads(_ index: Int) throws {
        let archive = try Self.archive(Self.readable[index].1)
        #expect(archive.entries.map(\.name) == ["a/one", "two"])
        for name in ["two", "two", "a/one"] {
            #expect(try archive.contents(of: name).bytes == Self.hello, "\(Self.readable[index].0)")
        }
    }

    @Test func storedDataAreNotCopied() throws {
        #expect(try Self.archive { _ in }.contents(of: "a/one").start == 30 + 5)
    }

    static let refusedAtOpening: [(String, ZipCode, Change)] = [
        ("several parts", .multipart, { $0.disk = 1 }),
        ("duplicate", .duplicateName, { $0.entries[1].name = "a/one" }),
        ("two entries in one place", .overlap, { $0.entries[1].offset = 0 }),
        ("data into the next entry", .overlap, { $0.entries[1].offset = 36 }),
        ("entry in the directory", .overlap, { $0.entries[1].offset = 70 }),
        ("offset past the end", .overlap, { $0.entries[1].offset = 5000 }),
        ("stored with two sizes", .malformed, { $0.entries[1].size = 6 }),
        ("directory too long", .truncated, { $0.directorySizeError = 1 }),
        ("directory too short", .malformed, { $0.directorySizeError = -1 }),
    ]

    @Test(arguments: refusedAtOpening.indices)
    func refuses(_ index: Int) {
        let (name, code, change) = Self.refusedAtOpening[index]
        #expect(throws: ZipError(code, found: ""), "\(name)") { try Self.archive(change) }
    }

    static let refusedAtReading: [(String, ZipCode, Change)] = [
        ("encrypted", .encrypted, { $0.entries[1].flags = 1 }),
        ("method", .method, { $0.entries[1].method = 12 }),
        ("other name", .headerMismatch, { $0.entries[1].localName = "six" }),
        (
            "no header", .malformed,
            {
                $0.entries[1].localExtra = [0, 0, 0, 0]
                $0.entries[1].offset = 41
            }
        ),
        ("wrong checksum", .checksum, { $0.entries[1].crc32 = 1 }),
        ("more than declared", .inflate, { $0.entries[1] = deflatedEntry(size: 4) }),
        ("less than declared", .inflate, { $0.entries[1] = deflatedEntry(size: 6) }),
        ("impossible ratio", .inflate, { $0.entries[1] = deflatedEntry(size: .max - 1) }),
        ("cut stream", .inflate, { $0.entries[1] = deflatedEntry(size: 5, data: deflated.dropLast()) }),
        ("data after the stream", .inflate, { $0.entries[1] = deflatedEntry(size: 5, data: deflated + [0]) }),
        ("no stream", .inflate, { $0.entries[1] = deflatedEntry(size: 5, data: [7, 7, 7]) }),
    ]

    /// PyTorch leaves the checksum out of a storage that is filled later.
    @Test func oneChecksumOfZero() throws {
        let archive = try Self.archive { $0.entries[1].crc32 = 0 }
        #expect(archive.hasChecksums && archive.unchecked.map(\.name) == ["two"])
        _ = try archive.contents(of: "two")
        #expect(try Self.archive { _ in }.unchecked.isEmpty)
    }

    @Test(arguments: refusedAtReading.indices)
    func refusesData(_ index: Int) throws {
        let (name, code, change) = Self.refusedAtReading[index]
        let archive = try Self.archive(change)
        let error = #expect(throws: ZipError.self, "\(name)") { try archive.contents(of: "two") }
        #expect(error?.code == code, "\(name)")
        #expect(error?.place == "two")
    }

    @Test(arguments: [4, 20])
    func localHeaderLongerThanItsRoom(_ extra: UInt8) throws {
        var bytes = ZipBuilder(entries: [Self.entry("two")]).bytes
        bytes[28] = extra
        let archive = try ZipArchive.read(ByteRegion(bytes))
        #expect(throws: ZipError(.overlap, found: "")) { try archive.contents(of: "two") }
    }

    @Test func noChecksumsAtAll() throws {
        let archive = try Self.archive {
            $0.entries[0].crc32 = 0
            $0.entries[1].crc32 = 0
        }
        #expect(!archive.hasChecksums)
        #expect(try archive.contents(of: "two").bytes == Self.hello)
        #expect(try Self.archive { _ in }.hasChecksums)
    }

    @Test func missingEntry() throws {
        let archive = try Self.archive { _ in }
        #expect(throws: ZipError(.missingEntry, found: "")) { try archive.contents(of: "three") }
    }

    @Test func everyTruncationAndEveryChangedBit() throws {
        var builder = ZipBuilder(entries: [Self.entry("a/one"), Self.deflatedEntry(size: 5)])
        builder.isWide = true
        let whole = builder.bytes
        for count in whole.indices {
            #expect(throws: ZipError.self) { try ZipArchive.read(ByteRegion(Array(whole[..<count]))) }
        }
        // A changed bit may not matter; what must not happen is a crash or other data.
        for bit in 0..<whole.count * 8 {
            var changed = whole
            changed[bit / 8] ^= 1 << (bit % 8)
            guard let archive = try? ZipArchive.read(ByteRegion(changed)) else { continue }
            for entry in archive.entries {
                guard let data = try? archive.contents(of: entry.name) else { continue }
                #expect(data.bytes == Self.hello)
            }
        }
    }
}

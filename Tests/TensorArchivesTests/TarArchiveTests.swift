import BBCUPlatform
import TensorArchives
import TensorBytes
import TestSupport
import Testing

@Suite struct TarArchiveTests {
    static func header(_ name: String, _ size: [UInt8], kind: UInt8 = 0x30, prefix: String = "") -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        block.replaceSubrange(0..<name.utf8.count, with: name.utf8)
        block.replaceSubrange(124..<124 + size.count, with: size)
        block[156] = kind
        block.replaceSubrange(257..<265, with: Array("ustar\u{0}00".utf8))
        block.replaceSubrange(345..<345 + prefix.utf8.count, with: prefix.utf8)
        block.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(148..<155, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0").utf8))
        return block
    }

    static func member(_ name: String, _ data: [UInt8], kind: UInt8 = 0x30, prefix: String = "") -> [UInt8] {
        let size = Array(("00000000000" + String(data.count, radix: 8)).suffix(11).utf8)
        let padding = [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
        return header(name, size, kind: kind, prefix: prefix) + data + padding
    }

    static func read(_ content: [UInt8]) throws -> TarArchive { try TarArchive.read(ByteRegion(content)) }

    @Test func names() throws {
        let long = String(repeating: "n", count: 150)
        let record = "path=\(long)x\n"
        let length = record.utf8.count + 4
        let content =
            Self.member("a", [1, 2]) + Self.member("./b", []) + Self.member("c", [3], prefix: "deep")
            + Self.member("@", Array(long.utf8) + [0], kind: 0x4C) + Self.member("cut", [4])
            + Self.member("@", Array("\(length) \(record)".utf8), kind: 0x78) + Self.member("cut", [5])
            + Self.member("folder", [], kind: 0x35) + Self.member("a", [6]) + [UInt8](repeating: 0, count: 1024)
        let archive = try Self.read(content)
        #expect(archive.members.map(\.name) == ["a", "b", "deep/c", long, long + "x", "a"])
        #expect(archive.data(of: "a")?.bytes == [6])
        #expect(archive.data(of: long)?.bytes == [4])
        #expect(archive.data(of: "absent") == nil)
    }

    @Test func binarySizes() throws {
        let size: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]
        let archive = try Self.read(Self.header("a", size) + [1, 2, 3] + [UInt8](repeating: 0, count: 509))
        #expect(archive.members.map(\.data.count) == [3])
    }

    @Test func whatPythonWrites() throws {
        let archive = try Self.read(try bytes(of: fixture("generations/2.13.0/tar.pth")))
        #expect(archive.members.map(\.name) == ["sys_info", "pickle", "tensors", "storages"])
    }

    @Test func damage() throws {
        let whole = Self.member("a", [UInt8](repeating: 7, count: 600))
        for count in 1..<whole.count where count < 512 || count < 1112 {
            #expect(throws: TarError.self) { try Self.read(Array(whole[..<count])) }
        }
        for place in [0, 124, 150, 300] {
            var changed = whole
            changed[place] ^= 0x15
            #expect(throws: TarError(.header, found: "")) { try Self.read(changed) }
        }
        let two = try #require(try? TarArchive.read(ByteRegion(whole + whole), largestCount: 2))
        #expect(two.members.count == 2)
        #expect(throws: TarError(.limit, found: "")) {
            try TarArchive.read(ByteRegion(whole + whole), largestCount: 1)
        }
    }
}

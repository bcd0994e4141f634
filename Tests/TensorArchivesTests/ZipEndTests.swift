import BBCUPlatform
import TensorArchives
import TensorBytes
import TestSupport
import Testing

/// Where an archive has two end records, readers differ in the one they go by.
@Suite struct ZipEndTests {
    /// An archive with a 64-bit end record and its locator in front of the other record.
    static func archive(entryCount: Int, offsetShift: Int) throws -> [UInt8] {
        let content = try bytes(of: fixture("containers/no_folder.pth"))
        let end = content.count - 22
        func number(_ offset: Int, _ width: Int) -> Int {
            (0..<width).reversed().reduce(0) { $0 << 8 | Int(content[end + offset + $1]) }
        }
        func little(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let count = entryCount < 0 ? number(10, 2) : entryCount
        var record: [UInt8] = [0x50, 0x4B, 6, 6]
        record += little(44, 8) + little(45, 2) + little(45, 2) + little(0, 4) + little(0, 4)
        record += little(count, 8) + little(count, 8)
        record += little(number(12, 4), 8) + little(number(16, 4) + offsetShift, 8)
        let locator = [0x50, 0x4B, 6, 7] + little(0, 4) + little(end, 8) + little(1, 4)
        return content[..<end] + record + locator + content[end...]
    }

    @Test func recordsThatAgree() throws {
        #expect(try ZipArchive.read(ByteRegion(try Self.archive(entryCount: -1, offsetShift: 0))).entries.count > 3)
    }

    @Test(arguments: [(1, 0), (-1, 8), (-1, -8)])
    func recordsThatDiffer(_ entryCount: Int, _ offsetShift: Int) throws {
        let content = try Self.archive(entryCount: entryCount, offsetShift: offsetShift)
        #expect(throws: ZipError(.malformed, found: "")) { try ZipArchive.read(ByteRegion(content)) }
    }
}

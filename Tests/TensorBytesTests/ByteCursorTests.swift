import BBCUPlatform
import TensorBytes
import Testing

@Suite struct ByteCursorTests {
    @Test func readsLittleEndian() throws {
        var cursor = try ByteCursor(ByteRegion([1, 2, 3, 0xFF, 0xFF, 0xFF, 0xFF, 9, 0x61, 0x0A]))
        #expect(try cursor.byte() == 1)
        #expect(try cursor.integer(UInt16.self) == 0x0302)
        #expect(try cursor.integer(Int32.self) == -1)
        #expect(cursor.position == 7)
        try cursor.skip(1)
        #expect(try cursor.bytes(upTo: 0x0A).bytes == [0x61])
        #expect(cursor.remaining == 0)
    }

    @Test func nothingIsReadPastTheEnd() throws {
        var cursor = try ByteCursor(ByteRegion([1, 2, 3]), at: 1)
        #expect(throws: BytesError(.pastEnd, found: "")) { try cursor.integer(UInt32.self) }
        #expect(throws: BytesError(.pastEnd, found: "")) { try cursor.bytes(3) }
        #expect(throws: BytesError(.pastEnd, found: "")) { try cursor.bytes(upTo: 0x0A) }
        #expect(throws: BytesError(.pastEnd, found: "")) { try cursor.skip(.max) }
        #expect(cursor.position == 1)
        #expect(throws: BytesError(.pastEnd, found: "")) { try ByteCursor(ByteRegion([]), at: 1) }
    }

    @Test func countsFitAnInt() throws {
        var cursor = try ByteCursor(ByteRegion([UInt8](repeating: 0xFF, count: 12)))
        #expect(throws: BytesError(.overflow, found: "")) { try cursor.count(UInt64.self) }
        #expect(try cursor.count(UInt32.self) == 0xFFFF_FFFF)
    }

    @Test func searchKeepsToItsLimit() throws {
        var cursor = try ByteCursor(ByteRegion([1, 1, 1, 0x0A]))
        #expect(throws: BytesError(.pastEnd, found: "")) { try cursor.bytes(upTo: 0x0A, limit: 3) }
        #expect(try cursor.bytes(upTo: 0x0A, limit: 4).count == 3)
    }
}

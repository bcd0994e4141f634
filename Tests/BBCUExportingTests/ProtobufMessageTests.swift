import BBCUExporting
import Testing

@Suite struct ProtobufMessageTests {
    /// The examples of the encoding's own documentation.
    @Test func theDocumentationsExamples() {
        var message = ProtobufMessage()
        message.integer(1, 150)
        message.string(2, "testing")
        #expect(message.bytes == [0x08, 0x96, 0x01, 0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
        var outer = ProtobufMessage()
        outer.message(3) { $0.integer(1, 150) }
        outer.integer(1, -2)
        #expect(
            outer.bytes == [0x1A, 0x03, 0x08, 0x96, 0x01, 0x08, 0xFE] + [UInt8](repeating: 0xFF, count: 8) + [0x01])
    }
}

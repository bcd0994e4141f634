/// A protocol-buffers message being written: the wire format alone, which is all that an ONNX file needs. Field
/// numbers are the caller's.
///
/// Source: "Encoding" in the protocol-buffers documentation (protobuf.dev).
package struct ProtobufMessage: Sendable {
    package private(set) var bytes: [UInt8] = []

    /// An empty message.
    package init() {}

    private enum WireType: UInt64 {
        case variable = 0
        case lengthDelimited = 2
        case fixed32 = 5
    }

    /// A field of an integer; a negative one takes ten bytes.
    package mutating func integer(_ field: Int, _ value: Int) {
        tag(field, .variable)
        variable(UInt64(bitPattern: Int64(value)))
    }

    /// A field of a float32.
    package mutating func float(_ field: Int, _ value: Float) {
        tag(field, .fixed32)
        for shift in stride(from: 0, to: 32, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(shift)))
        }
    }

    /// A field of a text.
    package mutating func string(_ field: Int, _ text: String) { data(field, Array(text.utf8)) }

    /// A field of bytes.
    package mutating func data(_ field: Int, _ data: [UInt8]) {
        tag(field, .lengthDelimited)
        variable(UInt64(data.count))
        bytes += data
    }

    /// A field of a message.
    package mutating func message(_ field: Int, _ body: (inout ProtobufMessage) -> Void) {
        var inner = ProtobufMessage()
        body(&inner)
        data(field, inner.bytes)
    }

    private mutating func tag(_ field: Int, _ type: WireType) { variable(UInt64(field) << 3 | type.rawValue) }

    private mutating func variable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest | 0x80))
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

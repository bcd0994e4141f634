import BBCUPlatform
import TensorBytes

/// An opcode of a pickle with its argument, as they lie in the bytes; nothing is interpreted.
package struct PickleInstruction: Sendable {
    /// The byte of the opcode, counted from the region's start.
    package let offset: Int
    /// The opcode.
    package let opcode: PickleOpcode
    /// What stands after it.
    package let argument: PickleArgument
    /// The byte after the argument.
    package let end: Int
}

/// An opcode's argument. Bytes are shared with the pickle, not copied.
package enum PickleArgument: Sendable {
    case none
    case integer(Int)
    /// A number of 64 bits without a sign.
    case unsigned(UInt64)
    case float(Double)
    /// A number in two's complement, little-endian.
    case long(ByteRegion)
    /// A line, without its line feed.
    case line(ByteRegion)
    /// Two lines: a module and a name.
    case pair(ByteRegion, ByteRegion)
    /// A counted text of Python 2, of which nothing says how it is encoded.
    case string(ByteRegion)
    /// A counted text in UTF-8.
    case text(ByteRegion)
    case bytes(ByteRegion)
    case byteArray(ByteRegion)
}

/// Reads a pickle's opcodes one after the other. It asks for less than an unpickler does: what an argument says is not
/// looked at, so that nothing an unpickler would run is missed.
package struct PickleInstructionReader: Sendable {
    private var cursor: ByteCursor

    /// A reader of the pickle that starts at a byte of the region.
    ///
    /// - Throws: `truncated` where the start lies outside the region.
    package init(_ region: ByteRegion, from start: Int = 0) throws(PickleError) {
        do throws(BytesError) { cursor = try ByteCursor(region, at: start) } catch { throw error.recoded(.truncated) }
    }

    /// The byte that is read next.
    package var position: Int { cursor.position }

    /// The next opcode with its argument.
    ///
    /// - Throws: `opcode` where the byte is none, `argument` for a negative length, and `truncated`; the reader is of
    ///   no use afterwards.
    package mutating func next() throws(PickleError) -> PickleInstruction {
        let start = cursor.position
        do throws(BytesError) {
            let byte = try cursor.byte()
            guard let opcode = PickleOpcode(rawValue: byte) else {
                throw BytesError(.unreadable, found: "the byte \(byte), which is no pickle opcode")
            }
            let argument = try argument(opcode.argumentKind)
            return PickleInstruction(offset: start, opcode: opcode, argument: argument, end: cursor.position)
        } catch { throw Self.failure(error, at: start) }
    }

    private static func failure(_ error: BytesError, at offset: Int) -> PickleError {
        switch error.code {
        case .pastEnd:
            PickleError(.truncated, offset: offset, found: "the pickle ends before its STOP", expected: "the rest")
        case .overflow: PickleError(.argument, offset: offset, found: error.found, expected: "a length")
        default: PickleError(.opcode, offset: offset, found: error.found, expected: "an opcode")
        }
    }

    private mutating func argument(_ kind: PickleOpcode.ArgumentKind) throws(BytesError) -> PickleArgument {
        switch kind {
        case .none: return .none
        case .unsigned1: return .integer(Int(try cursor.byte()))
        case .unsigned2: return .integer(Int(try cursor.integer(UInt16.self)))
        case .unsigned4: return .integer(Int(try cursor.integer(UInt32.self)))
        case .unsigned8: return .unsigned(try cursor.integer(UInt64.self))
        case .signed4: return .integer(Int(try cursor.integer(Int32.self)))
        case .float8: return .float(Double(bitPattern: try cursor.integer(UInt64.self).byteSwapped))
        case .integerLine, .longLine, .floatLine, .line, .quotedLine, .unicodeLine: return .line(try line())
        case .twoLines: return .pair(try line(), try line())
        case .long1: return .long(try counted(UInt8.self))
        case .long4: return .long(try counted(Int32.self))
        case .string1: return .string(try counted(UInt8.self))
        case .string4: return .string(try counted(Int32.self))
        case .text1: return .text(try counted(UInt8.self))
        case .text4: return .text(try counted(UInt32.self))
        case .text8: return .text(try counted(UInt64.self))
        case .bytes1: return .bytes(try counted(UInt8.self))
        case .bytes4: return .bytes(try counted(UInt32.self))
        case .bytes8: return .bytes(try counted(UInt64.self))
        case .byteArray8: return .byteArray(try counted(UInt64.self))
        }
    }

    private mutating func line() throws(BytesError) -> ByteRegion { try cursor.bytes(upTo: 0x0A) }

    private mutating func counted<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type
    ) throws(BytesError) -> ByteRegion { try cursor.bytes(try cursor.count(type)) }
}

import BBCUPlatform
import TensorBytes

// Reading opcodes' arguments from the bytes.
extension PickleMachine {
    mutating func byte() throws(PickleError) -> UInt8 {
        do throws(BytesError) { return try cursor.byte() } catch { throw truncated(error) }
    }

    mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type
    ) throws(PickleError) -> Integer {
        do throws(BytesError) { return try cursor.integer(type) } catch { throw truncated(error) }
    }

    /// As many bytes as the integer before them says.
    mutating func counted<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type
    ) throws(PickleError) -> ByteRegion {
        let count = try integer(type)
        guard let count = Int(exactly: count), count >= 0 else {
            throw failure(
                .argument, found: "a length of \(count.counted("byte"))", expected: "a length within the pickle")
        }
        guard count <= limits.stringBytes else {
            throw failure(
                .limit, found: "a string of \(count.counted("byte"))", expected: "at most \(limits.stringBytes)")
        }
        do throws(BytesError) { return try cursor.bytes(count) } catch { throw truncated(error) }
    }

    /// The bytes up to the next line feed.
    mutating func line() throws(PickleError) -> ByteRegion {
        do throws(BytesError) {
            return try cursor.bytes(upTo: 0x0A, limit: limits.stringBytes)
        } catch { throw truncated(error) }
    }

    mutating func lineText() throws(PickleError) -> String { String(decoding: try line().bytes, as: UTF8.self) }

    private func truncated(_ error: BytesError) -> PickleError {
        PickleError(
            .truncated, offset: opcodeOffset, found: "the pickle ends early, within an opcode", expected: "its STOP",
            advice: "the file is cut off or damaged: download it again")
    }

    package mutating func number(_ opcode: PickleOpcode) throws(PickleError) -> PickleValue {
        switch opcode {
        case .newTrue: return .bool(true)
        case .newFalse: return .bool(false)
        case .binInt: return .integer(Int(try integer(Int32.self)))
        case .binInt1: return .integer(Int(try byte()))
        case .binInt2: return .integer(Int(try integer(UInt16.self)))
        case .long1: return PickleText.integer(twosComplement: try counted(UInt8.self).bytes)
        case .long4: return PickleText.integer(twosComplement: try counted(Int32.self).bytes)
        case .binFloat: return .float(Double(bitPattern: try integer(UInt64.self).byteSwapped))
        case .int, .long, .float:
            let text = try lineText()
            guard let value = PickleText.number(text, opcode) else {
                throw failure(.argument, found: "the number '\(text)'", expected: "decimal digits")
            }
            return value
        default: return .none
        }
    }

    /// A text. Half of a surrogate pair, which Python writes as three bytes, is no text here: its bytes are shown, each
    /// behind the replacement character, so that two such texts stay two.
    mutating func text(_ opcode: PickleOpcode) throws(PickleError) -> PickleValue {
        switch opcode {
        case .binUnicode: return .string(FileName.text(try counted(UInt32.self).bytes))
        case .shortBinUnicode: return .string(FileName.text(try counted(UInt8.self).bytes))
        case .binUnicode8: return .string(FileName.text(try counted(UInt64.self).bytes))
        case .unicode: return .string(PickleText.rawUnicodeEscape(try line().bytes))
        case .binString: return PickleText.python2(try counted(Int32.self))
        case .shortBinString: return PickleText.python2(try counted(UInt8.self))
        case .binBytes: return .bytes(try counted(UInt32.self))
        case .shortBinBytes: return .bytes(try counted(UInt8.self))
        case .binBytes8: return .bytes(try counted(UInt64.self))
        case .byteArray8:
            graph.nodes.append(PickleNode(kind: .byteArray(try counted(UInt64.self))))
            return .node(graph.nodes.count - 1)
        default:
            let quoted = try line().bytes
            guard let bytes = PickleText.unquoted(quoted) else {
                throw failure(.argument, found: "a string without its quotes", expected: "a quoted string")
            }
            return PickleText.python2(ByteRegion(bytes))
        }
    }
}

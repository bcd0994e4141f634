import BBCUPlatform
import TensorBytes

extension PickleDisassembly.Line {
    /// The line as `pickletools.dis` prints it: byte, opcode, name, argument, annotation.
    ///
    /// - Parameter limit: bytes of an argument that are written; more are left out, and counted.
    package func text(argumentLimit limit: Int = 4096) -> String {
        let offset = String(instruction.offset)
        let name = instruction.opcode.name
        var line = String(repeating: " ", count: Swift.max(0, 5 - offset.count)) + offset + ": "
        line += instruction.opcode.symbol + String(repeating: "    ", count: Swift.min(depth, 64)) + name
        let argument = instruction.argumentText(limit: limit)
        guard argument != nil || annotation != nil else { return line }
        line += String(repeating: " ", count: Swift.max(0, 10 - name.count))
        if let argument { line += " " + argument }
        if let annotation { line += " " + annotation }
        return line
    }

    /// What the opcode refers to, in the words of `pickletools.dis`, or nil.
    package var annotation: String? {
        if let mark { return "(MARK at \(mark))" }
        return memoIndex.map { "(as \($0))" }
    }
}

extension PickleInstruction {
    /// The argument as Python's `repr` writes it, or nil for an opcode without one. Control characters are escaped.
    ///
    /// - Parameter limit: bytes of the argument that are written; more are left out, and counted.
    package func argumentText(limit: Int = 4096) -> String? {
        switch argument {
        case .none: nil
        case .integer(let value): String(value)
        case .unsigned(let value): String(value)
        case .float(let value): PythonNotation.float(value)
        case .long(let bytes): PythonNotation.integer(twosComplement: bytes.bytes)
        case .line(let line): lineText(line, limit)
        case .pair(let module, let name):
            Self.cut(module, limit) { first in
                Self.cut(name, limit) { PythonNotation.text(Self.utf8(first) + " " + Self.utf8($0)) }
            }
        case .string(let region): Self.cut(region, limit, PythonNotation.latin1)
        case .text(let region): Self.cut(region, limit) { PythonNotation.text(Self.utf8($0)) }
        case .bytes(let region): Self.cut(region, limit, PythonNotation.bytes)
        case .byteArray(let region): Self.cut(region, limit) { "bytearray(" + PythonNotation.bytes($0) + ")" }
        }
    }

    private func lineText(_ line: ByteRegion, _ limit: Int) -> String {
        Self.cut(line, limit) { bytes in
            let text = Self.utf8(bytes)
            switch opcode.argumentKind {
            case .integerLine, .longLine, .floatLine:
                // PUT and GET count; INT alone writes the truth values as 00 and 01.
                guard let number = PickleText.number(text, opcode == .float || opcode == .int ? opcode : .long) else {
                    return PythonNotation.text(text)
                }
                return Self.shown(number)
            case .quotedLine: return PickleText.unquoted(bytes).map(PythonNotation.latin1) ?? PythonNotation.text(text)
            case .unicodeLine: return PythonNotation.text(PickleText.rawUnicodeEscape(bytes))
            default: return PythonNotation.text(text)
            }
        }
    }

    private static func shown(_ number: PickleValue) -> String {
        switch number {
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .bigInteger(let digits): digits
        case .float(let value): PythonNotation.float(value)
        default: ""
        }
    }

    private static func utf8(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func cut(_ region: ByteRegion, _ limit: Int, _ body: ([UInt8]) -> String) -> String {
        guard region.count > limit, let start = try? region.slice(at: 0, count: Swift.max(0, limit)) else {
            return body(region.bytes)
        }
        return body(start.bytes) + "... (\(region.count.counted("byte")))"
    }
}

extension PickleOpcode {
    /// The opcode's byte as `pickletools.dis` prints it, padded to four characters.
    fileprivate var symbol: String {
        let text = rawValue < 0x7F ? String(UnicodeScalar(rawValue)) : "\\x" + String(rawValue, radix: 16)
        return text + String(repeating: " ", count: 5 - text.count)
    }
}

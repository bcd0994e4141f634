import BBCUPlatform
import TensorBytes

// Values that stand in the pickle itself, as numbers and as words.
extension PickleTrace {
    /// The integer that a value is, at most `Int.max` and at least `Int.min`; nil for any other value.
    func integer(_ value: Value) -> Int? {
        guard case .constant(let offset) = value, let instruction = instruction(at: offset) else { return nil }
        switch instruction.argument {
        case .integer(let number): return number
        case .unsigned(let number): return Int(clamping: number)
        case .long(let bytes):
            guard bytes.count <= Self.longestNumber else { return (bytes[bytes.count - 1] ?? 0) < 0x80 ? .max : .min }
            switch PickleText.integer(twosComplement: bytes.bytes) {
            case .integer(let number): return number
            default: return (bytes[bytes.count - 1] ?? 0) < 0x80 ? .max : .min
            }
        case .line(let line):
            guard instruction.opcode != .float else { return nil }
            let digits = PickleText.lenientDigits(line).substituting("L", by: "")
            if let number = Int(digits) { return number }
            return digits.isEmpty ? (line.count > 64 ? .max : nil) : digits.begins(with: "-") ? .min : .max
        default: return nil
        }
    }

    private static let longestNumber = 64

    func instruction(at offset: Int) -> PickleInstruction? {
        var reader = try? PickleInstructionReader(region, from: offset)
        return try? reader?.next()
    }

    /// Puts a call into words, unless an earlier one with constants among its arguments was.
    mutating func describe(_ arguments: Arguments?, _ index: Int) {
        guard !references[index].showsConstant, references[index].renderedCalls < Self.renderedCalls else { return }
        references[index].renderedCalls += 1
        var showsConstant = false
        var text = shownName(index) + "("
        if let arguments {
            text += shown(arguments, &showsConstant, 0).joined(separator: ", ")
        } else {
            text += "…"
        }
        text += ")"
        guard showsConstant || references[index].call == nil else { return }
        references[index].showsConstant = showsConstant
        references[index].call = Self.cut(text.printable())
    }

    private static let renderedCalls = 16
    private static let longestCall = 80
    private static let deepestValue = 4

    private static func cut(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > longestCall else { return text }
        return String(String.UnicodeScalarView(scalars.prefix(longestCall - 1))) + "…"
    }

    private func shownName(_ index: Int) -> String {
        switch references[index].target {
        case .named(let module, let name): module + "." + name
        case .registered(let code): "extension \(code)"
        case .computed: "(made while loading)"
        }
    }

    private func shown(_ arguments: Arguments, _ showsConstant: inout Bool, _ depth: Int) -> [String] {
        guard depth < Self.deepestValue else { return ["…"] }
        var parts: [String] = []
        for value in arguments.values { parts.append(shown(value, &showsConstant, depth)) }
        return arguments.count > arguments.values.count ? parts + ["…"] : parts
    }

    private func shown(_ value: Value, _ showsConstant: inout Bool, _ depth: Int) -> String {
        switch value {
        case .text(let offset):
            showsConstant = true
            return Self.quoted(text(at: offset) ?? "…")
        case .constant(let offset):
            showsConstant = true
            return instruction(at: offset).map(constant) ?? "…"
        case .tuple, .list:
            guard let elements = elements(of: value) else { return "…" }
            let inner = shown(elements, &showsConstant, depth + 1)
            if case .list = value { return "[" + inner.joined(separator: ", ") + "]" }
            return "(" + inner.joined(separator: ", ") + (inner.count == 1 ? ",)" : ")")
        case .reference(let index): return shownName(index)
        case .instance(let index), .result(let index): return shownName(index) + "(…)"
        case .storage, .other, .unknown: return "…"
        }
    }

    private func constant(_ instruction: PickleInstruction) -> String {
        switch instruction.argument {
        case .integer, .unsigned, .long:
            let number = integer(.constant(instruction.offset)) ?? 0
            return number == .max ? "2^63 or more" : number == .min ? "-2^63 or less" : String(number)
        case .float(let number): return number.description
        case .line(let line):
            let text = String(decoding: line.bytesPrefix(Self.longestCall), as: UTF8.self)
            guard instruction.opcode == .int || instruction.opcode == .long else { return text }
            return text == "01" ? "True" : text == "00" ? "False" : text.filter { $0 != "L" }
        case .bytes(let bytes), .byteArray(let bytes):
            let start = bytes.bytesPrefix(Self.longestCall)
            return "b" + Self.quoted(String(String.UnicodeScalarView(start.map { Unicode.Scalar($0) })))
        default:
            return switch instruction.opcode {
            case .newTrue: "True"
            case .newFalse: "False"
            default: "None"
            }
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars.prefix(longestCall) {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension ByteRegion {
    fileprivate func bytesPrefix(_ count: Int) -> [UInt8] {
        (try? slice(at: 0, count: Swift.min(count, self.count)))?.bytes ?? []
    }
}

import BBCUPlatform
import TensorBytes

/// Arrays of integers in C source.
enum CHeader {
    /// Reads every braced list of integers, in order; the words' bits are those of the element type.
    static func parse(_ bytes: [UInt8]) throws(PackingError) -> PackedBlob {
        let text = withoutComments(bytes)
        var bits = BitRun()
        var parts: [PackedBlob.Part] = []
        var wordBits = 0
        var rest = text[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            let declaration = String(decoding: rest[..<open], as: UTF8.self)
            let close = end(of: rest, from: open)
            let numbers = String(decoding: rest[open..<close], as: UTF8.self)
                .unicodeScalars.split { !$0.isOfName && $0 != "-" && $0 != "." }.map { String($0) }
            let values = numbers.compactMap { integer($0) }
            rest = rest[close...]
            // Lists of floats, of names and of nothing are no packed weights.
            guard !values.isEmpty, values.count == numbers.count else { continue }
            let width = typeBits(declaration) ?? 8
            parts.append(.init(name: name(declaration), start: bits.count))
            let isOneBitEach = width == 8 && PackedBlob.oneBitEach(values.map { Double(Int64(bitPattern: $0)) }) != nil
            wordBits = max(wordBits, isOneBitEach ? 1 : width)
            for value in values {
                if isOneBitEach {
                    bits.append(Int64(bitPattern: value) > 0 ? 1 : 0)
                } else {
                    for bit in 0..<width { bits.append(UInt8(truncatingIfNeeded: value >> UInt64(bit) & 1)) }
                }
            }
        }
        guard bits.count > 0 else {
            throw PackingError(.noWords, found: "found no array of integers in braces", expected: "one of packed words")
        }
        return PackedBlob(kind: .cHeader, wordBits: wordBits, run: bits, parts: parts)
    }

    private static func end(of text: ArraySlice<UInt8>, from open: Int) -> Int {
        var depth = 0
        for index in open..<text.endIndex {
            if text[index] == UInt8(ascii: "{") { depth += 1 }
            if text[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index }
        }
        return text.endIndex
    }

    private static func withoutComments(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        func starts(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }
        while index < bytes.count {
            if starts("//") || starts("#") {
                while index < bytes.count, bytes[index] != 0x0A { index += 1 }
            } else if starts("/*") {
                while index < bytes.count, !starts("*/") { index += 1 }
                index += 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func integer(_ text: String) -> UInt64? {
        let lowered = text.lowercasedASCII
        let isNegative = lowered.begins(with: "-")
        var digits = lowered.without(prefix: "-") ?? lowered
        while let shorter = digits.without(suffix: "u") ?? digits.without(suffix: "l") { digits = shorter }
        let (hexadecimal, binary) = (digits.without(prefix: "0x"), digits.without(prefix: "0b"))
        let radix = hexadecimal != nil ? 16 : binary != nil ? 2 : 10
        guard let value = UInt64(hexadecimal ?? binary ?? digits, radix: radix) else { return nil }
        return isNegative ? 0 &- value : value
    }

    /// Bits of the element type that a declaration names.
    private static func typeBits(_ declaration: String) -> Int? {
        let tail = declaration.parts(at: ";", keepsEmpty: false).last ?? declaration
        for bits in [64, 32, 16, 8] where tail.includes("int\(bits)") { return bits }
        if tail.includes("long long") || tail.includes("long") { return 64 }
        if tail.includes("short") { return 16 }
        if tail.includes("char") { return 8 }
        return tail.includes("int") || tail.includes("unsigned") ? 32 : nil
    }

    private static func name(_ declaration: String) -> String {
        let last = declaration.parts(at: ";", keepsEmpty: false).last
        let head = last?.parts(at: "[", keepsEmpty: false).first ?? ""
        return head.unicodeScalars.split { !$0.isOfName }.last.map { String($0) } ?? ""
    }
}

/// Verilog's `$readmemh` text: words in hexadecimal, comments, and addresses, which are passed over.
enum MemoryText {
    /// As many as 64 MiB of packed bits have.
    private static let mostDigits = 1 << 27

    static func parse(_ bytes: [UInt8]) throws(PackingError) -> PackedBlob {
        var words: [String] = []
        let text = String(decoding: bytes, as: UTF8.self)
        for (number, line) in text.parts(at: "\n").enumerated() {
            for word in withoutComment(line).substituting(",", by: " ").words {
                if word.begins(with: "@") { continue }
                guard word.utf8.allSatisfy({ digit($0) != nil || $0 == UInt8(ascii: "_") }) else {
                    throw PackingError(
                        .noWords, place: "line \(number + 1)", found: "found '\(word.printable(atMost: 20))'",
                        expected: "a hexadecimal word")
                }
                words.append(word)
            }
        }
        let digits = words.map { word in word.utf8.compactMap(digit) }
        guard let longest = digits.map(\.count).max() else {
            throw PackingError(.noWords, found: "found no words", expected: "hexadecimal words, one a line")
        }
        // Short words are filled up to the longest, so that one long word among many asks for far more than the file has.
        guard let total = digits.count.times(longest), total <= mostDigits else {
            throw PackingError(
                .tooLarge, found: "found a word of \(longest) digits among \(digits.count) words",
                expected: "words of one width that make at most \(mostDigits) digits")
        }
        var bits = BitRun()
        for word in digits {
            for value in word.reversed() {
                for bit in 0..<4 { bits.append(value >> UInt8(bit) & 1) }
            }
            for _ in 0..<(longest - word.count) * 4 { bits.append(0) }
        }
        return PackedBlob(kind: .hexadecimal, wordBits: longest * 4, run: bits)
    }

    private static func withoutComment(_ line: String) -> String {
        let bytes = Array(line.utf8)
        let start = bytes.indices.first { bytes[$0...].starts(with: "//".utf8) }
        return String(decoding: bytes[..<(start ?? bytes.count)], as: UTF8.self)
    }

    /// The value of a hexadecimal digit, or nil.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46, 0x61...0x66: (byte | 0x20) - 0x57
        default: nil
        }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar can be part of a name or a number of C.
    fileprivate var isOfName: Bool { isASCII && (properties.isAlphabetic || ("0"..."9").contains(self)) || self == "_" }
}

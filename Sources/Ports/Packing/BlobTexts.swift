/// Arrays of integers in C source.
enum CHeader {
    /// Reads every braced list of integers, in order; the words' bits are those of the element type.
    static func parse(_ bytes: [UInt8]) throws(PortError) -> PackedBlob {
        let text = withoutComments(bytes)
        var bits: [UInt8] = []
        var parts: [PackedBlob.Part] = []
        var wordBits = 0
        var rest = text[...]
        while let open = rest.firstIndex(of: UInt8(ascii: "{")) {
            let declaration = String(decoding: rest[..<open], as: UTF8.self)
            let close = end(of: rest, from: open)
            let numbers = String(decoding: rest[open..<close], as: UTF8.self)
                .split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".") })
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
        guard !bits.isEmpty else {
            throw PortError("found no array of integers in braces, expected one of packed words")
        }
        return PackedBlob(kind: .cHeader, wordBits: wordBits, bits: bits, parts: parts)
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

    private static func integer(_ text: Substring) -> UInt64? {
        var digits = text.lowercased()[...]
        let isNegative = digits.hasPrefix("-")
        if isNegative { digits = digits.dropFirst() }
        while let last = digits.last, last == "u" || last == "l" { digits = digits.dropLast() }
        let radix = digits.hasPrefix("0x") ? 16 : digits.hasPrefix("0b") ? 2 : 10
        if radix != 10 { digits = digits.dropFirst(2) }
        guard let value = UInt64(digits, radix: radix) else { return nil }
        return isNegative ? 0 &- value : value
    }

    /// Bits of the element type that a declaration names.
    private static func typeBits(_ declaration: String) -> Int? {
        let tail = declaration.split(separator: ";").last.map(String.init) ?? declaration
        for bits in [64, 32, 16, 8] where tail.contains("int\(bits)") { return bits }
        if tail.contains("long long") || tail.contains("long") { return 64 }
        if tail.contains("short") { return 16 }
        if tail.contains("char") { return 8 }
        return tail.contains("int") || tail.contains("unsigned") ? 32 : nil
    }

    private static func name(_ declaration: String) -> String {
        let head = declaration.split(separator: ";").last?.split(separator: "[").first ?? ""
        return head.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }).last.map(String.init) ?? ""
    }
}

/// Verilog's `$readmemh` text: words in hexadecimal, comments, and addresses, which are passed over.
enum MemoryText {
    static func parse(_ bytes: [UInt8]) throws(PortError) -> PackedBlob {
        var words: [Substring] = []
        let text = String(decoding: bytes, as: UTF8.self)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var content = line[...]
            if let comment = line.range(of: "//") { content = line[..<comment] }
            for word in content.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "," }) {
                if word.hasPrefix("@") { continue }
                guard word.allSatisfy({ $0.isHexDigit || $0 == "_" }) else {
                    throw PortError("line \(number + 1): found '\(word.prefix(20))', expected a hexadecimal word")
                }
                words.append(word)
            }
        }
        let digits = words.map { word in word.filter { $0 != "_" } }
        guard let longest = digits.map(\.count).max() else {
            throw PortError("found no words, expected hexadecimal words, one a line")
        }
        var bits: [UInt8] = []
        bits.reserveCapacity(digits.count * longest * 4)
        for word in digits {
            for digit in word.reversed() {
                let value = UInt8(truncatingIfNeeded: digit.hexDigitValue ?? 0)
                for bit in 0..<4 { bits.append(value >> UInt8(bit) & 1) }
            }
            bits += [UInt8](repeating: 0, count: (longest - word.count) * 4)
        }
        return PackedBlob(kind: .hexadecimal, wordBits: longest * 4, bits: bits)
    }
}

extension StringProtocol {
    /// Where a text first occurs: its start.
    fileprivate func range(of needle: String) -> Index? {
        indices.first { self[$0...].hasPrefix(needle) }
    }
}

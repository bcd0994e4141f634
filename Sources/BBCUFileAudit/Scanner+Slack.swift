import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorPickle

// Bytes that no reader of an archive needs: comments, extra fields, padding, parts of headers.
extension Scanner {
    /// Bytes of an archive in which only short text is expected.
    private static let longestText = 0xFFFF
    /// Places in a text at which a pickle is tried.
    private static let mostStarts = 1000

    /// Looks at what an archive holds besides its entries.
    mutating func lookAtSlack(_ slack: [SlackBytes], _ place: String, _ depth: Int) {
        for part in slack {
            let owner = part.entry.map { inside(place, $0) } ?? place
            lookAtSlack(part.bytes, owner, part.part, at: part.offset, depth, isLatin: part.isLatin)
        }
    }

    /// Looks at one part as a file of its own. Zeros and short text that can hold no code are fine; a file is a finding,
    /// since no honest writer puts one there.
    mutating func lookAtSlack(
        _ region: ByteRegion, _ owner: String, _ part: String, at offset: Int, _ depth: Int, isLatin: Bool = false,
        role: TextRole = .aside
    ) {
        guard let bytes = region.withoutZeros else { return }
        let place = inside(owner, part)
        let isText = PlainText.isText(bytes, allowsControls: role == .comment)
        guard bytes.count <= Self.longestText || !isText else {
            return notExamined(place, "a text of \(bytes.count) bytes where a short one is expected")
        }
        if isLatin, Self.isLatinText(bytes) { return examined(place, 0..<bytes.count, "text in Latin-1") }
        let content = look(at: bytes, place: place, depth: depth + 1, role: role)
        switch content {
        case .unknown, .json, .html, .text: break
        default: find(.unknown, owner, offset, "the \(part) holds a \(content.rawValue) file")
        }
        if isText, content != .pickle { lookAtPickles(within: bytes, place, part, depth) }
    }

    /// One line of text that is no UTF-8, without control characters of either kind: no pickle can name anything in it.
    private static func isLatinText(_ region: ByteRegion) -> Bool {
        String(validating: region.bytes, as: UTF8.self) == nil
            && region.bytes.allSatisfy { $0 >= 0xA0 || (0x20...0x7E).contains($0) }
    }

    /// Pickles of text that start within a text: what names something dangerous, or runs to its STOP.
    mutating func lookAtPickles(
        within text: ByteRegion, _ place: String, _ part: String, _ depth: Int
    ) {
        var starts = Self.starts(in: text.bytes)
        if starts.count > Self.mostStarts {
            notExamined(place, "pickles behind the first \(Self.mostStarts) places where one could start")
            starts.removeLast(starts.count - Self.mostStarts)
        }
        for start in starts {
            guard let trace = followed(text, from: start) else { continue }
            let names = trace.references.filter { reference in
                guard case .named = reference.target else { return false }
                return reference.offset <= trace.fault?.offset ?? .max
            }
            let isWhole = trace.isWhole && trace.fault == nil
            guard names.contains(where: { isWhole || $0.judged.judgement == .dangerous }) else { continue }
            find(.unknown, place, start, "the \(part) holds a pickle behind other text")
            return record(trace, text, start, place, depth + 1)
        }
    }

    /// Where a pickle of text that names something may start: at GLOBAL, or at a MARK in front of INST. Both have two lines
    /// behind them, a module and a name.
    private static func starts(in text: [UInt8]) -> [Int] {
        func namesSomething(_ index: Int) -> Bool {
            let module = text[(index + 1)...].prefix { $0 != 0x0A }
            let name = text[min(module.endIndex + 1, text.count)...].prefix { $0 != 0x0A }
            return name.endIndex < text.count && isName(module) && isName(name)
        }
        var (starts, marks): ([Int], [Int]) = ([], [])
        for (index, byte) in text.enumerated().dropFirst() {
            switch byte {
            case UInt8(ascii: "("): marks.append(index)
            case UInt8(ascii: "c") where namesSomething(index): starts.append(index)
            case UInt8(ascii: "i") where !marks.isEmpty && namesSomething(index):
                starts += marks
                marks = []
            default: break
            }
        }
        return starts
    }

    private static func isName(_ line: ArraySlice<UInt8>) -> Bool {
        !line.isEmpty && line.count <= 256
            && line.allSatisfy { byte in
                byte == 0x5F || byte == 0x2E || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || byte >= 0x80
            }
    }
}

extension ByteRegion {
    /// The bytes without zeros in front and behind, which end texts and fill fields; nil where there is nothing else.
    fileprivate var withoutZeros: ByteRegion? {
        guard let first = firstNonZero else { return nil }
        var end = count
        while end > first, self[end - 1] == 0 { end -= 1 }
        return try? slice(at: first, count: end - first)
    }
}

import BBCUPlatform
import TensorArchives
import TensorBytes

/// A file that is text and no JSON: a web page, an error message of a server, a pointer to the file.
struct TextFile {
    /// What the text is.
    let kind: FileKind

    /// Bytes that are looked at.
    private static let beginning = 4096

    /// The text that a file begins with; nil if it is no text in UTF-8.
    init?(_ region: ByteRegion) {
        guard let start = try? region.slice(at: 0, count: min(region.count, Self.beginning)).bytes,
            let text = Self.text(start, isWhole: start.count == region.count)
        else { return nil }
        if GitPointer.isOne(region) {
            let size = text.linesOfText.lazy.compactMap { $0.without(prefix: "size ") }.first
            kind = .lfsPointer(byteCount: size.flatMap { Int($0) }.map(String.init))
            return
        }
        let content = text.unicodeScalars.drop { $0.properties.isWhitespace || $0 == "\u{FEFF}" }
        if content.starts(with: "<".unicodeScalars) {
            kind = .markup(Self.markup(String(content)))
        } else {
            let line = String(content).linesOfText.first ?? ""
            kind = .text(line.printable(atMost: 60))
        }
    }

    /// The text; a character that the end of the part cuts is left out.
    private static func text(_ bytes: [UInt8], isWhole: Bool) -> String? {
        guard !bytes.isEmpty, !bytes.contains(where: { $0 < 0x20 && !(0x09...0x0D).contains($0) || $0 == 0x7F }) else {
            return nil
        }
        for cut in 0...(isWhole ? 0 : min(3, bytes.count - 1)) {
            if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text }
        }
        return nil
    }

    /// What HTML or XML calls itself: its title, or the code that storage services give for an error.
    private static func markup(_ text: String) -> String {
        let lowered = text.lowercasedASCII
        let isPage = lowered.includes("<html") || lowered.includes("<!doctype html")
        let element = isPage ? "title" : "code"
        let kind = isPage ? "a web page" : "an XML text"
        guard let title = content(of: element, text, lowered), !title.isEmpty else { return kind }
        return kind + " '\(title.printable(atMost: 60))'"
    }

    /// What stands between an element's tags.
    private static func content(of element: String, _ text: String, _ lowered: String) -> String? {
        let (bytes, names) = (Array(text.utf8), Array(lowered.utf8))
        func find(_ part: String, from start: Int) -> Range<Int>? {
            let part = Array(part.utf8)
            guard start <= names.count - part.count else { return nil }
            return (start...(names.count - part.count)).first { names[$0...].starts(with: part) }
                .map { $0..<$0 + part.count }
        }
        guard let opening = find("<" + element, from: 0), let end = find(">", from: opening.upperBound),
            let closing = find("</" + element, from: end.upperBound)
        else { return nil }
        return String(decoding: bytes[end.upperBound..<closing.lowerBound], as: UTF8.self).words.joined(separator: " ")
    }
}

/// Text by its bytes.
///
/// Swift compares text by `Character`: a quote, a slash or a dot with a combining mark behind it is another character, and
/// two spellings of `é` are equal. For a shell, a file system, an archive and a table both are wrong, so names, paths,
/// quotes and separators are looked at here, by their UTF-8 bytes. `Checks/characters/run` finds other places.
extension StringProtocol {
    /// Whether the bytes begin with those of another text.
    package func begins(with prefix: some StringProtocol) -> Bool { utf8.starts(with: prefix.utf8) }

    /// Whether the bytes end with those of another text.
    package func ends(with suffix: some StringProtocol) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// Whether the bytes of another text occur among those of this one.
    package func includes(_ part: some StringProtocol) -> Bool {
        ranges(of: Array(part.utf8), in: Array(utf8), atMost: 1).first != nil || part.utf8.isEmpty
    }

    /// Whether both have the same bytes.
    package func isExactly(_ other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }

    /// What follows a prefix; nil for a text without it.
    package func without(prefix: some StringProtocol) -> String? {
        begins(with: prefix) ? String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : nil
    }

    /// What comes before a suffix; nil for a text without it.
    package func without(suffix: some StringProtocol) -> String? {
        ends(with: suffix) ? String(decoding: utf8.dropLast(suffix.utf8.count), as: UTF8.self) : nil
    }

    /// The parts between separators.
    ///
    /// - Parameters:
    ///   - separator: an ASCII character.
    ///   - most: how many separators are looked for.
    ///   - keepsEmpty: whether parts without a byte count.
    package func parts(at separator: Unicode.Scalar, most: Int = .max, keepsEmpty: Bool = true) -> [String] {
        utf8.split(
            separator: UInt8(truncatingIfNeeded: separator.value), maxSplits: most,
            omittingEmptySubsequences: !keepsEmpty
        ).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The lines: parts that end with a newline, a carriage return, or both; empty ones are left out.
    package var linesOfText: [String] {
        utf8.split { $0 == 0x0A || $0 == 0x0D }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The parts between blanks of ASCII (space, tab, newline, vertical tab, form feed, return); empty ones are left out.
    package var words: [String] {
        utf8.split { $0 == 0x20 || (0x09...0x0D).contains($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// What comes before and behind the last separator, an ASCII character; nil without one.
    package func cut(atLast separator: Unicode.Scalar) -> (before: String, behind: String)? {
        let bytes = Array(utf8)
        return bytes.lastIndex(of: UInt8(truncatingIfNeeded: separator.value)).map { Self.cut(bytes, at: $0) }
    }

    /// What comes before and behind the first separator, an ASCII character; nil without one.
    package func cut(atFirst separator: Unicode.Scalar) -> (before: String, behind: String)? {
        let bytes = Array(utf8)
        return bytes.firstIndex(of: UInt8(truncatingIfNeeded: separator.value)).map { Self.cut(bytes, at: $0) }
    }

    private static func cut(_ bytes: [UInt8], at place: Int) -> (before: String, behind: String) {
        (String(decoding: bytes[..<place], as: UTF8.self), String(decoding: bytes[(place + 1)...], as: UTF8.self))
    }

    /// The text with each occurrence of some bytes replaced by others.
    package func substituting(_ part: String, by replacement: String) -> String {
        let (bytes, needle) = (Array(utf8), Array(part.utf8))
        guard !needle.isEmpty else { return String(self) }
        var result: [UInt8] = []
        var rest = 0
        for range in ranges(of: needle, in: bytes, atMost: .max) {
            result += bytes[rest..<range.lowerBound] + Array(replacement.utf8)
            rest = range.upperBound
        }
        return String(decoding: result + bytes[rest...], as: UTF8.self)
    }

    /// The text with A to Z in lower case and everything else as it is.
    package var lowercasedASCII: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private func ranges(of needle: [UInt8], in bytes: [UInt8], atMost most: Int) -> [Range<Int>] {
        guard let first = needle.first else { return [] }
        var found: [Range<Int>] = []
        var place = 0
        while found.count < most, place + needle.count <= bytes.count {
            if bytes[place] == first, bytes[place..<place + needle.count].elementsEqual(needle) {
                found.append(place..<place + needle.count)
                place += needle.count
            } else {
                place += 1
            }
        }
        return found
    }
}

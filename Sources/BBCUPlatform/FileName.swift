/// Names of files as text.
///
/// A name that is not UTF-8 cannot be named in a report, in JSON or on a command line that is read as text, so it is refused,
/// in words that say why. Each byte that belongs to no character is shown as the replacement character and the byte's two
/// digits: two such names stay different, and neither is a file's.
package enum FileName {
    private static let mark: Unicode.Scalar = "\u{FFFD}"

    /// The text of a name or path.
    package static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var parser = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var text = String.UnicodeScalarView()
        var place = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let character):
                text.append(UTF8.decode(character))
                place += character.count
            case .error(let length):
                for byte in bytes[place..<place + length] {
                    text.append(mark)
                    text.append(contentsOf: (byte < 16 ? "0" : "").unicodeScalars)
                    text.append(contentsOf: String(byte, radix: 16, uppercase: true).unicodeScalars)
                }
                place += length
            case .emptyInput: return String(text)
            }
        }
    }

    /// Whether a text can be the name of a file that was named in UTF-8. The mark itself is a character, but nobody names
    /// a file by it, and a text that came of a broken name has it.
    package static func isUTF8(_ name: String) -> Bool { !name.unicodeScalars.contains(mark) }

    /// Why a file whose name is not UTF-8 is not opened.
    package static func error(_ path: String) -> BytesError {
        BytesError(
            .absent, file: path, found: "the name is not UTF-8", expected: "a name in UTF-8",
            advice: "rename the file or folder (convmv -f latin1 -t utf8 --notest does it for Latin-1)")
    }
}

extension String {
    /// The text as one word of a POSIX shell; unchanged if nothing in it means anything to a shell.
    ///
    /// Every quote is replaced by its scalar, whatever mark follows it.
    public var shellQuoted: String {
        let isPlain = utf8.allSatisfy { byte in
            byte < 0x80 && (Self.plain.contains(byte) || (0x61...0x7A).contains(byte | 0x20))
        }
        // zsh expands a word that begins with an equals sign.
        guard isEmpty || !isPlain || begins(with: "=") else { return self }
        return "'" + substituting("'", by: "'\\''") + "'"
    }

    /// The text as one word of bash or zsh that can be shown and pasted: as ``shellQuoted`` if a terminal shows every
    /// character of it, otherwise between `$'` and `'` with the bytes of the others as `\xNN`.
    ///
    /// `sh` need not know that form: a command that is run gets ``shellQuoted``.
    package var shellWord: String {
        guard unicodeScalars.contains(where: { !$0.isPrintable }) else { return shellQuoted }
        var word = "$'"
        for scalar in unicodeScalars {
            switch scalar {
            case "'", "\\": word.unicodeScalars.append(contentsOf: ["\\", scalar])
            // An interactive shell would replace it by an earlier command.
            case "!": word += "\\x21"
            case _ where scalar.isPrintable: word.unicodeScalars.append(scalar)
            default: word += UTF8.encode(scalar).map { $0.map(Self.hexadecimal).joined() } ?? ""
            }
        }
        return word + "'"
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static let plain = Set("0123456789_./-+:=@%,".utf8)
}

extension [String] {
    /// The words as a command of bash or zsh that can be shown and pasted.
    package var shellCommand: String { map(\.shellWord).joined(separator: " ") }
}

extension String {
    /// The text with control and formatting characters escaped as `\u{1B}`, so that an untrusted name cannot steer a
    /// terminal, cut in the middle where it is longer than `limit` scalars.
    public func printable(atMost limit: Int = .max) -> String {
        let escaped = unicodeScalars.allSatisfy(\.isPrintable) ? self : self.escaped
        guard limit < .max, escaped.unicodeScalars.count > limit else { return escaped }
        let kept = max(1, (limit - 1) / 2)
        return String(escaped.unicodeScalars.prefix(kept)) + "…" + String(escaped.unicodeScalars.suffix(kept))
    }

    /// The text with everything but newlines escaped as in ``printable(atMost:)``.
    package var printableLines: String {
        if utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A }) { return self }
        return escaped(keeping: "\n")
    }

    private var escaped: String { escaped(keeping: nil) }

    private func escaped(keeping kept: Unicode.Scalar?) -> String {
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar.isPrintable || scalar == kept {
                text.append(scalar)
            } else {
                text.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
            }
        }
        return String(text)
    }

    /// The text for a cell or a line of Markdown (GitHub Flavored Markdown 0.29): on one line, and nothing in it ends a
    /// cell, opens a tag, a link or code, or emphasises.
    package var markdownEscaped: String {
        var text = String.UnicodeScalarView()
        for scalar in printable().unicodeScalars {
            if Self.markdown.contains(scalar) { text.append("\\") }
            text.append(scalar)
        }
        return String(text)
    }

    private static let markdown = Set("\\`*_[]<>|#~&".unicodeScalars)

    /// The text as code of Markdown, between as many grave accents as it takes; not for the cell of a table.
    package var markdownCode: String {
        let text = printable()
        let longest = text.utf8.split(omittingEmptySubsequences: true) { $0 != UInt8(ascii: "`") }.map(\.count).max()
        let fence = String(repeating: "`", count: (longest ?? 0) + 1)
        let padding = longest == nil ? "" : " "
        return fence + padding + text + padding + fence
    }

    /// The text as a field of comma-separated values (RFC 4180), control and formatting characters escaped.
    ///
    /// A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a return for a formula, quoted or not, so
    /// that such a text gets an apostrophe before it. Numbers are no texts and stay as they are.
    package var csvField: String {
        let isFormula = utf8.first.map("=+-@\t\r\n".utf8.contains) ?? false
        let text = (isFormula ? "'" : "") + printable()
        guard text.utf8.contains(where: ",\"".utf8.contains) else { return text }
        return "\"" + text.substituting("\"", by: "\"\"") + "\""
    }
}

extension Unicode.Scalar {
    /// Whether a terminal or a page shows the scalar and takes it for nothing else: no control, no formatting character
    /// (bidirectional marks, joiners), nothing without a width of its own but combining marks, and nothing that is no
    /// character.
    package var isPrintable: Bool {
        if isASCII { return value >= 0x20 && value != 0x7F }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: return !properties.isDefaultIgnorableCodePoint
        }
    }
}

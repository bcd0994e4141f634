/// JSON as KAIR writes it: `//` comments to the end of a line, and commas at the start of lines.
enum JSONComments {
    /// The text without comments, and without a comma that directly follows an opening bracket.
    static func strip(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        var isInString = false
        var isAfterOpening = false
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            if isInString {
                output.append(scalar)
                if scalar == "\\", let escaped = next {
                    output.append(escaped)
                    next = scalars.next()
                } else if scalar == "\"" {
                    isInString = false
                }
            } else if scalar == "/", next == "/" {
                while let skipped = next, skipped != "\n" {
                    _ = skipped
                    next = scalars.next()
                }
            } else if scalar == ",", isAfterOpening {
                continue
            } else if scalar == "\t" {
                // YAML forbids a tab where JSON allows one.
                output.append(" ")
            } else {
                output.append(scalar)
                isInString = scalar == "\""
                if !scalar.properties.isWhitespace { isAfterOpening = scalar == "{" || scalar == "[" }
            }
        }
        return String(output)
    }
}

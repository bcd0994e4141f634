/// Why bytes could not be read: one shape for every reader, which differ in their codes.
///
/// Two errors are equal when their codes are: what a caller or a test distinguishes is the kind, not the words.
public struct ReadingError<Code: Hashable & Sendable>: Error, Equatable {
    /// The kind of failure.
    public var code: Code
    /// The file, as it was given; empty where bytes did not come from one.
    public var file: String
    /// Where in the file, in its own terms: an entry's or a tensor's name.
    public var place: String?
    /// The byte at which it was found, counted from the start of the file or of the place.
    public var offset: Int?
    /// What is there, in words.
    public var found: String
    /// What should be there, in words.
    public var expected: String?
    /// What a person can do about it.
    public var advice: String?

    /// Describes a failure.
    public init(
        _ code: Code, file: String = "", place: String? = nil, offset: Int? = nil, found: String,
        expected: String? = nil, advice: String? = nil
    ) {
        self.code = code
        self.file = file
        self.place = place
        self.offset = offset
        self.found = found
        self.expected = expected
        self.advice = advice
    }

    public static func == (left: Self, right: Self) -> Bool { left.code == right.code }

    /// The same failure under another reader's code, with what that reader knows of file and place.
    package func recoded<Other>(
        _ code: Other, file: String? = nil, place: String? = nil
    ) -> ReadingError<Other> {
        ReadingError<Other>(
            code, file: self.file.isEmpty ? file ?? "" : self.file, place: self.place ?? place, offset: offset,
            found: found, expected: expected, advice: advice)
    }

    /// The same failure in the given file, where none is named yet.
    package func inFile(_ file: String) -> Self { recoded(code, file: file) }
}

extension ReadingError: CustomStringConvertible {
    /// One line: file, place and byte, what was found, what was expected, what to do. Safe to print: control
    /// characters of untrusted names are escaped, and long names are cut.
    public var description: String {
        var location: [String] = []
        if let place { location.append(place.printable(atMost: 160)) }
        if let offset { location.append("byte \(offset)") }
        var line = file.isEmpty ? "" : file.printable(atMost: 1000) + ": "
        if !location.isEmpty { line += location.joined(separator: ", ") + ": " }
        line += found.printable(atMost: 400)
        if let expected { line += ", expected " + expected.printable(atMost: 400) }
        if let advice { line += "; " + advice.printable(atMost: 400) }
        return line
    }
}

extension String {
    /// The text with control and formatting characters escaped as `\u{1B}`, so that an untrusted name cannot steer a
    /// terminal, cut in the middle where it is longer than `limit` characters.
    public func printable(atMost limit: Int = .max) -> String {
        let escaped = unicodeScalars.allSatisfy(\.isPrintable) ? self : self.escaped
        guard limit < .max, escaped.count > limit else { return escaped }
        let kept = max(1, (limit - 1) / 2)
        return escaped.prefix(kept) + "…" + escaped.suffix(kept)
    }

    private var escaped: String {
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isPrintable {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        if isASCII { return value >= 0x20 && value != 0x7F }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}

/// Why something could not be read, used or written: one shape for every reader, which differ in their codes.
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
    public var advice: Advice?

    /// Describes a failure.
    public init(
        _ code: Code, file: String = "", place: String? = nil, offset: Int? = nil, found: String,
        expected: String? = nil, advice: Advice? = nil
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

extension ReadingError: DescribedError {
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
        if let advice { line += "; " + advice.description.printable(atMost: 400) }
        return line
    }

    /// What was found, what was expected, what to do.
    public var reasonText: String {
        found + (expected.map { ", expected " + $0 } ?? "") + (advice.map { "; \($0)" } ?? "")
    }

    /// Whether a file could not be written.
    public var isOfWriting: Bool { (code as? any WritingCode)?.isUnwritable == true }
}

import BBCUPlatform
import TensorBytes

/// Why images cannot be evaluated.
public struct EvaluationError: Error, Hashable, CustomStringConvertible {
    /// The file, folder or option it is about.
    public var subject: String
    /// What is there.
    public var found: String
    /// What should be there, and what to do.
    public var expected: String

    /// States the facts.
    public init(_ subject: String, found: String, expected: String) {
        self.subject = subject
        self.found = found
        self.expected = expected
    }

    /// One line, safe to print.
    public var description: String {
        "\(subject.printable(atMost: 1000)): found \(found.printable()), expected \(expected.printable())"
    }
}

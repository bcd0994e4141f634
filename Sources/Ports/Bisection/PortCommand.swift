/// A shell command with which a port is asked for a tap: `{input}`, `{tap}` and `{output}` stand for the input's file, the
/// tap's name and the file that the port has to write.
public struct PortCommand: Sendable, Hashable {
    /// As the user wrote it.
    public var template: String

    /// What has to stand in it.
    public static let places = ["{input}", "{tap}", "{output}"]

    /// A command; nil where one of the places is missing.
    public init?(_ template: String) {
        guard Self.places.allSatisfy(template.contains) else { return nil }
        self.template = template
    }

    /// The command for one run.
    public func text(input: String, tap: String, output: String) -> String {
        var result = ""
        var rest = template[...]
        while let brace = rest.firstIndex(of: "{") {
            result += rest[..<brace]
            rest = rest[brace...]
            let values = zip(Self.places, [input, tap, output])
            if let (place, value) = values.first(where: { rest.hasPrefix($0.0) }) {
                result += value.shellQuoted
                rest = rest.dropFirst(place.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result + rest
    }
}

extension String {
    /// The text as one word of a POSIX shell; as it is where nothing in it means anything to a shell, so that quotes
    /// around it do no harm.
    public var shellQuoted: String {
        let isPlain = unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_./-+:=@%,".unicodeScalars.contains(scalar))
        }
        guard isEmpty || !isPlain else { return self }
        return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

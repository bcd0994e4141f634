/// A shell command with which a port is asked for a tap: `{input}`, `{tap}` and `{output}` stand for the input's file, the
/// tap's name and the file that the port has to write.
public struct PortCommand: Sendable, Hashable {
    /// As the user wrote it.
    public let template: String
    private let parts: [ShellTemplate.Part]

    /// What has to stand in it.
    public static let places = ["{input}", "{tap}", "{output}"]

    /// A command; nil if one of the places is missing.
    public init?(_ template: String) {
        let parts = ShellTemplate.parts(of: template, places: Self.places)
        guard Self.places.indices.allSatisfy({ place in parts.contains { $0.place == place } }) else { return nil }
        (self.template, self.parts) = (template, parts)
    }

    /// The command for one run.
    ///
    /// A value is one word of the command, whatever is in it: it is quoted where it stands by itself, and escaped where
    /// the user put quotes around the place.
    /// - Returns: nil for a value with characters that a shell understands, in a place where it could be read twice, or
    ///   where this cannot be excluded (``placeInQuotes``).
    public func text(input: String, tap: String, output: String) -> String? {
        text([input, tap, output]) { $1.text($0) }
    }

    /// The same for a person who pastes it into bash or zsh: values with characters that a terminal does not show are
    /// written as ``Swift/String/shellWord`` has them.
    package func shownText(input: String, tap: String, output: String) -> String? {
        text([input, tap, output]) { $1.shownText($0) }
    }

    private func text(_ values: [String], _ written: (String, ShellTemplate.Context) -> String?) -> String? {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .place(let place, let context):
                guard let text = written(values[place], context) else { return nil }
                result += text
            }
        }
        return result
    }

    /// The first place that takes only plain words: it stands within quotes with something else, in a here-document or
    /// in another construct of the shell in which its value could be read as a command.
    public var placeInQuotes: String? {
        for case .place(let place, .nested) in parts { return Self.places[place] }
        return nil
    }
}

import BBCUPlatform
import OrderedCollections

extension JSONValue {
    /// The document as indented JSON text (RFC 8259), UTF-8, without a newline at the end.
    ///
    /// Objects keep the order of their keys, which is why this is not the standard encoder: that one can only sort
    /// them. Arrays of numbers and strings stay on one line. Control and formatting characters are escaped, so that the
    /// text can be shown anywhere.
    public var text: String {
        var output = ""
        write(to: &output, indentation: "")
        return output
    }

    /// The document on one line, without spaces.
    public var compactText: String {
        switch self {
        case .array(let values): "[" + values.map(\.compactText).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { JSONValue.string($0).text + ":" + $1.compactText }.joined(separator: ",") + "}"
        default: text
        }
    }

    private func write(to output: inout String, indentation: String) {
        switch self {
        case .null: output += "null"
        case .bool(let value): output += value ? "true" : "false"
        case .integer(let value): output += String(value)
        case .number(let value): output += Self.number(value.description, isFinite: value.isFinite)
        case .float(let value): output += Self.number(value.description, isFinite: value.isFinite)
        case .string(let value): Self.write(string: value, to: &output)
        case .array(let values): Self.write(array: values, to: &output, indentation: indentation)
        case .object(let members):
            guard !members.isEmpty else {
                output += "{}"
                return
            }
            let inner = indentation + "  "
            var separator = "{\n"
            for (key, value) in members {
                output += separator + inner
                Self.write(string: key, to: &output)
                output += ": "
                value.write(to: &output, indentation: inner)
                separator = ",\n"
            }
            output += "\n" + indentation + "}"
        }
    }

    private var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    private static func write(array values: [JSONValue], to output: inout String, indentation: String) {
        guard !values.isEmpty else {
            output += "[]"
            return
        }
        let isFlat = values.allSatisfy(\.isScalar)
        let inner = indentation + "  "
        var separator = isFlat ? "[" : "[\n" + inner
        for value in values {
            output += separator
            value.write(to: &output, indentation: inner)
            separator = isFlat ? ", " : ",\n" + inner
        }
        output += isFlat ? "]" : "\n" + indentation + "]"
    }

    private static func number(_ description: String, isFinite: Bool) -> String {
        guard isFinite else {
            return description == "inf" ? "\"Infinity\"" : description == "-inf" ? "\"-Infinity\"" : "\"NaN\""
        }
        return description.without(suffix: ".0") ?? description
    }

    private static func write(string: String, to output: inout String) {
        output += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case "\r": output += "\\r"
            case "\t": output += "\\t"
            case _ where !scalar.isPrintable:
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    let hexadecimal = String(unit, radix: 16)
                    output += "\\u" + String(repeating: "0", count: 4 - hexadecimal.utf8.count) + hexadecimal
                }
            default: output.unicodeScalars.append(scalar)
            }
        }
        output += "\""
    }
}

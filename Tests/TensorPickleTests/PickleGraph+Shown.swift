import BBCUPlatform
import TensorBytes
import TensorPickle

extension PickleGraph {
    /// The graph in the words of the fixtures: values as Python prints them, strings in double quotes.
    var shown: String { shown(root) }

    private func shown(_ value: PickleValue) -> String {
        switch value {
        case .none: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): String(value)
        case .bigInteger(let text): text
        case .float(let value): value.description
        case .string(let text): "\"" + text + "\""
        case .bytes(let bytes): "bytes " + hexadecimal(bytes.bytes)
        case .node(let index): shown(nodes[index])
        }
    }

    private func shown(_ node: PickleNode) -> String {
        let elements = node.elements.map(shown).joined(separator: ", ")
        let items = node.items.map { shown($0.key) + ": " + shown($0.value) }.joined(separator: ", ")
        switch node.kind {
        case .list: return "[" + elements + "]"
        case .tuple: return "(" + elements + ")"
        case .dictionary: return "{" + items + "}"
        case .set: return "set(" + elements + ")"
        case .frozenSet: return "frozenset(" + elements + ")"
        case .byteArray(let bytes): return "bytearray " + hexadecimal(bytes.bytes)
        case .global(let module, let name): return module + "." + name
        case .registered(let code): return "extension \(code)"
        case .buffer(let index): return "buffer \(index)"
        case .persistent(let identifier): return "persistent " + shown(identifier)
        case .object(let constructor, let arguments, let keywords):
            var text = shown(constructor) + shown(arguments) + (keywords.map(shown) ?? "")
            if !elements.isEmpty { text += " [" + elements + "]" }
            if !items.isEmpty { text += " {" + items + "}" }
            return text + node.states.map { " state " + shown($0) }.joined()
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

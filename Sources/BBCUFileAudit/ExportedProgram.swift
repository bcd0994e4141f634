import BBCUPlatform
import TensorBytes

/// The graph of a `.pt2` archive. `torch.export` reads it by evaluating some of its texts: symbolic expressions go
/// through `sympy.sympify`, which is `eval`, and the code of guards through `exec`; targets of nodes are looked up with
/// `getattr` from `torch`, `operator` and `math` and called with the graph, and types of trees may be imported.
///
/// Source: `_parse_sym_expr` and `deserialize_operator` in `torch/_export/serde/serialize.py`, `torch/export/_unlift.py`,
/// `torch/utils/_pytree.py`.
enum ExportedProgram {
    /// Whether a member is a graph by its name: `models/NAME.json`, or that of the format before.
    static func isOne(_ name: String) -> Bool {
        let parts = PathText.parts(of: name.lowercasedASCII)
        guard let last = parts.last, last.ends(with: ".json") else { return false }
        return last == "serialized_exported_program.json" || (parts.count > 1 && parts[parts.count - 2] == "models")
    }

    /// Whether a member says where the weights lie: `data/weights/NAME_config.json`.
    static func isConfiguration(_ name: String) -> Bool {
        let name = name.lowercasedASCII
        let parts = PathText.parts(of: name)
        guard parts.count > 1, name.ends(with: "_config.json") else { return false }
        return ["weights", "constants"].contains(parts[parts.count - 2])
    }

    /// What in a graph is more than data, in words, each once.
    static func oddities(_ document: StrictJSON) -> [String] {
        var search = Search()
        search.look(at: document, key: "")
        return search.oddities
    }

    /// Walks through a graph.
    private struct Search {
        var oddities: [String] = []
        private var known: Set<ExactName> = []
        private static let limit = 1000

        mutating func look(at value: StrictJSON, key: String) {
            switch key {
            case "expr_str": expression(value)
            case "guards_code": guards(value)
            case "target", "as_operator": target(value)
            case "in_spec", "out_spec": tree(value)
            case "hint": hint(value)
            default: break
            }
            switch value {
            case .object(let members): for member in members { look(at: member.value, key: member.key) }
            case .array(let elements): for element in elements { look(at: element, key: "") }
            case .string, .number, .bool, .null: break
            }
        }

        private mutating func note(_ text: String) {
            guard oddities.count < Self.limit, known.insert(ExactName(text)).inserted else { return }
            oddities.append(text)
        }

        private mutating func expression(_ value: StrictJSON) {
            guard case .string(let text) = value else {
                if case .number = value { return }
                return note("a symbolic expression that is \(value.kindText)")
            }
            if !SymbolicExpression.isPlain(text) {
                note("a symbolic expression that loading evaluates: \(text.printable(atMost: 160))")
            }
        }

        private mutating func hint(_ value: StrictJSON) {
            if case .string(let text) = value { expression(.string(text)) }
            guard case .object(let members) = value else { return }
            for member in members { if case .string(let text) = member.value { expression(.string(text)) } }
        }

        private mutating func guards(_ value: StrictJSON) {
            guard case .array(let guards) = value else {
                if case .null = value { return }
                return note("code of guards that is \(value.kindText)")
            }
            for code in guards {
                note("code of guards, which loading runs: \((code.text ?? code.kindText).printable(atMost: 160))")
            }
        }

        private mutating func target(_ value: StrictJSON) {
            guard case .string(let text) = value, !ExportedProgram.isPlainTarget(text) else { return }
            note("a node calls what is no operator of torch: \(text.printable(atMost: 160))")
        }

        private mutating func tree(_ value: StrictJSON) {
            guard case .string(let text) = value, !text.isEmpty else { return }
            guard let document = try? StrictJSON.parse(Array(text.utf8)) else {
                return note("the types of a tree that are no JSON: \(text.printable(atMost: 160))")
            }
            types(document)
        }

        private mutating func types(_ value: StrictJSON) {
            switch value {
            case .object(let members):
                for member in members {
                    if member.key == "type", case .string(let type) = member.value,
                        !ExportedProgram.plainTypes.contains(type)
                    {
                        note("a tree of the type \(type.printable(atMost: 160)), which loading may import")
                    }
                    types(member.value)
                }
            case .array(let elements): for element in elements { types(element) }
            case .string, .number, .bool, .null: break
            }
        }
    }

    /// Types of trees that are plain data.
    private static let plainTypes: Set<String> = [
        "builtins.tuple", "builtins.list", "builtins.dict", "collections.OrderedDict", "torch.Size", "builtins.slice",
        "torch.export.dynamic_shapes._DimHint",
    ]

    /// Whether a target names an operator: `torch.ops.aten.add.Tensor`, and the arithmetic of symbols. A user input's
    /// `target` is a plain name.
    static func isPlainTarget(_ text: String) -> Bool {
        let parts = text.parts(at: ".")
        guard parts.allSatisfy({ SymbolicExpression.isName($0) && !KnownNames.dangerousParts.contains($0) }) else {
            return false
        }
        switch parts.first {
        case "torch":
            if parts.count == 2 { return parts[1].begins(with: "sym_") }
            return parts.count >= 4 && parts[1] == "ops" && operatorSpaces.contains(parts[2])
        case "_operator", "operator": return parts.count == 2 && !callers.contains(parts[1])
        case "math": return parts.count == 2
        default: return parts.count == 1
        }
    }

    private static let callers: Set<String> = ["attrgetter", "itemgetter", "methodcaller", "call"]
    private static let operatorSpaces: Set<String> = [
        "aten", "prims", "prim", "quantized", "quantized_decomposed", "higher_order", "torchvision", "torchaudio",
        "_quantized", "rngprims", "inductor", "symm_mem", "_c10d_functional", "c10d_functional",
    ]
}

extension Scanner {
    /// Looks into the graph of a `.pt2` archive for what is evaluated.
    mutating func lookAtExportedProgram(_ data: ByteRegion, _ place: String) {
        guard let document = try? StrictJSON.parse(data.bytes) else {
            return notExamined(place, "a graph that is no JSON that can be read")
        }
        for text in ExportedProgram.oddities(document) { find(.unknown, place, 0, text) }
    }
}

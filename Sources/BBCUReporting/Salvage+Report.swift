import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

extension Salvage {
    /// What is left of the file, for a person.
    public func text(file: String) -> [String] {
        var lines = ["file           \(file.printable())"]
        if let checkpoint {
            lines.append(
                "format         \(checkpoint.format.rawValue), \(NumberText.grouped(checkpoint.byteCount, "byte"))")
        }
        lines += (notes + (checkpoint?.notes ?? [])).map { "note           " + $0.printable(atMost: 400) }
        if !tensors.isEmpty { lines += [""] + tensorTable.lines }
        let lost = parts.filter { $0.condition != .intact || checkpoint == nil }
        if !lost.isEmpty {
            var table = TextTable(["Entry", "condition"])
            for part in lost { table.add([part.name.printable(atMost: 200), Self.shown(part.condition)]) }
            lines += [""] + table.lines
        }
        return lines + ["", closing]
    }

    private var tensorTable: TextTable {
        var table = TextTable(
            ["Tensor", "dtype", "shape", "bytes", "condition"], alignments: [.left, .left, .left, .right, .left])
        for (entry, condition) in tensors {
            table.add([
                entry.name.isEmpty ? "(no name)" : entry.name.printable(atMost: 200), entry.dtype.rawValue,
                TensorShape.text(entry.shape), String(entry.byteCount), Self.shown(condition),
            ])
        }
        return table
    }

    private var closing: String {
        guard checkpoint != nil else {
            let intact = parts.count { $0.condition == .intact }
            return "\(intact) of \(NumberText.count(parts.count, "entry")) intact; no tensor can be named"
                .substituting("entrys", by: "entries")
        }
        let intact = tensors.count { $0.condition == .intact }
        let listed = Set(tensors.map { ExactName($0.entry.name) })
        let absent = checkpoint?.missing.count { !listed.contains(ExactName($0.name)) } ?? 0
        let more = absent > 0 ? "; absent, though the file names them: \(NumberText.count(absent, "part"))" : ""
        return "\(intact) of \(NumberText.count(tensors.count, "tensor")) intact" + more
    }

    private static func shown(_ condition: Condition) -> String {
        condition.name + (condition.reason.map { ": " + $0.printable(atMost: 120) } ?? "")
    }

    /// What is left of the file as JSON; `Schemas/salvage.schema.json` describes it.
    public func json(file: String) -> JSONValue {
        [
            "file": .string(file), "format": JSONValue(checkpoint?.format.rawValue), "whole": .bool(isWhole),
            "tensors": .array(
                tensors.map { entry, condition in
                    var members = Self.members(entry.name, condition)
                    members["dtype"] = .string(entry.dtype.rawValue)
                    members["shape"] = JSONValue(entry.shape)
                    members["bytes"] = .integer(entry.byteCount)
                    return .object(members)
                }),
            "entries": .array(parts.map { .object(Self.members($0.name, $0.condition)) }),
            "notes": JSONValue(notes + (checkpoint?.notes ?? [])),
        ]
    }

    private static func members(_ name: String, _ condition: Condition) -> OrderedDictionary<String, JSONValue> {
        ["name": .string(name), "condition": .string(condition.name), "reason": JSONValue(condition.reason)]
    }
}

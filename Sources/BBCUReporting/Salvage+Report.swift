import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

extension Salvage {
    /// What is left of the file.
    public func document(file: String) -> ReportDocument {
        let format = checkpoint.map { "\($0.format.rawValue), \(NumberText.grouped($0.byteCount, "byte"))" }
        let tensorTable = ReportTable(
            "Tensors", of: tensors,
            columns: [
                .code("tensor", \.0.name.named), .text("dtype", \.0.dtype.rawValue),
                .text("shape") { TensorShape.text($0.0.shape) }, .number("bytes") { String($0.0.byteCount) },
                .text("condition") { Self.shown($0.1) },
            ])
        let lostTable = ReportTable(
            "Entries", of: parts.filter { $0.condition != .intact || checkpoint == nil },
            columns: [.code("entry", \.name), .text("condition") { Self.shown($0.condition) }])
        return ReportDocument(
            title: "What is left of \(file.printable(atMost: 120))", verdict: closing, tone: isWhole ? .good : .bad,
            facts: [.init("file", .code(file))] + (format.map { [.init("format", RichText($0))] } ?? [])
                + (notes + (checkpoint?.notes ?? [])).map { .init("note", RichText($0)) },
            sections: [
                .init("tensors", "Tensors", [.table(tensorTable)]),
                .init("entries", "Entries that are not intact", [.table(lostTable)]),
            ], json: json(file: file))
    }

    private var closing: String {
        guard checkpoint != nil else {
            let intact = parts.count { $0.condition == .intact }
            return "\(intact) of \(parts.count.counted("entry")) intact; no tensor can be named"
                .substituting("entrys", by: "entries")
        }
        let intact = tensors.count { $0.condition == .intact }
        let listed = Set(tensors.map { ExactName($0.entry.name) })
        let absent = checkpoint?.missing.count { !listed.contains(ExactName($0.name)) } ?? 0
        let more = absent > 0 ? "; absent, though the file names them: \(absent.counted("part"))" : ""
        return "\(intact) of \(tensors.count.counted("tensor")) intact" + more
    }

    private static func shown(_ condition: Condition) -> String {
        condition.name + (condition.reason.map { ": " + $0.printable(atMost: 120) } ?? "")
    }
}

import BBCUCheckpointDiff
import BBCUPlatform
import TensorBytes
import TensorFiles

extension Difference {
    /// The comparison: what differs part by part, and the verdict.
    public var document: ReportDocument { document(networks: nil, signs: [], pictures: nil, json: json) }

    /// The comparison with that of the networks.
    ///
    /// - Parameters:
    ///   - networks: which networks are compared, where they are known.
    ///   - signs: how their 1-bit weights differ.
    ///   - pictures: what a page shows of the tensors.
    ///   - json: the report as JSON.
    package func document(
        networks: String?, signs: [ReportDocument.Block], pictures: DifferencePictures?,
        json: @escaping @Sendable @autoclosure () -> JSONValue
    ) -> ReportDocument {
        ReportDocument(
            title: "Differences of \(Self.title(a)) and \(Self.title(b))", verdict: verdict,
            tone: isSame ? .good : .bad,
            facts: [.init("A", Self.described(a)), .init("B", Self.described(b))]
                + (networks.map { [.init("networks", RichText($0))] } ?? []) + [.init("result", RichText(summary))]
                + remarks,
            sections: [
                .init("tensors", "Tensors", pictures.map { [sizes($0)] } ?? []),
                single("only-a", "Only in A", onlyInA), single("only-b", "Only in B", onlyInB), renamings, changes,
                measured, .init("values", "Values before and after", pictures.map { [histograms($0.changed)] } ?? []),
                list("relations", "What explains the changes, checked on every value", related),
                list("uncompared", "Not compared", notCompared.map { "\(code: $0.name.named): \($0.reason)" }),
                list("beside", "Values beside the tensors", values.map(Self.line)),
                list("unlisted", "Used by no tensor, compared by their bytes", unlistedItems),
                .init("signs", "1-bit weights", signs),
            ], json: json())
    }

    private func list(_ id: String, _ heading: String, _ items: [RichText]) -> ReportDocument.Section {
        .init(id, heading, [.list(items)])
    }

    private static func title(_ side: Side) -> String {
        side.file.printable(atMost: 80) + (side.root.isEmpty ? "" : " (\(side.root.printable(atMost: 60)))")
    }

    private func single(_ id: String, _ heading: String, _ tensors: [Single]) -> ReportDocument.Section {
        let table = ReportTable(
            heading, of: tensors,
            columns: [
                .code("tensor", \.name.named), .text("dtype", \.description.dtype.rawValue),
                .text("shape") { TensorShape.text($0.description.shape) },
            ])
        return .init(id, heading, [.table(table)])
    }

    private var renamings: ReportDocument.Section {
        let table = ReportTable(
            "Renamed tensors", of: renamed,
            columns: [
                .code("in A", \.nameInA.named), .code("in B", \.nameInB.named),
                .text("dtype and shape") { Self.words($0.description) }.onlyWide,
            ])
        return .init("renamed", "Renamed, equal in content", [.table(table)])
    }

    private static func words(_ description: TensorDescription) -> String {
        "\(description.dtype.rawValue) \(TensorShape.text(description.shape))"
    }

    private var changes: ReportDocument.Section {
        let table = ReportTable(
            "Tensors of another dtype or shape", of: changed.filter { $0.a != $0.b },
            columns: [
                .code("tensor", \.name.named), .text("in A") { Self.words($0.a) }, .text("in B") { Self.words($0.b) },
            ])
        return .init("described", "dtype or shape changed", [.table(table)])
    }

    private var measured: ReportDocument.Section {
        let rows = changed.compactMap { change in change.measures.map { (name: change.name.named, measures: $0) } }
        let table = ReportTable(
            "Changed tensors", of: rows,
            columns: [
                .code("tensor", \.name), .number("differ") { String($0.measures.differing) },
                .number("of") { String($0.measures.count) }, .number("inf/nan") { String($0.measures.nonFinite) },
                .number("max abs") { $0.measures.maxAbsolute.map { NumberText.significant($0.value, 4) } ?? "-" },
                .text("at") { $0.measures.maxAbsolute.map { $0.index.map(String.init).joined(separator: ", ") } ?? "" },
                .number("max rel") { $0.measures.maxRelative.map { NumberText.significant($0.value, 3) } ?? "-" },
                .number("ULP") { $0.measures.maxULP.map(Self.ulps) ?? "-" },
                .text("cosine") { $0.measures.cosine.map { NumberText.significant($0, 9) } ?? "-" },
            ])
        let zeros = rows.filter { $0.measures.zeroSigns > 0 }.map { row in
            "\(code: row.name): sign of zero differs \(NumberText.grouped(row.measures.zeroSigns, "time"))" as RichText
        }
        let moved = rows.filter { ($0.measures.maxAbsolute?.value ?? 0) > 0 }
        let chart = SeriesChart(
            description: "Largest difference of each changed tensor, logarithmic",
            names: moved.map { $0.name.printable(atMost: 80) },
            series: [
                .init(
                    meaning: "largest |a - b|", style: "second", mark: .dots,
                    values: moved.map { $0.measures.maxAbsolute?.value })
            ], isLogarithmic: true)
        let figure = ReportDocument.Block.figure(
            "The largest difference of each changed tensor.", key: chart.key, chart.markup)
        return .init(
            "changed", "Values that changed",
            (moved.isEmpty ? [] : [figure]) + [.table(table)] + zeros.map { .paragraph($0) })
    }

    private static func ulps(_ distance: UInt64) -> String {
        distance < 100_000_000 ? String(distance) : NumberText.significant(Double(distance), 3)
    }

    private var related: [RichText] {
        let all = NumberText.grouped(changed.count)
        let joint = explanations.map { explanation -> RichText in
            let share =
                explanation.names.count == changed.count
                ? "all \(all) changed tensors"
                : "\(NumberText.grouped(explanation.names.count)) of \(all) changed tensors"
            return "\(share): \(explanation.relation.text())"
        }
        let explained = Set(explanations.filter { $0.names.count == changed.count }.map { $0.relation.text() })
        return joint
            + changed.compactMap { change in
                let texts = change.relations.map { $0.text(change) }.filter { !explained.contains($0) }
                return texts.isEmpty ? nil : "\(code: change.name.named): \(texts.joined(separator: "; also "))"
            }
    }

    private static func described(_ side: Side) -> RichText {
        let root: RichText = side.root.isEmpty ? "" : ", \(code: side.root, atMost: 160)"
        return "\(code: side.file)\(root) (\(side.format.rawValue), \(NumberText.grouped(side.tensors, "tensor")))"
    }

    private var remarks: [ReportDocument.Fact] {
        [(a, "A"), (b, "B")].filter { !$0.0.prefix.isEmpty }.map { side, letter in
            .init(
                "note",
                "Every key of \(letter) has `\(code: side.prefix, atMost: 160)` in front; names are given without it.")
        } + notes.map { .init("note", RichText($0)) }
    }

    private var unlistedItems: [RichText] {
        unlisted.changed.map {
            "\(code: $0.name.named): other bytes (\(NumberText.grouped($0.bytesA)) in A, "
                + "\(NumberText.grouped($0.bytesB)) in B)"
        }
            + unlisted.onlyInA.map { "\(code: $0.name.named): only in A, \(NumberText.grouped($0.byteCount, "byte"))" }
            + unlisted.onlyInB.map { "\(code: $0.name.named): only in B, \(NumberText.grouped($0.byteCount, "byte"))" }
    }

    private static func line(_ change: ValueChange) -> RichText {
        "\(code: change.name.named): \(change.a?.printable(atMost: 60) ?? "(absent)") -> \(change.b?.printable(atMost: 60) ?? "(absent)")"
    }
}

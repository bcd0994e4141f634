import BBCUCheckpointDiff
import BBCUPlatform
import TensorBytes
import TensorFiles

extension Difference {
    /// The comparison for a person: one sentence, what differs part by part, and the verdict.
    public var text: [String] { text(heading: [], closing: []) }

    /// The comparison with further lines: after the names of the files, and before the verdict.
    package func text(heading: [String], closing: [String]) -> [String] {
        var sections = [[summary, "A  \(Self.described(a))", "B  \(Self.described(b))"] + heading + remarks]
        sections.append(Self.section("Only in A", onlyInA))
        sections.append(Self.section("Only in B", onlyInB))
        sections.append(renamings)
        sections.append(changes)
        sections.append(measured)
        sections.append(related)
        sections.append(Self.section("Not compared", notCompared.map { "\(Self.shown($0.name)): \($0.reason)" }))
        sections.append(Self.section("Values beside the tensors", values.map(Self.line)))
        sections.append(Self.section("Used by no tensor, compared by their bytes", unlistedLines))
        sections.append(closing)
        sections.append([count, verdict])
        return Array(sections.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    var summary: String {
        let measured = options.tolerance > 0 ? " within \(NumberText.significant(options.tolerance, 6))" : ""
        guard !isSame else { return "A and B hold the same\(measured): \(NumberText.grouped(equal, "tensor"))" }
        guard !isIncomplete else {
            return
                "A and B were not compared in full\(measured): \(NumberText.grouped(notCompared.count)) not compared, "
                + "\(NumberText.grouped(equal, "tensor")) equal"
        }
        var parts: [String] = []
        if a.prefix != b.prefix { parts.append("every name has another prefix") }
        if !onlyInA.isEmpty { parts.append("\(NumberText.grouped(onlyInA.count, "tensor")) only in A") }
        if !onlyInB.isEmpty { parts.append("\(NumberText.grouped(onlyInB.count, "tensor")) only in B") }
        if !renamed.isEmpty { parts.append("\(NumberText.grouped(renamed.count)) renamed") }
        if !changed.isEmpty { parts.append("\(NumberText.grouped(changed.count)) changed") }
        if !notCompared.isEmpty { parts.append("\(NumberText.grouped(notCompared.count)) not compared") }
        if !values.isEmpty { parts.append("\(NumberText.grouped(values.count, "value")) beside the tensors") }
        if !unlisted.isSame { parts.append("\(NumberText.grouped(unlisted.count, "storage")) that no tensor uses") }
        let within =
            equalWithinTolerance > 0 ? " (\(NumberText.grouped(equalWithinTolerance)) only within the tolerance)" : ""
        return "A and B differ\(measured): " + parts.joined(separator: ", ")
            + "; \(NumberText.grouped(equal, "tensor")) equal" + within
    }

    /// How much of A and B is equal, in one sentence.
    var count: String {
        guard !isSame else { return "Identical: \(NumberText.grouped(equal, "tensor"))." }
        guard !isIncomplete else {
            return
                "Equal: \(NumberText.grouped(equal, "tensor")). Not compared: \(NumberText.grouped(notCompared.count))."
        }
        let all = equal + changed.count + renamed.count + onlyInA.count + onlyInB.count
        let others = notCompared.count + values.count + unlisted.count
        var parts: [String] = []
        if !changed.isEmpty {
            parts.append("\(NumberText.grouped(changed.count)) of \(NumberText.grouped(all, "tensor")) changed")
        }
        if a.prefix != b.prefix { parts.append("every name has another prefix") }
        if !renamed.isEmpty { parts.append("\(NumberText.grouped(renamed.count, "tensor")) renamed") }
        if !onlyInA.isEmpty { parts.append("\(NumberText.grouped(onlyInA.count, "tensor")) only in A") }
        if !onlyInB.isEmpty { parts.append("\(NumberText.grouped(onlyInB.count, "tensor")) only in B") }
        if others > 0 { parts.append(NumberText.grouped(others, "other difference")) }
        return "Different: " + parts.joined(separator: ", ") + "."
    }

    var unlistedLines: [String] {
        unlisted.changed.map {
            "\(Self.shown($0.name)): other bytes (\(NumberText.grouped($0.bytesInA)) in A, "
                + "\(NumberText.grouped($0.bytesInB)) in B)"
        }
            + unlisted.onlyInA.map { "\(Self.shown($0.name)): only in A, \(NumberText.grouped($0.byteCount, "byte"))" }
            + unlisted.onlyInB.map { "\(Self.shown($0.name)): only in B, \(NumberText.grouped($0.byteCount, "byte"))" }
    }

    var verdict: String {
        guard !isSame else { return "SAME: nothing that was compared differs." }
        if isIncomplete {
            return "NOT COMPARED IN FULL: nothing that was compared differs, but the parts above were not "
                + "compared (\(NumberText.grouped(notCompared.count)))."
        }
        let isOnlyNames =
            onlyInA.isEmpty && onlyInB.isEmpty && changed.isEmpty && notCompared.isEmpty && values.isEmpty
            && unlisted.isSame
        return isOnlyNames
            ? "DIFFER: in the names alone; every tensor is equal." : "DIFFER: the two hold different things."
    }

    static func described(_ side: Side) -> String {
        "\(side.file.printable())\(side.root.isEmpty ? "" : ", \(side.root.printable(atMost: 160))") (\(side.format.rawValue), \(NumberText.grouped(side.tensors, "tensor")))"
    }

    var remarks: [String] {
        var lines: [String] = []
        for (side, letter) in [(a, "A"), (b, "B")] where !side.prefix.isEmpty {
            lines.append(
                "Every key of \(letter) has `\(side.prefix.printable(atMost: 160))` in front; names are given without it."
            )
        }
        return lines + notes.map { "note  \($0.printable())" }
    }

    private static func shown(_ name: String) -> String { name.isEmpty ? "(no name)" : name.printable(atMost: 200) }

    private static func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : [title] + lines.map { "  " + $0 }
    }

    private static func section(_ title: String, _ tensors: [Single]) -> [String] {
        guard !tensors.isEmpty else { return [] }
        var table = TextTable([title, "dtype", "shape"])
        for tensor in tensors {
            table.add([
                shown(tensor.name), tensor.description.dtype.rawValue, TensorShape.text(tensor.description.shape),
            ])
        }
        return table.lines
    }

    private var renamings: [String] {
        guard !renamed.isEmpty else { return [] }
        var table = TextTable(["Renamed, equal in content: in A", "in B"])
        for tensor in renamed { table.add([Self.shown(tensor.nameInA), Self.shown(tensor.nameInB)]) }
        return table.lines
    }

    private var changes: [String] {
        let described = changed.filter { $0.a != $0.b }
        guard !described.isEmpty else { return [] }
        var table = TextTable(["dtype or shape changed", "in A", "", "in B", ""])
        for tensor in described {
            table.add([
                Self.shown(tensor.name), tensor.a.dtype.rawValue, TensorShape.text(tensor.a.shape),
                tensor.b.dtype.rawValue,
                TensorShape.text(tensor.b.shape),
            ])
        }
        return table.lines
    }

    private var measured: [String] {
        let rows = changed.filter { $0.measures != nil }
        guard !rows.isEmpty else { return [] }
        var table = TextTable(
            ["Values", "differ", "of", "inf/nan", "max abs", "at", "max rel", "ULP", "cosine"],
            alignments: [.left, .right, .right, .right, .right, .left, .right, .right, .left])
        for row in rows {
            guard let measures = row.measures else { continue }
            let cosine = measures.cosine.map { NumberText.significant($0, 9) } ?? "-"
            table.add([
                Self.shown(row.name), String(measures.differing), String(measures.count), String(measures.nonFinite),
                measures.maxAbsolute.map { NumberText.significant($0.value, 4) } ?? "-",
                measures.maxAbsolute.map { $0.index.map(String.init).joined(separator: ", ") } ?? "",
                measures.maxRelative.map { NumberText.significant($0.value, 3) } ?? "-",
                measures.maxULP.map(Self.ulps) ?? "-", cosine,
            ])
        }
        return table.lines
            + rows.compactMap { row in
                guard let measures = row.measures, measures.zeroSigns > 0 else { return nil }
                return "\(Self.shown(row.name)): sign of zero differs \(NumberText.grouped(measures.zeroSigns, "time"))"
            }
    }

    private static func ulps(_ distance: UInt64) -> String {
        distance < 100_000_000 ? String(distance) : NumberText.significant(Double(distance), 3)
    }

    var related: [String] {
        var lines = explanations.map { explanation in
            let share =
                explanation.names.count == changed.count
                ? "all \(NumberText.grouped(changed.count)) changed tensors"
                : "\(NumberText.grouped(explanation.names.count)) of \(NumberText.grouped(changed.count)) changed tensors"
            return "\(share): \(explanation.relation.text())"
        }
        let explained = Set(explanations.filter { $0.names.count == changed.count }.map { $0.relation.text() })
        for change in changed {
            let texts = change.relations.map { $0.text(change) }.filter { !explained.contains($0) }
            guard !texts.isEmpty else { continue }
            lines.append("\(Self.shown(change.name)): " + texts.joined(separator: "; also "))
        }
        return Self.section("What explains the changes, checked on every value", lines)
    }

    static func line(_ change: ValueChange) -> String {
        let a = change.a?.printable(atMost: 60) ?? "(absent)"
        let b = change.b?.printable(atMost: 60) ?? "(absent)"
        return "\(shown(change.name)): \(a) -> \(b)"
    }
}

extension UnlistedDifference {
    /// The number of differences.
    var count: Int { changed.count + onlyInA.count + onlyInB.count }
}

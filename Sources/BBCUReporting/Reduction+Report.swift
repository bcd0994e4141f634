import BBCUExecution
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import TensorBytes

extension ReductionReport {
    /// The report.
    public var document: ReportDocument {
        let facts =
            subject.facts + [
                .init("bounds", RichText(report.boundsText)),
                .init("compared", "\(report.comparedCount) of \(report.modules.count.counted("module"))"),
            ] + subject.unusedKeys.ignoredFacts + looseNotes.map { .init("note", RichText($0)) }
        guard let reduced else {
            let word = report.isConclusive ? "HOLDS" : "INCONCLUSIVE"
            return ReportDocument(
                title: "A case of \(subject.network)",
                verdict: "\(word): nothing to reduce: \(report.holdingText).",
                tone: report.isConclusive ? .good : .caution, facts: facts, sections: [], json: json)
        }
        let table = ReportTable(
            "Files", of: files,
            columns: [
                .code("file") { "\($0.name).npy" },
                .text("shape") { "\($0.type) (\($0.shape.map(String.init).joined(separator: ", ")))" },
                .text("what it is", \.text), .code("SHA-256", \.sha256).onlyWide,
            ])
        return ReportDocument(
            title: "A case of \(subject.network) that fails",
            verdict: "FAILS: \(reduced.module) is wrong given \(reduced.startName).", tone: .bad, facts: facts,
            sections: [
                .init(
                    "case", "The case",
                    [
                        .facts(
                            reduced.facts + [
                                .init("written", "\(code: folder), with reduced.json and README.md"),
                                .init("repeat", .code(command, atMost: 2000)),
                            ]), .table(table),
                    ])
            ],
            findings: report.diagnosisBlocks(none: "No known fault reproduces it."), json: json)
    }

    /// A text for the folder.
    public var readme: String {
        guard let reduced else { return "" }
        var lines = ["# A case that fails: \(reduced.module)", ""]
        lines.append("    FAILS: \(reduced.module) is wrong given \(reduced.startName).".printable())
        lines += ReportDocument.lines(reduced.facts).map { "    " + $0 }
        lines += report.diagnosisBlocks(none: "No known fault reproduces it.").flatMap { [""] + $0.markdownParts }
        lines += ["", "| file | shape | what it is | SHA-256 |", "| --- | --- | --- | --- |"]
        lines += files.map { file in
            "| `\(file.name).npy` | \(file.type) (\(file.shape.map(String.init).joined(separator: ", "))) "
                + "| \(file.text) | `\(file.sha256)` |"
        }
        let sides = reduced.crop.borders
        lines += [
            "",
            "Arrays are (C, H, W). The core is rows \(reduced.coreRows.text), columns \(reduced.coreColumns.text) of what "
                + "\(reduced.module) makes of `input.npy`; the rest of that depends on values outside of the crop.",
            sides.isEmpty
                ? "The crop touches no side of the image."
                : "The crop ends with the image at: \(sides.joined(separator: ", ")).",
        ]
        if let first = reduced.operations.first, let last = reduced.applied.last {
            lines.append(
                "Where \(first) is right on `input.npy` although the case fails, look at what comes before it: \(last)."
            )
        }
        lines += [
            "", "To repeat it:", "", "    \(command.printable())", "",
            "To judge a port that was mended: run it on `input.npy`, write what it makes as `.npy`, the core or all of it, and "
                + "\(Advice.addValues).", "",
            "Checkpoint: SHA-256 `\(subject.sha256)`, \(subject.network). Bounds: \(report.boundsText).",
        ]
        return lines.joined(separator: "\n") + "\n"
    }
}

extension ReducedCase {
    /// What is left of the case.
    fileprivate var facts: [ReportDocument.Fact] {
        let place = "rows \(crop.rows.text) and columns \(crop.columns.text) of \(crop.height) x \(crop.width)"
        let border = crop.borders.isEmpty ? "" : "; at the image's border: \(crop.borders.joined(separator: ", "))"
        return [
            .init(
                "reduced",
                RichText(
                    "to \(coreRows.count) x \(coreColumns.count) of its output, made of \(input.height) x \(input.width) of "
                        + "its input: \(place)\(border)")),
            .init("given", "input.npy is \(givenText)"),
            .init("run", "port.npy is what the port made of it by \(operationsText)"),
        ]
    }
}

extension ReducedCase {
    /// The operations in their order; a row of modules of one part of the network by its ends.
    fileprivate var operationsText: String {
        var rows: [[String]] = []
        for operation in operations {
            let part = operation.cut(atFirst: ".")?.before
            if let part, rows.last?.last?.cut(atFirst: ".")?.before == part {
                rows[rows.count - 1].append(operation)
            } else {
                rows.append([operation])
            }
        }
        return rows.map { row in
            row.count > 2 ? "\(row[0]) to \(row[row.count - 1])" : row.joined(separator: ", then ")
        }.joined(separator: ", then ")
    }
}

extension Range<Int> {
    /// Both ends counted: `3 to 5`.
    fileprivate var text: String { count == 1 ? "\(lowerBound)" : "\(lowerBound) to \(upperBound - 1)" }
}

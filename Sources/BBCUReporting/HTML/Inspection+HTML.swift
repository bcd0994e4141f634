import BBCUNetworks
import BBCUPlatform
import TensorBytes
import TensorFiles

/// The histogram of the tensors of a folded row.
package struct FoldedHistogram: Sendable {
    /// The row's place among the folded ones.
    package var row: Int
    /// The values.
    package var histogram: ValueHistogram

    /// A histogram of a row.
    package init(row: Int, histogram: ValueHistogram) {
        self.row = row
        self.histogram = histogram
    }
}

extension Inspection {
    /// Tensors and rows that a page shows one by one; of the rest it says how many there are.
    private static let mostTiles = 300

    /// The inspection as one HTML file.
    ///
    /// - Parameters:
    ///   - network: the network that was recognised.
    ///   - histograms: those of folded rows.
    ///   - json: the report as the command prints it, which may ask for less than the page shows.
    package func html(_ network: Resolution?, histograms: [FoldedHistogram], json: JSONValue) -> String {
        var sections = [sizeSection]
        if !histograms.isEmpty { sections.append(histogramSection(histograms)) }
        sections += [tensorSection, structureSection]
        let summary = network?.network?.summary
        return ReportPage(
            title: "Contents of \(file.printable(atMost: 120))",
            verdict: summary.map { "\($0)." } ?? "None of the BBCU networks.",
            tone: holds ? .neutral : .bad, facts: facts(network), sections: sections,
            json: json
        ).html
    }

    private func facts(_ network: Resolution?) -> [(String, Markup)] {
        let totals = totals
        var facts: [(String, Markup)] = [
            ("file", .code(file)),
            ("format", .text("\(format.rawValue), \(NumberText.grouped(byteCount, "byte"))")),
        ]
        if let writer { facts.append(("written by", .text(writer))) }
        if let sha256 { facts.append(("SHA-256", .code(sha256))) }
        if let hubSuffix {
            facts.append(("name suffix", .text("\(hubSuffix.digits) " + (hubSuffix.holds ? "holds" : "FAILS"))))
        }
        if let network, network.network != nil { facts.append(("state dict", .text(network.selection.summary))) }
        facts.append(
            (
                "tensors",
                .text(
                    "\(NumberText.grouped(totals.tensors)), \(NumberText.grouped(totals.elements, "element")), "
                        + NumberText.grouped(totals.bytes, "byte"))
            ))
        if !missing.isEmpty {
            facts.append(("INCOMPLETE", .text("\(NumberText.grouped(missing.count, "part")) missing")))
        }
        let absent = missing.prefix(Self.mostTiles).map { part in
            ("missing", Markup.text("\(part.name.printable(atMost: 160)): \(part.reason)"))
        }
        if !unlisted.isEmpty {
            facts.append(
                (
                    "used by no tensor",
                    .text(
                        unlisted.prefix(20).map {
                            "\($0.name.printable(atMost: 80)), \(NumberText.grouped($0.byteCount, "byte"))"
                        }
                        .joined(separator: "; ")
                            + (unlisted.count > 20 ? "; \(NumberText.grouped(unlisted.count - 20)) more" : ""))
                ))
        }
        return facts + absent + notes.map { ("note", .text($0)) }
    }

    private var sizeSection: ReportPage.Section {
        let rows = folded
        var table = DataTable("Sizes", ["tensor", "dtype", "shape", "tensors", "bytes"], firstNumber: 3)
        for row in rows.prefix(Self.mostTiles) {
            table.add([
                .code(row.name), .text(row.dtype.rawValue), .text(TensorShape.text(row.shape)),
                .text(String(row.count)),
                .text(NumberText.grouped(row.byteCount)),
            ])
        }
        let shown = rows.sorted { $0.byteCount > $1.byteCount }.prefix(Self.mostTiles)
        let total = Double(max(1, rows.reduce(0) { $0.addingReportingOverflow($1.byteCount).partialValue }))
        let map = Treemap(
            description: "Bytes of the file's tensors as areas",
            items: shown.map { row in
                let share = Double(row.byteCount) / total
                return .init(
                    name: row.name.printable(atMost: 120) + (row.count > 1 ? " x \(row.count)" : ""),
                    detail: "\(row.dtype.rawValue) \(TensorShape.text(row.shape)), "
                        + "\(NumberText.grouped(row.byteCount, "byte")), \(NumberText.percent(share))",
                    size: Double(row.byteCount), style: Self.style(row.dtype))
            })
        let left = rows.count - shown.count
        return .init(
            "sizes", "Where the bytes are",
            [
                .figure(
                    "Each area is the bytes of the tensors of a name; layers whose names differ in numbers only are joined."
                        + (left > 0 ? " \(NumberText.grouped(left)) more are not shown." : ""),
                    key: [("first", "float32"), ("third", "other floating point"), ("fourth", "integers and others")],
                    map.markup, table: table)
            ])
    }

    private static func style(_ dtype: DType) -> String {
        switch dtype {
        case .float32: "first"
        case _ where dtype.rawValue.includes("float"): "third"
        default: "fourth"
        }
    }

    private func histogramSection(_ histograms: [FoldedHistogram]) -> ReportPage.Section {
        let rows = folded
        var table = DataTable("Statistics", ["tensor", "min", "max", "mean", "std", "zeros", "inf/nan"])
        var items: [(name: String, detail: String, chart: SmallHistogram)] = []
        for item in histograms {
            let row = rows[item.row]
            let name = row.name + (row.count > 1 ? " x \(row.count)" : "")
            table.add([Markup.code(name)] + Self.cells(row.statistics).map(Markup.text))
            items.append(
                (
                    name: row.name, detail: row.count > 1 ? "x \(row.count)" : "",
                    chart: SmallHistogram(
                        description: "Histogram of \(name.printable(atMost: 120))",
                        histograms: [(item.histogram, "first")])
                ))
        }
        return .init(
            "values", "What the values are like",
            [SmallHistogram.gallery(items), .details("The numbers", [table.markup])])
    }

    private var tensorSection: ReportPage.Section {
        var table = DataTable(
            "Tensors", ["tensor", "dtype", "shape", "bytes"] + (hasChecksums ? ["CRC-32"] : []), firstNumber: 3)
        for row in rows.prefix(20 * Self.mostTiles) {
            let checksum = hasChecksums ? [row.crc32.map(NumberText.hexadecimal) ?? ""] : []
            let cells = [
                row.entry.dtype.rawValue, TensorShape.text(row.entry.shape), NumberText.grouped(row.entry.byteCount),
            ]
            table.add([.code(row.entry.name)] + (cells + checksum).map(Markup.text))
        }
        let left = rows.count - table.rows.count
        return .init(
            "tensors", "Every tensor",
            [
                .details("\(NumberText.grouped(rows.count, "tensor"))", [table.markup]),
                left > 0 ? .tag("p", [:], "\(NumberText.grouped(left)) more are in the JSON.") : .group([]),
            ])
    }

    private var structureSection: ReportPage.Section {
        var texts = CheckpointOutline(root).lines
        for object in later where isWhole { texts += ["", object.name] + CheckpointOutline(object.root).lines }
        let lines = texts.flatMap { [Markup.text($0), .tag("br")] }
        return .init(
            "structure", "Structure",
            [.scrolling("Structure", .tag("pre", [:], [.tag("code", [:], lines)]))])
    }
}

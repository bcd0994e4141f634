import BBCUNetworks
import BBCUPlatform
import TensorBytes
import TensorFiles

/// The place of a row among the folded ones, and the values of its tensors.
package typealias FoldedHistogram = (row: Int, histogram: ValueHistogram)

extension Inspection {
    /// Tensors and rows that a page shows one by one; of the rest it says how many there are.
    private static let mostTiles = 300

    /// Names shown of what is missing; JSON has all.
    private static let mostMissing = 100

    /// The inspection: what the file is, its structure, its tensors, and totals.
    ///
    /// - Parameter isFolded: whether text joins repeated layers into one line.
    public func document(isFolded: Bool = false) -> ReportDocument { document(isFolded: isFolded, json: json) }

    /// The inspection with its network and its histograms.
    ///
    /// - Parameters:
    ///   - network: the network that was recognised.
    ///   - isFolded: whether text joins repeated layers into one line.
    ///   - histograms: those of folded rows, for a page.
    ///   - json: the report as JSON, which may ask for less than the page shows.
    package func document(
        network: Resolution? = nil, isFolded: Bool = false, histograms: [FoldedHistogram] = [],
        json: @escaping @Sendable @autoclosure () -> JSONValue
    ) -> ReportDocument {
        let totals = totals
        let total =
            "\(NumberText.grouped(totals.tensors, "tensor")), \(NumberText.grouped(totals.elements, "element")), "
            + "\(NumberText.grouped(totals.bytes, "byte")) in \(NumberText.grouped(totals.storages, "storage")) of "
            + NumberText.grouped(totals.storageBytes, "byte")
        let incomplete =
            "INCOMPLETE: the file names \(NumberText.grouped(missing.count, "part")) that could not be listed or read"
        return ReportDocument(
            title: "Contents of \(file.printable(atMost: 120))", verdict: missing.isEmpty ? total : incomplete,
            tone: holds ? .neutral : .bad,
            facts: facts + (network?.facts ?? []) + notes.map { .init("note", RichText($0)) },
            sections: [
                .init("sizes", "Where the bytes are", [.page { [sizeFigure] }]), structureSection,
                tensorSection(isFolded: isFolded), statisticsSection(isFolded: isFolded, histograms),
                .init("missing", "Missing", [.table(missingTable)] + Self.more(missing.count, than: Self.mostMissing)),
                .init("code", "Code, not interpreted", [.list(code.map { .code($0) }, atMost: 20)]),
                unlistedSection, uncoveredSection,
                .init("remarks", "Remarks", remarks + (missing.isEmpty ? [] : [.paragraph(RichText(total))])),
            ], json: json())
    }

    private var facts: [ReportDocument.Fact] {
        var facts: [ReportDocument.Fact] = [
            .init("file", .code(file)),
            .init("format", "\(format.rawValue), \(NumberText.grouped(byteCount, "byte"))"),
        ]
        if let writer { facts.append(.init("written by", RichText(writer))) }
        for shard in shards {
            facts.append(
                .init(
                    "shard",
                    "\(code: shard.name), \(shard.format.rawValue), \(NumberText.grouped(shard.byteCount, "byte"))"))
        }
        if let sha256 { facts.append(.init("SHA-256", .code(sha256))) }
        if let hubSuffix {
            let finding =
                hubSuffix.holds
                ? "is how the SHA-256 starts: holds"
                : "is not how the SHA-256 starts: FAILS, the file is not the published one"
            facts.append(.init("name suffix", "-\(hubSuffix.digits) \(finding)"))
        }
        return facts
    }

    private static func more(_ count: Int, than limit: Int) -> [ReportDocument.Block] {
        count > limit ? [.paragraph("… \(NumberText.grouped(count - limit)) more")] : []
    }

    private var missingTable: ReportTable {
        ReportTable(
            "Missing", of: missing.prefix(Self.mostMissing),
            columns: [.code("name", \.name.named), .text("why") { $0.reason.printable(atMost: 300) }])
    }

    /// What no tensor uses.
    private var unlistedSection: ReportDocument.Section {
        let bytes = unlisted.reduce(0) { $0.addingReportingOverflow($1.byteCount).partialValue }
        let items = unlisted.map { "\(code: $0.name), \(NumberText.grouped($0.byteCount, "byte"))" as RichText }
        return .init(
            "unlisted", "Used by no tensor (\(NumberText.grouped(bytes, "byte")))",
            [.list(items, atMost: 20)])
    }

    /// What tensors leave of their storages.
    private var uncoveredSection: ReportDocument.Section {
        let bytes = uncovered.reduce(0) { $0.adding($1.byteCount) ?? .max }
        let items = uncovered.map { rest -> RichText in
            let sizes = "\(NumberText.grouped(rest.byteCount)) of \(NumberText.grouped(rest.storageByteCount, "byte"))"
            return "storage '\(rest.key.printable(atMost: 40))' of \(code: (rest.names.first ?? "").named): \(sizes)"
        }
        return .init(
            "uncovered", "Parts of storages that no tensor covers (\(NumberText.grouped(bytes, "byte")))",
            [.list(items, atMost: 20)])
    }

    /// Tensors that were not read, and those that share a storage.
    private var remarks: [ReportDocument.Block] {
        rows.compactMap { row in
            row.problem.map { .paragraph("\(code: row.entry.name.named) was not read: \($0)") }
        }
            + sharedStorages.map { shared in
                let names = shared.names.prefix(4).map { $0.named.printable(atMost: 200) }.joined(separator: ", ")
                let more = shared.names.count > 4 ? " and \(shared.names.count - 4) more" : ""
                return .paragraph("Storage '\(shared.key.printable(atMost: 40))' is shared by \(names)\(more)")
            }
    }

    private var structureSection: ReportDocument.Section {
        var lines = CheckpointOutline(root).lines
        for object in later where isWhole { lines += ["", object.name] + CheckpointOutline(object.root).lines }
        return .init("structure", "Structure", [.lines(lines)])
    }

    private func tensorSection(isFolded: Bool) -> ReportDocument.Section {
        let most = 20 * Self.mostTiles
        let count = NumberText.grouped(rows.count, "tensor")
        return .init(
            "tensors", "Tensors", if: !rows.isEmpty,
            [
                .text([.table(isFolded ? foldedTable : table(rows))]),
                .page {
                    [.folded(count, [.table(table(Array(rows.prefix(most))))])]
                        + (rows.count > most
                            ? [.paragraph("\(NumberText.grouped(rows.count - most)) more are in the JSON.")] : [])
                },
            ])
    }

    private func table(_ rows: [Row]) -> ReportTable {
        ReportTable(
            "Tensors", of: rows,
            columns: [
                .code("tensor", \.entry.name.named), .text("dtype", \.entry.dtype.rawValue),
                .text("shape", \.entry.shapeText), .number("bytes") { String($0.entry.byteCount) },
            ] + (hasChecksums ? [.number("crc32") { $0.crc32.map(NumberText.hexadecimal) ?? "" }] : []))
    }

    private var foldedTable: ReportTable {
        ReportTable(
            "Tensors, repeated layers joined", of: folded.prefix(20 * Self.mostTiles),
            columns: [
                .rich("tensor", \.title), .text("dtype", \.dtype.rawValue), .number("bytes") { String($0.byteCount) },
            ])
    }

    private var sizeFigure: ReportDocument.Block {
        let rows = folded
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
        return .figure(
            RichText(
                "Each area is the bytes of the tensors of a name; layers whose names differ in numbers only are joined."
                    + (left > 0 ? " \(NumberText.grouped(left)) more are not shown." : "")),
            key: [("first", "float32"), ("third", "other floating point"), ("fourth", "integers and others")],
            map.markup, table: foldedTable)
    }

    private static func style(_ dtype: DType) -> String {
        switch dtype {
        case .float32: "first"
        case _ where dtype.rawValue.includes("float"): "third"
        default: "fourth"
        }
    }

    private func statisticsSection(isFolded: Bool, _ histograms: [FoldedHistogram]) -> ReportDocument.Section {
        guard hasStatistics, !rows.isEmpty else { return .init("values", "Values", []) }
        func columns<Row>(
            _ names: [ReportTable.Column<Row>], _ statistics: @escaping (Row) -> TensorStatistics?
        ) -> [ReportTable.Column<Row>] {
            func number(_ heading: String, _ value: @escaping (TensorStatistics) -> Double?) -> ReportTable.Column<Row>
            {
                .number(heading) { statistics($0).flatMap(value).map { NumberText.significant($0, 3) } ?? "-" }
            }
            func count(_ heading: String, _ value: @escaping (TensorStatistics) -> Int) -> ReportTable.Column<Row> {
                .number(heading) { statistics($0).map { String(value($0)) } ?? "-" }
            }
            return names + [
                number("min", \.min), number("max", \.max), number("mean", \.mean),
                number("std", \.standardDeviation), count("zeros", \.zeros), count("inf/nan", \.nonFinite),
            ]
        }
        let names: [ReportTable.Column<FoldedRow>] = [
            .code("tensor", \.name.named), .number("tensors joined") { String($0.count) }.onlyWide,
        ]
        let isJoined = isFolded || !histograms.isEmpty
        let table =
            isJoined
            ? ReportTable("Statistics", of: folded, columns: columns(names, \.statistics))
            : ReportTable("Statistics", of: rows, columns: columns([.code("tensor", \.entry.name.named)], \.statistics))
        let rows = folded
        let items = histograms.map { item in
            let row = rows[item.row]
            return (
                name: row.name, detail: row.count > 1 ? "x \(row.count)" : "",
                chart: SmallHistogram(
                    description: "Histogram of \(row.name.printable(atMost: 120))",
                    histograms: [(item.histogram, "first")])
            )
        }
        return .init(
            "values", "Values",
            [.drawing { SmallHistogram.gallery(items) }, .folded("The numbers", [.table(table)])])
    }
}

extension Inspection.FoldedRow {
    /// The name that the layers have in common, the shape and how many there are.
    fileprivate var title: RichText {
        "\(code: name.named) \(TensorShape.text(shape))\(count > 1 ? " x \(count)" : "")"
    }
}

extension TensorEntry {
    /// The shape, and that of the whole tensor of which this is a part.
    fileprivate var shapeText: String {
        TensorShape.text(shape) + (layout.wholeShape.map { " of " + TensorShape.text($0) } ?? "")
    }
}

extension String {
    /// The name of a tensor, in words where it is empty.
    var named: String { isEmpty ? "(no name)" : self }
}

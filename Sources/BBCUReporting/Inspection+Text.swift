import BBCUPlatform
import TensorBytes
import TensorFiles

extension Inspection {
    /// The inspection for a person: what the file is, its structure, its tensors, and totals.
    ///
    /// - Parameters:
    ///   - isFolded: whether repeated layers are joined into one line.
    ///   - network: lines about the network that was recognised.
    public func text(isFolded: Bool = false, network: [String] = []) -> [String] {
        var sections = [heading + network, ["Structure"] + CheckpointOutline(root).lines.map { "  " + $0 }]
        for object in later where isWhole {
            sections.append(["Structure of \(object.name)"] + CheckpointOutline(object.root).lines.map { "  " + $0 })
        }
        if !rows.isEmpty { sections.append(isFolded ? foldedTable : table) }
        if hasStatistics, !rows.isEmpty { sections.append(statisticsTable(isFolded: isFolded)) }
        if !missing.isEmpty { sections.append(missingLines) }
        if !codeLines.isEmpty { sections.append(codeLines) }
        if !unlisted.isEmpty { sections.append(unlistedLines) }
        if !uncovered.isEmpty { sections.append(uncoveredLines) }
        sections.append(closing)
        return Array(sections.joined(separator: [""]))
    }

    private var heading: [String] {
        var lines = [
            "file           \(file.printable())",
            "format         \(format.rawValue), \(NumberText.grouped(byteCount, "byte"))",
        ]
        if let writer { lines.append("written by     \(writer)") }
        for shard in shards {
            lines.append(
                "shard          \(shard.name.printable(atMost: 200)), \(shard.format.rawValue), "
                    + NumberText.grouped(shard.byteCount, "byte"))
        }
        if let sha256 { lines.append("SHA-256        \(sha256)") }
        if let hubSuffix {
            lines.append(
                "name suffix    -\(hubSuffix.digits) "
                    + (hubSuffix.holds
                        ? "is how the SHA-256 starts: holds"
                        : "is not how the SHA-256 starts: FAILS, the file is not the published one"))
        }
        return lines + notes.map { "note           " + $0 }
    }

    /// Names shown of what is missing; JSON has all.
    private static let mostMissing = 100

    private var missingLines: [String] {
        var table = TextTable(["Missing", "why"])
        for part in missing.prefix(Self.mostMissing) {
            table.add([Self.shown(part.name), part.reason.printable(atMost: 300)])
        }
        let more = missing.count - Self.mostMissing
        return table.lines + (more > 0 ? ["… \(more) more"] : [])
    }

    /// Source files are named, not read.
    private var codeLines: [String] {
        guard !code.isEmpty else { return [] }
        let shown = code.prefix(20).map { "  " + $0.printable(atMost: 200) }
        let more = code.count > 20 ? ["  … \(code.count - 20) more"] : []
        return ["Code, not interpreted"] + shown + more
    }

    /// What no tensor uses.
    private var unlistedLines: [String] {
        let bytes = unlisted.reduce(0) { $0.addingReportingOverflow($1.byteCount).partialValue }
        let shown = unlisted.prefix(20).map {
            "  \($0.name.printable(atMost: 200)), \(NumberText.grouped($0.byteCount, "byte"))"
        }
        let more = unlisted.count > 20 ? ["  … \(unlisted.count - 20) more"] : []
        return ["Used by no tensor (\(NumberText.grouped(bytes, "byte")))"] + shown + more
    }

    /// What tensors leave of their storages.
    private var uncoveredLines: [String] {
        let bytes = uncovered.reduce(0) { $0.adding($1.byteCount) ?? .max }
        let shown = uncovered.prefix(20).map { rest in
            "  storage '\(rest.key.printable(atMost: 40))' of \(Self.shown(rest.names.first ?? "")): "
                + "\(NumberText.grouped(rest.byteCount)) of \(NumberText.grouped(rest.storageByteCount, "byte"))"
        }
        let more = uncovered.count > 20 ? ["  … \(uncovered.count - 20) more"] : []
        return ["Parts of storages that no tensor covers (\(NumberText.grouped(bytes, "byte")))"] + shown + more
    }

    private var table: [String] {
        var table = TextTable(
            ["Tensor", "dtype", "shape", "bytes"] + (hasChecksums ? ["crc32"] : []),
            alignments: [.left, .left, .left, .right, .right])
        for row in rows {
            table.add(
                [
                    Self.shown(row.entry.name), row.entry.dtype.rawValue, Self.shape(row.entry),
                    String(row.entry.byteCount), row.crc32.map(NumberText.hexadecimal) ?? "",
                ])
        }
        return table.lines
    }

    private var foldedTable: [String] {
        var table = TextTable(["Tensor", "dtype", "bytes"], alignments: [.left, .left, .right])
        for row in folded { table.add([Self.shown(row), row.dtype.rawValue, String(row.byteCount)]) }
        return table.lines
    }

    private func statisticsTable(isFolded: Bool) -> [String] {
        var table = TextTable(
            ["Values", "min", "max", "mean", "std", "zeros", "inf/nan"],
            alignments: [.left] + [TextTable.Alignment](repeating: .right, count: 6))
        if isFolded {
            for row in folded { table.add([Self.shown(row.name)] + Self.cells(row.statistics)) }
        } else {
            for row in rows { table.add([Self.shown(row.entry.name)] + Self.cells(row.statistics)) }
        }
        return table.lines
    }

    static func cells(_ statistics: TensorStatistics?) -> [String] {
        guard let statistics else { return [String](repeating: "-", count: 6) }
        let numbers = [statistics.min, statistics.max, statistics.mean, statistics.standardDeviation]
        return numbers.map { $0.map { NumberText.significant($0, 3) } ?? "-" }
            + [String(statistics.zeros), String(statistics.nonFinite)]
    }

    private var closing: [String] {
        let totals = totals
        var lines = [
            "\(NumberText.grouped(totals.tensors, "tensor")), \(NumberText.grouped(totals.elements, "element")), "
                + "\(NumberText.grouped(totals.bytes, "byte")) in \(NumberText.grouped(totals.storages, "storage")) of "
                + NumberText.grouped(totals.storageBytes, "byte")
        ]
        if !missing.isEmpty {
            lines.append(
                "INCOMPLETE: the file names \(NumberText.grouped(missing.count, "part")) that could not be listed or read"
            )
        }
        for row in rows {
            if let problem = row.problem { lines.append("\(Self.shown(row.entry.name)) was not read: \(problem)") }
        }
        for shared in sharedStorages {
            let names = shared.names.prefix(4).map(Self.shown).joined(separator: ", ")
            let more = shared.names.count > 4 ? " and \(shared.names.count - 4) more" : ""
            lines.append("Storage '\(shared.key.printable(atMost: 40))' is shared by \(names)\(more)")
        }
        return lines
    }

    private static func shape(_ entry: TensorEntry) -> String {
        TensorShape.text(entry.shape) + (entry.layout.wholeShape.map { " of " + TensorShape.text($0) } ?? "")
    }

    private static func shown(_ name: String) -> String { name.isEmpty ? "(no name)" : name.printable(atMost: 200) }

    private static func shown(_ row: FoldedRow) -> String {
        shown(row.name) + " " + TensorShape.text(row.shape) + (row.count > 1 ? " x \(row.count)" : "")
    }
}

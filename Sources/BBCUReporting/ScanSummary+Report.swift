import BBCUFileAudit
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension Scan {
    fileprivate var word: String {
        failure != nil ? "UNREADABLE" : verdict == .skipped ? "SKIPPED" : level.rawValue.uppercased()
    }

    /// One line: how bad the file is, its path, and what decides.
    public var line: String {
        let padding = String(repeating: " ", count: max(1, 12 - word.utf8.count))
        let reason = worst.isEmpty ? "" : "  " + worst.printable(atMost: 120)
        return word + padding + file.printable() + reason
    }

    /// What a person reads of one file among several: the report without its first line, indented.
    public var details: [String] {
        document.text.dropFirst().map { $0.isEmpty ? "" : "    " + $0 } + [""]
    }
}

extension ScanSummary {
    /// One line for a person: how many files there are, of each level.
    public var line: String {
        let parts =
            Scan.Level.allCases.reversed().map { level in "\(levels[level, default: 0]) \(Self.word(level))" }
            + ["\(skipped) skipped"]
        let limit = failOn == .unexamined ? "" : " (\(Advice.failOn.of(failOn.rawValue)): better ones do not fail)"
        return "\(files.counted("file")): " + parts.joined(separator: ", ") + limit
    }

    /// The report on several files.
    ///
    /// - Parameters:
    ///   - scans: the files that were scanned.
    ///   - json: the report as JSON.
    public func document(
        _ scans: [Scan], allowing list: AllowList, json: @escaping @Sendable @autoclosure () -> JSONValue
    ) -> ReportDocument {
        let table = ReportTable(
            "Files", of: scans, isBad: { $0.level != .clean || $0.failure != nil },
            columns: [
                .text("level", \.word), .code("file", \.file),
                .text("what decides") { $0.worst.printable(atMost: 200) },
            ])
        let details = scans.filter { $0.level != .clean }.flatMap { scan -> [ReportDocument.Block] in
            [
                .heading(.code(scan.file)), .paragraph(RichText(scan.document.verdict)),
                .folded(
                    "Details",
                    scan.sections.filter { !$0.isEmpty }.flatMap { section in
                        [.paragraph(RichText(section.heading))] + section.blocks
                    }),
            ]
        }
        return ReportDocument(
            title: "Audit of \(files.counted("file"))", verdict: line,
            tone: exitStatus == 0 ? verdict == .expected || verdict == .skipped ? .good : .caution : .bad,
            facts: list.lines.map { .init("allowed", RichText($0)) },
            sections: [
                .init("files", "Files", [.table(table)]), .init("details", "Files that are not clean", details),
            ], json: json())
    }

    private static func word(_ level: Scan.Level) -> String {
        switch level {
        case .finding: "with findings"
        case .unexamined: "not examined"
        default: level.rawValue
        }
    }
}

extension AllowList {
    /// What a person reads of the list: how often each pattern was used.
    public var lines: [String] {
        patterns.map { pattern in
            let use = pattern.uses == 0 ? "was not used" : "allowed \(pattern.uses.counted("name"))"
            return "\(Advice.allow.of(pattern.text.printable(atMost: 120))) \(use)"
        }
    }
}

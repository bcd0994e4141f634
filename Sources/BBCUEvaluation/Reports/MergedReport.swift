import BBCUPlatform

/// Reports of shards, of either command.
public enum MergedReport: Sendable {
    case evaluation(EvaluationReport)
    case verification(FolderVerification)

    /// Reads and joins the reports of shards.
    ///
    /// - Parameter files: the bytes of each with its name.
    /// - Throws: ``EvaluationError`` where one is no report, and what ``ShardMerge`` finds.
    public init(_ files: [(name: String, bytes: [UInt8])]) throws(EvaluationError) {
        let reports = try files.map { file throws(EvaluationError) in try SavedReportFile(file.bytes, file: file.name) }
        let kinds = reports.map(\.kind)
        for (report, kind) in zip(reports, kinds) where kind != kinds[0] {
            throw EvaluationError(
                .otherRun, file: report.file, found: "found a report of another command than \(reports[0].file)",
                expected: "shards of one run"
            )
        }
        switch kinds.first {
        case .evaluate:
            self = .evaluation(
                try ShardMerge.merge(
                    reports.map { report throws(EvaluationError) in
                        (report.file, try report.read(EvaluationReport.self))
                    }))
        case .verify:
            self = .verification(
                try ShardMerge.merge(
                    reports.map { report throws(EvaluationError) in
                        (report.file, try report.read(FolderVerification.self))
                    }))
        case nil:
            throw EvaluationError(
                .shards, file: "merge", found: "found no report", expected: "the reports of all shards")
        }
    }
}

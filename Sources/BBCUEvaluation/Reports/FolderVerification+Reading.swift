import BBCUErrorBounds
import BBCUExecution
import BBCUPlatform
import BBCUVerification

extension FolderVerification {
    /// What the report says it is.
    public static let kind = "verify"

    init(_ report: ReportReader) throws(EvaluationError) {
        subject = Subject(
            version: try report["version"].text(), file: try report["file"].text(),
            sha256: try report["sha256"].text(),
            network: try .init(report["network"], amplification: try report["k"].number()),
            form: try report["form"].choice(ReferenceForm.self), method: try report["method"].choice(FloatMethod.self),
            items: try ItemList(report["items"]))
        subject.root = try report["root"].optionalText()
        subject.unusedKeys = report["unused_keys"].isNull ? [] : try report["unused_keys"].texts()
        shard = try Shard(report["shard"])
        shardItems = try ItemList(report["shard_items"])
        rows = try report["images"].list().map { row throws(EvaluationError) in try Row(row) }
        excluded = try report["excluded"].list().map { row throws(EvaluationError) in try Exclusion(row) }
    }
}

extension FolderVerification.Row {
    init(_ report: ReportReader) throws(EvaluationError) {
        name = try report["name"].text()
        width = try report["width"].count()
        height = try report["height"].count()
        holds = try report["verdict"].text() == "holds"
        shareOfBound = try report["share_of_bound"].boundlessNumber()
        worstModule = try report["worst_module"].text()
        worstDifference = try report["max_abs_difference"].boundlessNumber()
        worstBound = try report["bound"].boundlessNumber()
        flips = try report["flips"].count()
        unexplainedFlips = try report["unexplained_flips"].count()
        smallestMargin = try report["smallest_margin"].optionalNumber()
        largestMargin = try report["largest_margin"].optionalNumber()
        margins = MarginHistogram(
            try report["margin_counts"].list().map { count throws(EvaluationError) in
                (try count["power_of_ten"].integer(), try count["flips"].count())
            })
        firstBeyond = try report["first_beyond"].optionalText()
        psnr = try report["psnr"].optionalNumber()
        differingPixels = try report["pixels_8bit_differing"].count()
        seconds = try report["seconds"].number()
    }
}

/// Reports of shards, of either command.
public enum MergedReport: Sendable {
    case evaluation(EvaluationReport)
    case verification(FolderVerification)

    /// Reads and joins the reports of shards.
    ///
    /// - Parameter files: the bytes of each with its name.
    /// - Throws: ``EvaluationError`` where one is no report, and what ``ShardMerge`` finds.
    public init(_ files: [(name: String, bytes: [UInt8])]) throws(EvaluationError) {
        let reports = try files.map { file throws(EvaluationError) in try ReportReader(file: file.name, file.bytes) }
        let kinds = try reports.map { report throws(EvaluationError) in try report.kind() }
        for (report, kind) in zip(reports, kinds) where kind != kinds[0] {
            throw EvaluationError(
                .otherRun, file: report.file, found: "found a report of another command than \(reports[0].file)",
                expected: "shards of one run"
            )
        }
        switch kinds.first {
        case EvaluationReport.kind:
            self = .evaluation(
                try ShardMerge.merge(
                    reports.map { report throws(EvaluationError) in (report.file, try EvaluationReport(report)) }))
        case FolderVerification.kind:
            self = .verification(
                try ShardMerge.merge(
                    reports.map { report throws(EvaluationError) in (report.file, try FolderVerification(report)) }))
        default:
            throw EvaluationError(
                .shards, file: "merge", found: "found no report", expected: "the reports of all shards")
        }
    }
}

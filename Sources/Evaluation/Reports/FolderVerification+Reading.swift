import Execution

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
        shard = try Shard(report["shard"])
        rows = try report["images"].list().map { row throws(EvaluationError) in try Row(row) }
        excluded = try report["excluded"].list().map { row throws(EvaluationError) in try Exclusion(row) }
    }
}

extension FolderVerification.Row {
    init(_ report: ReportReader) throws(EvaluationError) {
        name = try report["name"].text()
        width = try report["width"].integer()
        height = try report["height"].integer()
        holds = try report["verdict"].text() == "holds"
        shareOfBound = try report["share_of_bound"].boundlessNumber()
        worstModule = try report["worst_module"].text()
        flips = try report["flips"].integer()
        unexplainedFlips = try report["unexplained_flips"].integer()
        firstBeyond = try report["first_beyond"].optionalText()
        psnr = try report["psnr"].optionalNumber()
        differingPixels = try report["pixels_8bit_differing"].integer()
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
        guard let kind = try reports.first?["report"].text() else {
            throw EvaluationError("merge", found: "no report", expected: "the reports of all shards")
        }
        for report in reports where try report["report"].text() != kind {
            throw EvaluationError(
                report.file, found: "a report of another command than \(reports[0].file)", expected: "shards of one run"
            )
        }
        switch kind {
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
                reports[0].file, found: "a report of another kind",
                expected: "what evaluate or verify printed with --json")
        }
    }
}

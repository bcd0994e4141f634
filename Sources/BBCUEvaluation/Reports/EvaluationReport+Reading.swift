import BBCUExecution
import BBCUNetworks
import BBCUPlatform

extension EvaluationReport {
    /// Reads what `bbcu evaluate --json` or `--resume` wrote.
    ///
    /// - Parameter file: its name, for messages.
    /// - Throws: ``EvaluationError`` where it is something else.
    public init(_ bytes: [UInt8], file: String) throws(EvaluationError) {
        try self.init(try ReportReader(file: file, bytes))
    }

    init(_ report: ReportReader) throws(EvaluationError) {
        guard try report.kind() == Self.kind else {
            throw EvaluationError(
                .notAReport, file: report.file, found: "found \(Advice.verificationReport)",
                expected: "\(Advice.evaluationReport)")
        }
        subject = try EvaluationSubject(report)
        shard = try Shard(report["shard"])
        shardItems = try ItemList(report["shard_items"])
        rows = try report["images"].list().map { row throws(EvaluationError) in try EvaluationRow(row) }
        between = try report["between"].list().map { row throws(EvaluationError) in try BetweenRow(row) }
        excluded = try report["excluded"].list().map { row throws(EvaluationError) in try Exclusion(row) }
    }

    /// What the report says it is.
    public static let kind = "evaluate"
}

extension EvaluationSubject {
    init(_ report: ReportReader) throws(EvaluationError) {
        version = try report["version"].text()
        file = try report["file"].text()
        sha256 = try report["sha256"].text()
        network = try BBCUNetwork(report["network"], amplification: try report["k"].number())
        options = try EvaluationOptions(report["options"])
        items = try ItemList(report["items"])
        root = try report["root"].optionalText()
        unusedKeys = report["unused_keys"].isNull ? [] : try report["unused_keys"].texts()
    }
}

extension BBCUNetwork {
    init(_ report: ReportReader, amplification: Double) throws(EvaluationError) {
        let sizes = Hyperparameters(
            inputChannels: try report["input_channels"].integer(),
            outputChannels: try report["output_channels"].integer(), features: try report["features"].integer(),
            blocks: try report["blocks"].integer(), upscale: try report["upscale"].integer(),
            bias: try report["bias"].flag())
        guard Amplification.isUsable(amplification),
            let network = try report["family"].choice(Family.self).network(sizes, amplification: amplification)
        else { throw report.failure("the sizes of a network") }
        self = network
    }
}

extension EvaluationOptions {
    init(_ report: ReportReader) throws(EvaluationError) {
        task = try report["task"].choice(EvaluationTask.self)
        settings = try report["settings"].list().map { value throws(EvaluationError) in try value.number() }
        guard settings.count <= 100 else { throw report["settings"].failure("at most 100 settings") }
        paths = try report["paths"].list().map { value throws(EvaluationError) in
            try value.choice(EvaluationPath.self)
        }
        isLowGiven = try report["low"].text() == "given"
        template = try report["template"].optionalText()
        set = try report["set"].optionalText()
        isSelfEnsemble = try report["self_ensemble"].flag()
        limit = try report["limit"].optionalInteger()
        method = try report["method"].choice(FloatMethod.self)
        form = try report["form"].choice(ReferenceForm.self)
    }
}

extension ItemList {
    init(_ report: ReportReader) throws(EvaluationError) {
        self.init(count: try report["count"].count(), sha256: try report["sha256"].text())
    }
}

extension Shard {
    init(_ report: ReportReader) throws(EvaluationError) {
        guard let shard = Shard(index: try report["index"].count(), count: try report["count"].count()) else {
            throw report.failure("an index from 1 to count, and a count of at most \(Shard.mostShards)")
        }
        self = shard
    }
}

extension Exclusion {
    init(_ report: ReportReader) throws(EvaluationError) {
        name = try report["name"].text()
        set = try report["set"].text()
        reason = try report["reason"].text()
    }
}

extension EvaluationRow {
    init(_ report: ReportReader) throws(EvaluationError) {
        name = try report["name"].text()
        set = try report["set"].text()
        setting = try report["setting"].number()
        path = try report["path"].choice(EvaluationPath.self)
        score = Score(psnr: try report["psnr"].optionalNumber(), ssim: try report["ssim"].optionalNumber())
        seconds = try report["seconds"].optionalNumber()
        files = try report["files"].texts()
    }
}

extension BetweenRow {
    init(_ report: ReportReader) throws(EvaluationError) {
        name = try report["name"].text()
        set = try report["set"].text()
        setting = try report["setting"].number()
        score = Score(psnr: try report["psnr"].optionalNumber(), ssim: try report["ssim"].optionalNumber())
        psnrChange = try report["psnr_change"].optionalNumber()
        ssimChange = try report["ssim_change"].optionalNumber()
    }
}

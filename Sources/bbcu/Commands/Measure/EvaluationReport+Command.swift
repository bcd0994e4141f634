import BBCUEvaluation
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUReporting

extension EvaluationReport {
    /// The command that makes this report's page again with pictures, of the images and the report's JSON.
    ///
    /// What the report does not hold stands in capitals: `DIR`, `LOW` and `OUTPUTS` are folders, `MERGED.json` is the
    /// report as JSON.
    private var commandForPictures: String {
        let options = subject.options
        var words = ["bbcu", "evaluate", subject.file, "--images", "DIR"]
        if subject.network.amplification != Family.amplificationRule(features: subject.network.hyperparameters.features)
        {
            words += ["--k", subject.network.amplification.shortText]
        }
        if options.task != subject.network.family.task { words += ["--task", options.task.rawValue] }
        if options.task != .sr {
            words += ["--\(options.task.settingName)", options.settings.map(\.settingText).joined(separator: ",")]
        }
        let runs = options.paths.filter { $0 != .outputs }
        if runs != [.binarized] { words += ["--path", runs.count > 1 ? "both" : "reference"] }
        switch options.method {
        case .standard: break
        case .exact: words.append("--exact")
        case .fast: words.append("--fast")
        }
        if options.selfEnsemble { words.append("--self-ensemble") }
        if options.isLowGiven { words += ["--low", "LOW"] }
        if options.paths.contains(.outputs) { words += ["--outputs", "OUTPUTS"] }
        for (name, value) in [("--template", options.template), ("--set", options.set)] {
            if let value { words += [name, value] }
        }
        if let limit = options.limit { words += ["--limit", "\(limit)"] }
        return (words + ["--resume", "MERGED.json", "--report", "PAGE.html"]).shellCommand
    }

    /// The command, and what its capitals stand for.
    var remake: EvaluationRemake {
        let folders = [
            "DIR is the images' folder, or folders",
            subject.options.isLowGiven ? "LOW that of the low-quality files" : nil,
            subject.options.paths.contains(.outputs) ? "OUTPUTS that of the other implementation's images" : nil,
        ].compactMap(\.self).joined(separator: ", ")
        return EvaluationRemake(
            command: commandForPictures,
            legend: "MERGED.json is what bbcu merge prints with --json; \(folders). Options that say which network the "
                + "checkpoint is (--options, --param-key, --root, --convert-dtype) are to be given as to the shards.")
    }
}

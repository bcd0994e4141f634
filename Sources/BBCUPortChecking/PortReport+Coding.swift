import BBCUErrorBounds
import TensorBytes

extension PortReport {
    /// The report as JSON; `Schemas/check-port.schema.json` describes it.
    public func json(_ subject: PortSubject) -> JSONValue {
        let results = JSONMembers([
            "dumps": subject.dumps, "input": subject.input, "precision": arithmetic.text, "formats": formats,
            "conclusive": isConclusive, "compared": comparedCount, "module_count": modules.count, "modules": modules,
            "diagnoses": diagnoses, "notes": notes, "unused": unused, "unused_keys": subject.unusedKeys,
        ])
        return JSONMembers(["verdict": holds ? "holds" : "fails", "first_wrong": firstWrong], with: subject, results)
            .json
    }
}

extension PortReport.Diagnosis: JSONModel {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "id": id, "with": ids.dropFirst().first, "module": module, "change": change, "evidence": evidence,
            "others": others,
        ])
    }
}

extension PortReport.Module: JSONModel {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "name": name, "compared": verdict == .holds || verdict == .fails, "verdict": verdict, "from": start,
            "local": local, "cumulative": cumulative, "bound": local?.bound, "flips": flips, "suspicion": likelyCause,
            "accumulators": accumulators, "doubted": isDoubted,
        ])
    }
}

extension PortComparison: JSONModel {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "difference": largestDifference, "bound": bound, "share_of_bound": share, "at": place, "value": value,
            "expected": expected, "range": range, "root_mean_square": rootMeanSquare, "error_ratio": errorRatio,
            "values_beyond": beyond, "bound_is_loose": isLoose, "usual_error": typicalDeviation,
            "common_error": commonError,
        ])
    }
}

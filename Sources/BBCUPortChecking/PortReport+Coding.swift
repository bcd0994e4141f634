import BBCUErrorBounds
import TensorBytes

/// The report of `check-port`; `Schemas/check-port.schema.json` describes its JSON.
package struct CheckedPort: JSONModel {
    private let subject: PortSubject
    private let report: PortReport

    /// A report with its head.
    package init(_ subject: PortSubject, _ report: PortReport) { (self.subject, self.report) = (subject, report) }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["verdict": report.holds ? "holds" : "fails", "first_wrong": report.firstWrong])
        try subject.encode(to: encoder)
        try encoder.encode([
            "dumps": subject.dumps, "input": subject.input, "precision": report.arithmetic.text,
            "formats": report.formats, "conclusive": report.isConclusive, "compared": report.comparedCount,
            "module_count": report.modules.count, "modules": report.modules, "diagnoses": report.diagnoses,
            "notes": report.notes, "unused": report.unused, "unused_keys": subject.unusedKeys,
        ])
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

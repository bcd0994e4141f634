import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import OrderedCollections
import TensorBytes

/// What was checked: the head of a port's report.
public struct PortSubject: Sendable {
    /// The checkpoint, as the caller named it.
    public var file: String
    /// Its SHA-256.
    public var sha256: String
    /// The network in a line.
    public var network: String
    /// The factor k and its source, in a line.
    public var amplification: String
    /// The dump's files.
    public var dumps: [String]
    /// The input, or nil.
    public var input: String?
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []
    /// The checkpoint and its options, as a command line has them; empty if no command is to be shown.
    public var options: [String] = []

    /// Collects what was checked.
    public init(
        file: String, sha256: String, network: String, amplification: String, dumps: [String], input: String?,
        options: [String] = [], unusedKeys: [String] = []
    ) {
        self.options = options
        self.file = file
        self.sha256 = sha256
        self.network = network
        self.amplification = amplification
        self.dumps = dumps
        self.input = input
        self.unusedKeys = unusedKeys
    }
}

extension PortReport {
    /// The report as JSON; `Schemas/check-port.schema.json` describes it.
    public func json(_ subject: PortSubject) -> JSONValue {
        [
            "verdict": .string(holds ? "holds" : "fails"), "first_wrong": JSONValue(firstWrong),
            "file": .string(subject.file), "sha256": .string(subject.sha256), "network": .string(subject.network),
            "amplification": .string(subject.amplification), "dumps": JSONValue(subject.dumps),
            "input": JSONValue(subject.input), "precision": .string(arithmetic.text),
            "formats": formats.map(\.json) ?? .null,
            "conclusive": .bool(isConclusive),
            "compared": .integer(comparedCount), "module_count": .integer(modules.count),
            "modules": .array(modules.map(\.json)),
            "diagnoses": .array(diagnoses.map(\.json)),
            "notes": JSONValue(noteTexts), "unused": JSONValue(unused),
            "unused_keys": JSONValue(subject.unusedKeys),
        ]
    }
}

extension PortReport.Diagnosis {
    var json: JSONValue {
        [
            "id": .string(id.rawValue), "with": JSONValue(ids.dropFirst().first?.rawValue), "module": .string(module),
            "change": .string(change),
            "evidence": .string(evidence), "others": others?.json ?? .null,
        ]
    }
}

extension PortReport.Diagnosis.Explained {
    var json: JSONValue {
        ["holding": .integer(holding), "compared": .integer(compared), "wrong": .integer(wrong ?? compared)]
    }
}

extension PortReport.Module {
    var json: JSONValue {
        [
            "name": .string(name), "compared": .bool(verdict == .holds || verdict == .fails),
            "verdict": .string(verdict.rawValue), "from": JSONValue(start),
            "local": local?.json ?? .null, "cumulative": cumulative?.json ?? .null,
            "bound": JSONValue(local?.bound), "flips": JSONValue(flips),
            "suspicion": JSONValue(likelyCause?.description),
            "accumulators": accumulators?.json ?? .null, "doubted": .bool(isDoubted),
        ]
    }
}

extension PortComparison {
    var json: JSONValue {
        [
            "difference": .number(largestDifference), "bound": .number(bound), "share_of_bound": .number(share),
            "at": place.json,
            "value": .number(value), "expected": .number(expected), "range": .number(range),
            "root_mean_square": .number(rootMeanSquare), "error_ratio": JSONValue(errorRatio),
            "values_beyond": .integer(beyond), "bound_is_loose": .bool(isLoose),
            "usual_error": JSONValue(typicalDeviation),
            "common_error": JSONValue(commonError),
        ]
    }
}

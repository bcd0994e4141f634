import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUVerification
import OrderedCollections
import TensorBytes

/// What was compared: the head of a verification's report.
public struct VerificationSubject: Sendable {
    /// The checkpoint, as the caller named it.
    public var file: String
    /// Its SHA-256, 64 hexadecimal digits.
    public var sha256: String
    /// The state dict in the file.
    public var selection: Selection
    /// The factor k and its source.
    public var amplification: Amplification
    /// The input in words: a file's name or `noise, seed 1`.
    public var input: String
    /// Channels of the input.
    public var channels: Int
    /// Rows of the input.
    public var height: Int
    /// Columns of the input.
    public var width: Int
    /// Threads that ran the comparison.
    public var threads: Int
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []

    /// Collects what was compared.
    public init(
        file: String, sha256: String, selection: Selection, amplification: Amplification, input: String,
        channels: Int, height: Int, width: Int, threads: Int, unusedKeys: [String] = []
    ) {
        self.file = file
        self.sha256 = sha256
        self.selection = selection
        self.amplification = amplification
        self.input = input
        self.channels = channels
        self.height = height
        self.width = width
        self.threads = threads
        self.unusedKeys = unusedKeys
    }
}

extension VerificationReport {
    /// The report as JSON; `Schemas/verify.schema.json` describes it.
    public func json(_ subject: VerificationSubject) -> JSONValue {
        [
            "verdict": .string(holds ? "holds" : "fails"),
            "file": .string(subject.file), "sha256": .string(subject.sha256),
            "network": network.json, "state_dict": subject.selection.json,
            "amplification": subject.amplification.json,
            "input": [
                "source": .string(subject.input), "channels": .integer(subject.channels),
                "height": .integer(subject.height), "width": .integer(subject.width),
            ],
            "kernel": .string(kernel), "threads": .integer(subject.threads), "form": .string(form.rawValue),
            "units": .array(units.map(\.json)),
            "convolutions": .array(convolutions.map(\.json)),
            "free_running": endToEnd.json,
            "truth": truth.json,
            "unused_keys": JSONValue(subject.unusedKeys),
        ]
    }
}

extension UnitCheck {
    var json: JSONValue {
        var result = binarized.members
        result["reference"] = .object(reference.members)
        var named: JSONValue.Members = ["name": .string(name), "holds": .bool(holds)]
        named.merge(result) { first, _ in first }
        return .object(named)
    }
}

extension ConvolutionCheck {
    var json: JSONValue {
        var members: JSONValue.Members = [
            "name": .string(name), "method": .string(method), "holds": .bool(holds), "range": .number(range),
            "share_of_range": .number(shareOfRange),
        ]
        members.merge(worst.members) { first, _ in first }
        return .object(members)
    }
}

extension WorstValue {
    /// The fields that every report of a worst value has. `max_abs_difference` and `bound` are those of the value
    /// where difference / bound is largest, at `at`.
    var members: JSONValue.Members {
        [
            "max_abs_difference": .number(difference), "bound": .number(bound), "share_of_bound": .number(share),
            "at": place.json,
            "value": .number(value), "expected": .number(expected),
            "max_ulp_difference": .integer(largestULPDistance),
            "largest_difference_anywhere": .number(largestDifference), "values_beyond": .integer(beyond),
        ]
    }
}

extension EndToEndComparison {
    var json: JSONValue {
        [
            "flips": .integer(flips), "unexplained_flips": .integer(unexplainedFlips),
            "first_beyond": JSONValue(firstBeyond), "max_abs_difference": .number(maxAbsDifference),
            "psnr": JSONValue(psnr), "pixels_8bit_differing": .integer(differingPixels), "pixels": .integer(pixels),
            "units": .array(units.map(\.json)),
            "modules": .array(
                modules.map { module in
                    var members: JSONValue.Members = [
                        "name": .string(module.name), "holds": .bool(module.worst.holds),
                    ]
                    members.merge(module.worst.members) { first, _ in first }
                    return .object(members)
                }),
        ]
    }
}

extension UnitFlips {
    var json: JSONValue {
        [
            "name": .string(name), "signs": .integer(signs), "positive_signs": .integer(positives),
            "flips": .integer(flips), "unexplained_flips": .integer(unexplained), "zeros": .integer(zeros),
            "smallest_margin": JSONValue(smallestMargin), "largest_margin": JSONValue(largestMargin),
            "margin_counts": JSONValue(encoding: margins),
        ]
    }
}

extension TruthDistance {
    var json: JSONValue {
        [
            "reference": .number(reference), "binarized": .number(binarized), "ratio": JSONValue(ratio),
            "reference_psnr": JSONValue(referencePSNR), "binarized_psnr": JSONValue(binarizedPSNR),
        ]
    }
}

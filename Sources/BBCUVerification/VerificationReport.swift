import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

/// What a comparison of the two paths found: numbers only, worded by the renderers.
public struct VerificationReport: Sendable {
    /// The network that was run.
    public var network: BBCUNetwork
    /// The kernels that ran it.
    public var kernel: String
    /// The form of the float32 reference.
    public var form: ReferenceForm
    /// Each unit run three ways on the reference's own input to it.
    public var units: [UnitCheck]
    /// Each float convolution that an image is restored with other than directly, on the reference's own input to it.
    public var convolutions: [ConvolutionCheck]
    /// Both paths run from the image on.
    public var endToEnd: EndToEndComparison
    /// The distance of both paths' outputs from the float64 path's.
    public var truth: TruthDistance

    /// Whether every value of every unit, convolution and module was within its bound and every flip explained.
    public var holds: Bool {
        units.allSatisfy(\.holds) && convolutions.allSatisfy(\.holds)
            && endToEnd.unexplainedFlips == 0 && endToEnd.firstBeyond == nil
    }
}

/// One unit on the reference's own input, against the float64 unit on the same input.
public struct UnitCheck: Encodable, Sendable, Hashable {
    /// The module's name.
    public var name: String
    /// The 1-bit unit.
    public var binarized: WorstValue
    /// The float32 reference's unit.
    public var reference: WorstValue

    /// Whether every value of both was within its bound.
    public var holds: Bool { binarized.holds && reference.holds }

    var isBounded: Bool { binarized.isBounded && reference.isBounded }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["name": name, "holds": holds], with: binarized)
        try encoder.encode(["reference": reference])
    }
}

/// The value at which a difference is the largest share of its bound.
public struct WorstValue: Encodable, Sendable, Hashable {
    /// Where it is.
    public var place = FeatureIndex(channel: 0, row: 0, column: 0)
    /// The value that was computed there.
    public var value = 0.0
    /// The value that was expected there.
    public var expected = 0.0
    /// |value - expected|.
    public var difference = 0.0
    /// The bound there.
    public var bound = 0.0
    /// The difference as a share of the bound; at most 1 where it holds.
    public var share = 0.0
    /// The largest difference anywhere.
    public var largestDifference = 0.0
    /// The largest distance in units of the last place anywhere.
    public var largestULPDistance = 0
    /// How many values were beyond their bound.
    public var beyond = 0
    /// Whether every bound was a finite number; without that nothing can be judged.
    var isBounded = true

    package init() {}

    /// Whether every value was within its bound.
    public var holds: Bool { beyond == 0 }

    private enum CodingKeys: String, CodingKey {
        case difference = "max_abs_difference"
        case bound
        case share = "share_of_bound"
        case place = "at"
        case value, expected
        case largestULPDistance = "max_ulp_difference"
        case largestDifference = "largest_difference_anywhere"
        case beyond = "values_beyond"
    }
}

/// Both paths run from the image on, each on its own results.
public struct EndToEndComparison: Encodable, Sendable {
    /// The units in order.
    public var units: [UnitFlips] = []
    /// Every tapped module in order, with its largest share of the propagated bound.
    public var modules: [ModuleDifference] = []
    /// The first module with a value beyond what rounding and the flips before it can have done.
    public var firstBeyond: String?
    /// The largest difference of the two outputs.
    public var maxAbsDifference = 0.0
    /// The PSNR between the two outputs, nil where they are equal.
    public var psnr: Double?
    /// Pixels that differ once both outputs have 8 bits.
    public var differingPixels = 0
    /// Pixels of the output.
    public var pixels = 0

    /// All flips.
    public var flips: Int { units.reduce(0) { $0 + $1.flips } }
    /// The flips that rounding and earlier flips cannot explain.
    public var unexplainedFlips: Int { units.reduce(0) { $0 + $1.unexplained } }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "flips": flips, "unexplained_flips": unexplainedFlips, "first_beyond": firstBeyond,
            "max_abs_difference": maxAbsDifference, "psnr": psnr, "pixels_8bit_differing": differingPixels,
            "pixels": pixels, "units": units, "modules": modules,
        ])
    }
}

/// The signs that differ at the input of one unit.
public struct UnitFlips: Encodable, Sendable, Hashable {
    /// The module's name.
    public var name: String
    /// Signs of the unit's input.
    public var signs = 0
    /// Those that are +1 in the reference's run.
    public var positives = 0
    /// Signs that differ between the paths; zero is a sign of its own.
    public var flips = 0
    /// Flips whose margin is more than the propagated bound.
    public var unexplained = 0
    /// Exact zeros among the reference's shifted inputs.
    public var zeros = 0
    /// The smallest margin at a flip: the larger |x + b| of the two paths.
    public var smallestMargin: Double?
    /// The largest margin at a flip.
    public var largestMargin: Double?
    /// How many flips have a margin of each size.
    public var margins = MarginHistogram()

    private enum CodingKeys: String, CodingKey {
        case name, signs
        case positives = "positive_signs"
        case flips
        case unexplained = "unexplained_flips"
        case zeros, smallestMargin, largestMargin
        case margins = "margin_counts"
    }
}

/// How far the paths are apart after one module.
public struct ModuleDifference: Encodable, Sendable, Hashable {
    /// The module's name.
    public var name: String
    /// The value where the difference is the largest share of the propagated bound. `value` is the binarized path's,
    /// `expected` the reference's.
    public var worst: WorstValue

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["name": name, "holds": worst.holds], with: worst)
    }
}

/// How far the outputs are from the float64 path's.
public struct TruthDistance: Encodable, Sendable, Hashable {
    /// The largest difference of the reference's output.
    public var reference = 0.0
    /// The largest difference of the binarized path's output.
    public var binarized = 0.0
    /// The PSNR of the reference's output, nil where equal.
    public var referencePSNR: Double?
    /// The PSNR of the binarized path's output, nil where equal.
    public var binarizedPSNR: Double?

    /// How many times as far the binarized path is as the reference; nil where the reference is not off at all.
    public var ratio: Double? { reference > 0 ? binarized / reference : nil }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "reference": reference, "binarized": binarized, "ratio": ratio, "reference_psnr": referencePSNR,
            "binarized_psnr": binarizedPSNR,
        ])
    }
}

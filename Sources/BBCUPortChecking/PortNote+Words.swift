import BBCUErrorBounds
import BBCUExecution
import BBCUPlatform
import TensorBytes

// What a port's check found beside numbers, in words.

extension PortReport {
    /// The notes in words.
    public var noteTexts: [String] { notes.map(\.description) }
}

extension FaultChange {
    /// In words.
    public var text: String {
        switch layers {
        case .everywhere: sentence
        case .layer(let name): "\(sentence) (in \(name))"
        case .binaryConvolutions: "\(sentence) (in the 1-bit ones)"
        case .floatConvolutions: "\(sentence) (in the float ones)"
        case .after(let name): "\(sentence) (behind \(name))"
        case .layerIndex(let index): "\(sentence) (layer \(index))"
        }
    }
}

extension PortNote {
    /// In words.
    public var description: String { reading ?? given ?? finding ?? ofSums }

    /// What was read, and as what.
    private var reading: String? {
        switch self {
        case .greyOutput: "output is a grey image of a coloured input: its luma alone is judged"
        case .rawNumbers(let array, let bits, let format):
            "'\(array)' holds integers: read as units of 2^-\(bits), \(format)"
        case .integers(let array, let type):
            "'\(array)' holds \(type.rawValue): compared as numbers, without rounding to them"
        case .taken(let array, let module): "'\(array)' is taken for \(module) by its size and content"
        case .channelsLast(let count, let all, isOfSums: true):
            "\(count) of \(all.counted("array")) of sums \(count == 1 ? "is" : "are") NHWC"
        case .channelsLast(let count, let all, isOfSums: false):
            count == all ? "the dump is NHWC" : "\(count) of \(all.counted("array")) are NHWC"
        case .padding(let array, let channels, let outputs):
            "\(array): \(channels.counted("channel")) for \(outputs.counted("output")): the last \(channels - outputs) are "
                + "taken for padding and left out"
        case .recordedLater(let module, let isSkip):
            "\(module) was recorded after "
                + (isSkip ? "the skip was added to it in place" : "its activation, which works in place")
                + "; compared as that"
        default: nil
        }
    }

    /// What was given, or not.
    private var given: String? {
        switch self {
        case .noInput:
            "without \(Advice.input) the comparison starts after the first dumped module; what reads the network's input cannot be "
                + "compared"
        case .inputRange(let low, let high):
            "the input has values from \(low) to \(high); the networks expect [0, 1]"
        case .previousUnused: "\(Advice.previousInput) shows in the final image alone, which the dump does not hold"
        case .previousWouldHelp: "whether the frame before shows can be told \(Advice.givenPreviousInput)"
        case .beyondRange(let module, let range, let arithmetic):
            "\(module) reaches \(range), beyond the largest \(arithmetic.text) number, \(Float(arithmetic.largest)): a port "
                + "that saturates is wrong from there on"
        case .otherFormat(let module, let bits, let format, let tensor):
            "the values of \(module) are no multiples of 2^-\(bits), as \(format) of \(tensor) stores them: the dump is not in "
                + "these formats"
        case .fixedPoint(let module, let bits):
            "every value of \(module) is a multiple of 2^-\(bits): a port in fixed point is judged with "
                + "\(Advice.portFormats.of("\(bits)"))"
        default: nil
        }
    }

    /// What was found.
    private var finding: String? {
        switch self {
        case .hiddenFault(let module):
            "\(module) is within a bound that tells nothing, but much closer to a wrong output"
        case .noReference(let module, let reason):
            "\(module): only the bound judges it, since the float32 reference cannot be run: \(reason)"
        case .otherChroma(let difference): "luma is judged, but \(LikelyCause.otherChroma(difference))"
        case .notFinite(let tap, let value, let place): "\(tap) has \(value) at \(place.text)"
        case .constant(let tap, let value): "every value of \(tap) is \(value)"
        case .flipped(let tap):
            "\(tap) differs by signs that a correct port may flip too; the search went on behind it"
        case .floatSums(let tap):
            "\(tap) is within the bound of a port that sums alpha times signs in float32: is it one? Then \(Advice.floatPort)"
        default: nil
        }
    }

    /// How much was asked of integer sums.
    private var ofSums: String {
        let side = Thresholds.largestSystem.side
        let end =
            "a sum beyond that wraps round or saturates, which is likely here; \(Advice.input), or a dump of a smaller input, settles it"
        return switch self {
        case .sumsBeyondAccumulator(let count, let all):
            "the sums of \(count) of \(all.counted("unit")) can be more than the accumulator holds: without \(Advice.input) nothing but "
                + "|S| <= n can be asked of them"
        case .weakTests(let count, let all):
            "\(count) of \(all.counted("unit")) \(count == 1 ? "is" : "are") judged by |S| <= n and the parity of n alone, which "
                + "many faults pass; give \(Advice.input), or dump sums of an input of at most \(side)x\(side) pixels"
        case .freeSigns:
            "sums alone do not show which signs are right: a shift, the polarity of bits and the order of channels are judged "
                + "where \(Advice.input) is given or the unit's input is in the dump"
        case .narrowSums(let array, let largest, let isLikely):
            "\(array) is stored as int8, which holds -128...127, and its sums can reach from -\(largest) to \(largest): "
                + (isLikely ? end : "one beyond that wraps round or saturates, and passes this test")
        case .sumsWithin8Bits(let low, let high, let largest):
            "the sums that no input makes lie from \(low) to \(high), within the -128...127 that 8 bits hold, and could reach "
                + "from -\(largest) to \(largest): \(end)"
        case .wrongInDumpOnly(let sums, let next): "\(sums) is wrong in the dump alone: \(next) was made of right sums"
        case .faultOfOtherSums(let lost, let found):
            "too many sums of \(lost) may be lost to tell what they were; the fault was found in \(found)"
        default: ""
        }
    }
}

extension FaultNeed {
    /// What a network lacks, in words.
    package var text: String {
        switch self {
        case .convolutionBias: "no convolution has a bias"
        case .upsampledResidual: "no unit upsamples its residual"
        case .pixelShuffle: "the network has no pixel shuffle"
        case .pairOfUnits: "no block has two units of a kind"
        case .latentWeights: "a packed model has no latent weights"
        case .colourInput: "the input has not 3 channels"
        case .colourOutput: "the output has not 3 channels"
        case .factor: "the network has no factor k"
        case .skip: "the network has no skip"
        case .subtractedSkip: "no skip is subtracted from"
        case .upsampledSkip, .bilinearSkip: "the skip is not upsampled"
        case .leakyReLU: "the network has no leaky ReLU"
        case .otherWeights: "the file has no other weights"
        case .wideUnits: "no unit has more than one byte of channels"
        }
    }
}

extension FaultIdle {
    /// Why nothing changes, in words.
    package var text: String {
        switch self {
        case .sameNetwork, .noTailBits: "every layer has the same operation and parameters with it"
        case .weightsWithinOne: "no weight is beyond [-1, 1]: alpha is the same"
        case .sumsWithin8Bits: "no filter has so many weights that its sum leaves 8 bits"
        case .noShift: "every move0.bias is 0"
        case .slopesOfOne: "every PReLU slope is 1"
        case .noFirstBias: "every relu.pr_bias0.bias is 0"
        case .noSecondBias: "every relu.pr_bias1.bias is 0"
        case .sameOtherWeights: "the other weights of the file are the same"
        }
    }
}

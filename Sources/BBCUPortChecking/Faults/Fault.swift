import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// The name of a fault, on which scripts rely: `padding-minus-one`. ``FaultTable`` has them all.
public struct FaultID: RawRepresentable, Encodable, Hashable, Sendable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    /// The name.
    public let rawValue: String
    /// The id of a name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The id of a name.
    public init(stringLiteral value: String) { rawValue = value }
    /// The name.
    public var description: String { rawValue }
}

/// The change that repairs a fault.
public struct FaultChange: Sendable, Hashable {
    /// Which of the layers that can have the fault have it.
    public enum Layers: Sendable, Hashable {
        case everywhere
        /// One unit or convolution, by its prefix.
        case layer(String)
        /// The 1-bit convolutions only, or the others only.
        case binaryConvolutions, floatConvolutions
        /// A layer without a name, after a module, or by its index where there is none before it.
        case after(String)
        case layerIndex(Int)
    }

    /// The sentence of the table.
    public var sentence: String
    /// Where.
    public var layers = Layers.everywhere
}

/// A row of ``FaultTable``: a way in which a port can be wrong.
package struct Fault: Sendable {
    package var id: FaultID
    /// What it is a fault of. An id has a row for each.
    package var scope = Scope.unit
    /// Where it shows first, of what a faulty layer makes.
    package var shows: Stage
    /// What a network has to have so that it can occur; nil for every network.
    package var need: FaultNeed?
    /// Why it may change nothing.
    package var idle = FaultIdle.sameNetwork
    /// Whether it is one of the whole network, and so has to fit every module.
    package var isGlobal = false
    /// Whether the port only rounds more coarsely: values are as they should be, and bounds wider.
    package var onlyRounds = false
    /// Whether the port sums the weights of a filter itself, in any order, for an alpha of its own.
    package var sumsAlpha = false
    /// Whether it puts pixels in places that depend on the whole image, so that no crop shows it.
    package var isOfWholeImage = false
    /// How it comes about, the likeliest first.
    package var ways: @Sendable (FaultContext) -> [FaultWay]

    /// A fault whose ways are the same in every network.
    init(
        _ id: FaultID, _ shows: Stage, needs need: FaultNeed? = nil, idle: FaultIdle = .sameNetwork,
        sumsAlpha: Bool = false,
        _ ways: FaultWay...
    ) {
        (self.id, self.shows, self.need, self.idle, self.sumsAlpha) = (id, shows, need, idle, sumsAlpha)
        self.ways = { _ in ways }
    }

    /// A fault whose ways depend on the network or the dump.
    init(
        _ id: FaultID, _ shows: Stage, needs need: FaultNeed? = nil, idle: FaultIdle = .sameNetwork,
        isGlobal: Bool = false,
        onlyRounds: Bool = false, sumsAlpha: Bool = false, isOfWholeImage: Bool = false,
        ways: @escaping @Sendable (FaultContext) -> [FaultWay]
    ) {
        (self.id, self.shows, self.need, self.idle, self.sumsAlpha) = (id, shows, need, idle, sumsAlpha)
        (self.isGlobal, self.onlyRounds, self.isOfWholeImage, self.ways) = (isGlobal, onlyRounds, isOfWholeImage, ways)
    }

    /// What a fault is one of.
    package enum Scope: String, Sendable, CaseIterable {
        /// The formats that the port stores tensors in.
        case format
        /// What a 1-bit unit does.
        case unit
        /// The order of weights, bits and pixels.
        case order
        /// The values of the image, as the port takes them.
        case input
        /// k, the skip, activations, and the choice of weights.
        case network
        /// What is done to the image before the network.
        case image
        /// What is done to the network's output.
        case output
        /// The same, in which the output's values are changed as an image's can be before the network.
        case outputValues
        /// Places of the output's values.
        case outputPlaces
        /// The colours of an output of which the network makes the luma.
        case chroma
        /// The range of luma that the network is given and returns.
        case lumaRange
        /// What is written in place of the output.
        case missingNetwork, staleFrame
        /// How the image is cut into tiles.
        case tiles
        /// How integer sums are written.
        case sums, sumPlaces, sumNames
    }

    /// What a layer makes, in order.
    package enum Stage: String, Sendable, Comparable, CaseIterable {
        /// A unit's signs, its integer sums, a module's output.
        case signs, sums, module
        /// The final output only.
        case output
        /// The dump of integer sums only.
        case dumpedSums = "dumped-sums"

        package static func < (first: Stage, second: Stage) -> Bool {
            allCases.firstIndex(of: first) ?? 0 < allCases.firstIndex(of: second) ?? 0
        }
    }
}

/// What a network has to have for a fault to be possible; in the order in which reports list it.
public enum FaultNeed: Int, Sendable, Hashable, CaseIterable {
    case convolutionBias, upsampledResidual, pixelShuffle, pairOfUnits, latentWeights, colourInput, colourOutput
    case factor, skip, subtractedSkip, upsampledSkip, bilinearSkip, leakyReLU, otherWeights, wideUnits
}

/// Why a network computes the same with a fault.
public enum FaultIdle: Sendable, Hashable {
    case sameNetwork, weightsWithinOne, sumsWithin8Bits, noShift, slopesOfOne, noFirstBias, noSecondBias
    case sameOtherWeights
    /// The channels fill every word: there is nothing that could be wrong.
    case noTailBits
}

/// One way in which a fault comes about.
package struct FaultWay: Sendable {
    /// The change that repairs it, in plain words.
    package var sentence: String
    package var layers = FaultChange.Layers.everywhere
    package var effect: Effect

    init(_ sentence: String, at layers: FaultChange.Layers = .everywhere, _ effect: Effect) {
        (self.sentence, self.layers, self.effect) = (sentence, layers, effect)
    }

    /// What a port with the fault does.
    package enum Effect: Sendable {
        /// Changes every unit of the run: a port's mistake is usually in all of them. Each of a few is tried by itself too.
        case units(@Sendable (_ evaluator: inout EnclosureEvaluator, _ layer: Int, _ unit: BinaryUnit) -> Void)
        /// Takes the weights of every convolution from other places.
        case weights(@Sendable (_ shape: WeightShape, _ place: WeightShape.Index) -> Int)
        /// Changes the network.
        case network(@Sendable (_ evaluator: inout EnclosureEvaluator) -> Void)
        /// Changes the image, and the output with it; both of luma where the images are in colour.
        case input(ImageChange, output: EnclosureChange? = nil, isLuma: Bool = false)
        /// Changes the output.
        case output(EnclosureChange)
        /// Puts the output's values in other places; nil for one from outside.
        case outputPlaces(PlaceChange)
        /// Runs the network on pieces of the image.
        case pieces(Hypothesis.Pieces)
        /// Writes sums that have to be read in another way.
        case sums(ImageChange)
        /// Writes every sum in another place.
        case sumPlaces(PlaceChange)
    }

    package typealias ImageChange = @Sendable (FeatureMap<Double>) -> FeatureMap<Double>
    package typealias EnclosureChange = @Sendable (Enclosure) -> Enclosure
    package typealias PlaceChange = @Sendable (FeatureIndex) -> FeatureIndex?
}

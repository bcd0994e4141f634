import BBCUErrorBounds
import BBCUExecution
import TensorBytes

/// What a reader of a port's report should know.
public enum PortNote: TextModel, Sendable, Hashable {
    // What was read, and as what.
    case greyOutput
    case rawNumbers(array: String, fractionBits: Int, format: String)
    case integers(array: String, type: DType)
    case taken(array: String, module: String)
    case channelsLast(Int, of: Int, isOfSums: Bool)
    case padding(array: String, channels: Int, outputs: Int)
    case recordedLater(module: String, isSkip: Bool)

    // What was given, or not.
    case noInput
    case inputRange(low: Float, high: Float)
    case previousUnused, previousWouldHelp
    case beyondRange(module: String, range: Float, Arithmetic)
    case otherFormat(module: String, bits: Int, format: String, tensor: String)
    case fixedPoint(module: String, bits: Int)

    // What was found.
    case hiddenFault(module: String)
    case noReference(module: String, reason: String)
    case otherChroma(ChromaDifference)
    case notFinite(tap: String, value: Double, at: FeatureIndex)
    case constant(tap: String, value: Double)
    case flipped(tap: String)
    case floatSums(tap: String)

    // How much was asked of integer sums.
    case sumsBeyondAccumulator(Int, of: Int)
    case weakTests(Int, of: Int)
    case freeSigns
    case narrowSums(array: String, largest: Int, isLikely: Bool)
    case sumsWithin8Bits(low: Int, high: Int, largest: Int)
    case wrongInDumpOnly(sums: String, next: String)
    case faultOfOtherSums(lost: String, found: String)
}

/// How an image's colours differ from the input's, which the network leaves as they are.
public struct ChromaDifference: Sendable, Hashable {
    /// Pixels of which no channel may have been clamped and whose chroma differs by more than rounding makes it.
    public var pixels = 0
    /// The largest difference of those, in levels of 255.
    public var largest = 0.0
}

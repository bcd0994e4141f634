import BBCUNetworks
import BBCUPlatform

/// Why a network cannot be run.
public enum ExecutionError: DescribedError, Hashable {
    /// The input has another number of channels than the network.
    case channels(expected: Int, found: Int)
    /// A value is not finite.
    case nonFinite(module: String, place: FeatureIndex, value: Double)
    /// A value is too large for the published form, which squares it.
    case squareOverflows(module: String, place: FeatureIndex, value: Double)
    /// The kernels asked for do not run on this machine.
    case kernels(name: String)
    /// A number of threads that is not from 1 to ``Kernels/mostThreads``.
    case threads(Int)
    /// A map of this size cannot be made.
    case size(channels: Int, height: Int, width: Int)
    /// A layer was to be run as a unit and is none.
    case notAUnit(layer: Int)

    public var description: String {
        switch self {
        case .channels(let expected, let found):
            "the network takes an input of \(expected) channel\(expected == 1 ? "" : "s"), this one has \(found)"
        case .nonFinite(let module, let place, let value):
            "\(module): \(value.isNaN ? "NaN" : "\(value)") at \(place.text); "
                + "the network cannot be run on from a value that is not finite"
        case .squareOverflows(let module, let place, let value):
            "\(module): \(value) at \(place.text); the published form squares it, which float32 cannot hold; "
                + "\(Advice.exactForm)"
        case .threads(let count): "\(count.counted("thread")), expected from 1 to \(Kernels.mostThreads)"
        case .size(let channels, let height, let width):
            "a map of \(channels.counted("channel")), \(height.counted("row")) and \(width.counted("column")), expected positive sizes and at most "
                + "2^40 values"
        case .notAUnit(let layer): "layer \(layer) is not a BBCU unit"
        case .kernels(let name):
            "BBCU_ISA names the kernels \"\(name)\", which this machine cannot run or this build does not know; "
                + "portable, avx2, avx512 and neon are the names"
        }
    }
}

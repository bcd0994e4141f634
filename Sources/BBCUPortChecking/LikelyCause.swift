import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// What is odd about a dumped array: why it cannot be judged, or what is wrong beside its values.
public enum LikelyCause: TextModel, Sendable, Hashable {
    case notFinite(Int, of: Int, first: Double, at: FeatureIndex)
    /// Not captured: no run makes these values.
    case constant(Double)
    case twin(String)
    case wrongSize(found: [Int], channels: Int, expected: [Int]?, SizeHint?)
    case wrongSizeOfSums(found: [Int], outputs: Int, expected: [Int]?)
    case otherChroma(ChromaDifference)

    /// What another size looks like.
    public enum SizeHint: Sendable, Hashable {
        case transposed, input
        case padding(Int)
    }

    /// Values that are all the same, where those that are expected are not; nil for others.
    /// - Parameter step: how far apart expected values may be that are dumped as the same.
    package init?(
        constant values: [Double], expected: @autoclosure () -> FeatureMap<Double>?, within step: Double = 0
    ) {
        guard let first = values.first, values.count > 1, values.allSatisfy({ $0 == first }) else { return nil }
        let isConstant = expected().map { map in map.values.allSatisfy { abs($0 - map.values[0]) <= step } } ?? false
        guard !isConstant else { return nil }
        self = .constant(first)
    }

    /// In words.
    public var description: String {
        func size(_ expected: [Int]?) -> String { expected.map { "\($0[0]), \($0[1])" } ?? "H, W" }
        return switch self {
        case .notFinite(let count, let all, let first, let place):
            "\(count) of \(all.counted("value")) are not finite, the first (\(first)) at \(place.text)"
        case .constant(let value):
            value == 0 ? "all zero; probably not captured" : "all \(value); probably not captured"
        case .twin(let name): "equal to \(name) value by value; probably a buffer was reused"
        case .wrongSize(let found, let channels, let expected, let hint):
            "the dump's array is (\(found.map(String.init).joined(separator: ", "))), expected (1, \(channels), "
                + "\(size(expected))) or the same with channels last\(hint?.text ?? "")"
        case .wrongSizeOfSums(let found, let outputs, let expected):
            "the dump's array is \(found), expected (1, \(outputs), \(size(expected))) or the same with channels last"
        case .otherChroma(let difference):
            "its chroma is not the input's, which the network leaves as it is: \(difference.text)"
        }
    }
}

extension LikelyCause.SizeHint {
    fileprivate var text: String {
        switch self {
        case .transposed: "; rows and columns are swapped"
        case .input: "; that is the input's own size"
        case .padding(let count): "; where each row ends with \(count.counted("pixel")) of padding, leave it out"
        }
    }
}

extension ChromaDifference {
    /// In words: `3 pixels differ, by up to 40 levels of 255`.
    fileprivate var text: String {
        "\(pixels) pixel\(pixels == 1 ? " differs" : "s differ"), by up to \(Int(largest.rounded()).counted("level")) of 255"
    }
}

/// Finds arrays that no run makes: what was probably not captured.
struct LikelyCauses {
    /// What is known of an earlier module's expected output.
    private var fingerprints: [String: Int] = [:]

    /// What is odd about a dumped module; nil where nothing is.
    /// - Parameters:
    ///   - position: the module's place among the taps; those before it have been looked at.
    ///   - expected: what the run from the image made there, where the input is known.
    mutating func cause(of position: Int, in taps: [Tap], expected: FeatureMap<Double>?) -> LikelyCause? {
        let tap = taps[position]
        let fingerprint = expected?.values.hashValue
        fingerprints[tap.name] = fingerprint
        let values = tap.map.values
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            return .notFinite(
                values.count { !$0.isFinite }, of: values.count, first: values[bad], at: tap.map.place(of: bad))
        }
        guard values.count > 1 else { return nil }
        let recorded = expected.map { $0.with($0.values.map(tap.recorded)) }
        if let cause = LikelyCause(constant: values, expected: recorded, within: tap.pixels?.step ?? 0) { return cause }
        let twin = taps[..<position].first { $0.likelyCause == nil && $0.map.values == values }
        guard let twin, fingerprint == nil || fingerprints[twin.name] != fingerprint else { return nil }
        return .twin(twin.name)
    }
}

extension BBCUNetwork {
    /// Whether the published code changes a module's output in place right after it: an activation, or the skip.
    package func isInPlace(after layer: Int) -> Bool {
        guard layer + 1 < layers.count else { return false }
        switch layers[layer + 1].operation {
        case .activation, .addScaledInput: return true
        default: return false
        }
    }

    /// That a module was recorded after what changes its output in place.
    package func recordedLater(_ module: String, layer: Int) -> PortNote {
        var isSkip = false
        if case .addScaledInput = layers[layer + 1].operation { isSkip = true }
        return .recordedLater(module: module, isSkip: isSkip)
    }
}

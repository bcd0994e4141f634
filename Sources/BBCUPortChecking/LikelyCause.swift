import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// Finds arrays that no run makes: what was probably not captured.
package struct LikelyCauses {
    /// What is known of an earlier module's expected output.
    private var fingerprints: [String: Int] = [:]

    /// A word on a dumped module that was probably not captured; nil where nothing is odd.
    /// - Parameters:
    ///   - position: the module's place among the taps; those before it have been looked at.
    ///   - expected: what the run from the image made there, where the input is known.
    package mutating func word(on position: Int, of taps: [Tap], expected: FeatureMap<Double>?) -> Tap.LikelyCause? {
        let tap = taps[position]
        let fingerprint = expected?.values.hashValue
        fingerprints[tap.name] = fingerprint
        let values = tap.map.values
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            let count = values.count { !$0.isFinite }
            let value = "\(values[bad])"
            return .notFinite(
                "\(count) of \(values.count.counted("value")) are not finite, the first (\(value)) at \(tap.map.place(of: bad).text)"
            )
        }
        guard values.count > 1 else { return nil }
        let step = tap.pixels?.step ?? 0
        let word = Self.wordOnConstant(
            values, expected: expected.map { $0.with($0.values.map(tap.recorded)) }, within: step)
        if let word { return .notCaptured(word) }
        if let twin = taps[..<position].first(where: { $0.likelyCause == nil && $0.map.values == values }),
            fingerprint == nil || fingerprints[twin.name] != fingerprint
        {
            return .notCaptured(Self.wordOnTwin(twin.name))
        }
        return nil
    }

    /// A word on values that are all the same, where those that are expected are not.
    /// - Parameter step: how far apart expected values may be that are dumped as the same.
    package static func wordOnConstant(
        _ values: [Double], expected: @autoclosure () -> FeatureMap<Double>?, within step: Double = 0
    ) -> String? {
        guard let first = values.first, values.count > 1, values.allSatisfy({ $0 == first }) else { return nil }
        let isConstant = expected().map { map in map.values.allSatisfy { abs($0 - map.values[0]) <= step } } ?? false
        guard !isConstant else { return nil }
        return first == 0 ? "all zero; probably not captured" : "all \(first); probably not captured"
    }

    /// A word on values that are another module's.
    package static func wordOnTwin(_ name: String) -> String {
        "equal to \(name) value by value; probably a buffer was reused"
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

    /// What changed a module's output in place, in words.
    package func aliasText(_ layer: Int) -> String {
        guard case .addScaledInput = layers[layer + 1].operation else { return "its activation, which works in place" }
        return "the skip was added to it in place"
    }
}

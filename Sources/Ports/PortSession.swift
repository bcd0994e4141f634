import Execution
import Networks

/// The network run from the image.
struct FreeRun: Sendable {
    /// The image.
    let input: Estimate
    /// The image times k.
    let scaledInput: Estimate
    /// The same in float32.
    let floatScaledInput: FeatureMap<Float>
    /// Each layer's output, where anything is tapped or read from there.
    let after: [Int: Estimate]
    /// The outputs of the tapped modules.
    let taps: [String: Estimate]

    init(_ interpreter: Interpreter, input: FeatureMap<Float>) {
        let network = interpreter.network
        self.input = Estimate(exactly: input.asDouble)
        var current = self.input
        var scaled = current
        var after: [Int: Estimate] = [:]
        var taps: [String: Estimate] = [:]
        for index in network.layers.indices {
            guard let next = interpreter.run(index, current, scaled) else { break }
            current = next
            if network.layers[index].operation == .amplify { scaled = current }
            after[index] = current
            if let name = network.tapName(ofLayer: index) { taps[name] = current }
        }
        scaledInput = scaled
        floatScaledInput = input.with(input.values.map { $0 * Float(network.amplification) })
        self.after = after
        self.taps = taps
    }
}

/// A dump that is being checked.
struct PortSession: Sendable {
    var taps: [Tap]
    let free: FreeRun?
    /// The first step that is wrong given its own input.
    var firstWrong: Step?

    init(taps: [Tap], free: FreeRun?) {
        self.taps = taps
        self.free = free
    }

    /// The layers between one dumped module and the next.
    struct Step: Sendable {
        /// The values that the first layer is given.
        var start: Estimate
        /// The module that they are the output of, or `input`.
        var startName: String
        var layers: Range<Int>
        /// The module at the end.
        var tap: Tap
    }

    /// The layers that lead to a dumped module from the last usable one before it; nil for the first without an input.
    func step(to position: Int) -> Step? {
        let tap = taps[position]
        if let previous = taps[..<position].last(where: { $0.suspicion == nil && $0.end < tap.layer }) {
            return Step(
                start: previous.estimate, startName: previous.name, layers: previous.end + 1..<tap.layer + 1, tap: tap)
        }
        guard let free else { return nil }
        return Step(start: free.input, startName: "input", layers: 0..<tap.layer + 1, tap: tap)
    }

    /// Signs of the dump at a unit's input that differ from those of the run from the image; nil where the layer is no
    /// unit or its input is not in the dump.
    func flips(atLayer index: Int, _ interpreter: Interpreter) -> Int? {
        let layer = interpreter.network.layers[index]
        guard layer.operation.unit != nil, let ours = free?.after[index - 1]?.map,
            let theirs = taps.first(where: { $0.end == index - 1 && $0.suspicion == nil })?.map,
            ours.values.count == theirs.values.count
        else { return nil }
        let shift = interpreter.model.values(layer.prefix, UnitKey.shift).map(Double.init)
        func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
        return ours.values.indices.count { flat in
            let bias = shift[flat % ours.channels]
            return sign(ours.values[flat] + bias) != sign(theirs.values[flat] + bias)
        }
    }
}

/// Arrays that no run makes.
enum Suspicion {
    /// The taps with a word on those that were probably not captured.
    static func marked(_ taps: [Tap], _ expected: [String: Estimate]?) -> [Tap] {
        var result = taps
        for index in result.indices {
            let values = result[index].map.values
            let bad = values.count { !$0.isFinite }
            if bad > 0 {
                result[index].suspicion = "\(bad) of \(values.count) values are not finite"
                continue
            }
            guard let first = values.first, values.count > 1 else { continue }
            let reference = expected?[result[index].name]?.map.values
            let isConstant = reference.map { map in map.allSatisfy { $0 == map[0] } } ?? false
            if values.allSatisfy({ $0 == first }), !isConstant {
                result[index].suspicion =
                    first == 0 ? "all zero; probably not captured" : "all \(first); probably not captured"
                continue
            }
            if let twin = result[..<index].first(where: { $0.suspicion == nil && $0.map.values == values }),
                reference == nil || expected?[twin.name]?.map.values != reference
            {
                result[index].suspicion = "equal to \(twin.name) value by value; a buffer reused?"
            }
        }
        return result
    }
}

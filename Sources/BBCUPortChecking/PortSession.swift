import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUNumberFormats
import BBCUPortTestData
import BBCUTrainingOptions
import BBCUWeightPacking

/// What a port was given.
struct PortInput: Sendable {
    /// The image.
    let image: Estimate
    /// The image times k.
    let scaled: Estimate
    /// The same in float32.
    let floatScaled: FeatureMap<Float>

    init(_ interpreter: Interpreter, image: FeatureMap<Float>) {
        let network = interpreter.network
        let exact = Estimate(exactly: image.asDouble)
        self.image = exact
        let amplifies = network.layers.first?.operation == .amplify
        scaled = amplifies ? interpreter.run(0, exact, exact) ?? exact : exact
        floatScaled = image.with(image.values.map { $0 * Float(network.amplification) })
    }
}

/// The network run from the image, a layer at a time, so that no more than two maps are held.
struct FreeRun {
    private let interpreter: Interpreter
    private let scaled: Estimate
    /// What the last layer that was run was given.
    private(set) var previous: Estimate
    /// What it made; nil after a value that is not finite.
    private(set) var current: Estimate?
    private(set) var nextLayer = 0

    init(_ interpreter: Interpreter, _ input: PortInput) {
        self.interpreter = interpreter
        scaled = input.scaled
        previous = input.image
        current = input.image
    }

    /// Runs the next layer.
    mutating func advance() {
        if let current {
            previous = current
            self.current = interpreter.run(nextLayer, current, scaled)
        }
        nextLayer += 1
    }

    /// What the layer after the last one makes, or what the last one made.
    func output(ofLayer index: Int) -> Estimate? {
        guard index == nextLayer else { return current }
        return current.flatMap { interpreter.run(index, $0, scaled) }
    }

    /// Every module's output.
    static func taps(_ interpreter: Interpreter, _ input: PortInput) -> [String: FeatureMap<Double>] {
        var run = FreeRun(interpreter, input)
        var result: [String: FeatureMap<Double>] = [:]
        for index in interpreter.network.layers.indices {
            run.advance()
            if let name = interpreter.network.tapName(ofLayer: index) { result[name] = run.current?.map }
        }
        return result
    }
}

/// A dump that is being checked.
struct PortSession: Sendable {
    var taps: [Tap]
    let input: PortInput?
    /// The steps that are wrong given their own input, in order.
    var wrong: [Step] = []
    /// Of the steps that hold by a bound that tells nothing, the one that is furthest off by what a right port is.
    private(set) var doubted: Step?
    private var doubtedExcess = 0.0

    /// Takes up a step whose error is larger than right ports' are.
    mutating func doubt(_ step: Step, _ comparison: PortComparison) {
        if comparison.excess > doubtedExcess { (doubted, doubtedExcess) = (step, comparison.excess) }
    }

    /// The step of a reduced case, which stands for all that lies before its tap.
    private var given: Step?

    /// A reduced case: one step that was found to be wrong.
    init(_ step: Step, input: PortInput?) {
        taps = [step.tap]
        self.input = input
        wrong = [step]
        given = step
    }

    init(taps: [Tap], input: PortInput?) {
        self.taps = taps
        self.input = input
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
        /// What the right network makes of these layers, where that is known already.
        var right: Estimate?
        /// The tap held against it, where that is known already.
        var comparison: PortComparison?
        /// The tilings that seams that stand out suggest, where they were looked for already.
        var tilings: [Tiling]?

        /// The same step up to another layer.
        func ending(before layer: Int) -> Step {
            var result = self
            result.layers = layers.lowerBound..<layer
            (result.right, result.comparison, result.tilings) = (nil, nil, nil)
            return result
        }
    }

    /// The layers that lead to a dumped module from the last usable one before it; nil for the first without an input.
    func step(to position: Int) -> Step? {
        if let given { return given }
        let tap = taps[position]
        if let previous = taps[..<position].last(where: { $0.suspicion == nil && $0.end < tap.layer }) {
            return Step(
                start: previous.estimate, startName: previous.name, layers: previous.end + 1..<tap.layer + 1, tap: tap)
        }
        guard let input else { return nil }
        return Step(start: input.image, startName: "input", layers: 0..<tap.layer + 1, tap: tap)
    }

    /// The same step with what the run from the image made at its end, if it starts at the image too.
    func step(to position: Int, after free: FreeRun?) -> Step? {
        var step = step(to: position)
        if step?.startName == "input", let free, free.nextLayer == step?.layers.upperBound {
            step?.right = free.current
        }
        return step
    }

    /// Signs of the dump at a unit's input that differ from those of the run from the image; nil where the layer is no
    /// unit or its input is not in the dump.
    /// - Parameter ours: the unit's input in the run from the image.
    func flips(atLayer index: Int, _ ours: FeatureMap<Double>, _ model: Model) -> Int? {
        let layer = model.network.layers[index]
        guard layer.operation.unit != nil,
            let theirs = taps.first(where: { $0.end == index - 1 && $0.suspicion == nil })?.map,
            ours.values.count == theirs.values.count
        else { return nil }
        let shift = model.values(layer.prefix, UnitKey.shift).map(Double.init)
        func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
        return ours.values.indices.count { flat in
            let bias = shift[flat % ours.channels]
            return sign(ours.values[flat] + bias) != sign(theirs.values[flat] + bias)
        }
    }
}

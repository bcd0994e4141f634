import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// What a port was given.
package struct PortInput: Sendable {
    /// The image.
    package let image: Enclosure
    /// The image times k.
    package let scaled: Enclosure
    /// The same in float32.
    package let floatScaled: FeatureMap<Float>

    package init(_ evaluator: EnclosureEvaluator, image: FeatureMap<Float>) {
        let network = evaluator.network
        let exact = Enclosure(exactly: image.asDouble)
        self.image = exact
        let amplifies = network.layers.first?.operation == .scaleByK
        scaled = amplifies ? evaluator.run(0, exact, exact) ?? exact : exact
        floatScaled = image.with(image.values.map { $0 * Float(network.amplification) })
    }
}

/// The network run from the image, a layer at a time, so that no more than two maps are held.
package struct EndToEndRun {
    private let evaluator: EnclosureEvaluator
    private let scaled: Enclosure
    /// What the last layer that was run was given.
    private(set) var previous: Enclosure
    /// What it made; nil after a value that is not finite.
    private(set) var current: Enclosure?
    private(set) var nextLayer = 0

    package init(_ evaluator: EnclosureEvaluator, _ input: PortInput) {
        self.evaluator = evaluator
        scaled = input.scaled
        previous = input.image
        current = input.image
    }

    /// Runs the next layer.
    package mutating func advance() {
        if let current {
            previous = current
            self.current = evaluator.run(nextLayer, current, scaled)
        }
        nextLayer += 1
    }

    /// What the layer after the last one makes, or what the last one made.
    package func output(ofLayer index: Int) -> Enclosure? {
        guard index == nextLayer else { return current }
        return current.flatMap { evaluator.run(index, $0, scaled) }
    }

    /// Every module's output.
    package static func taps(_ evaluator: EnclosureEvaluator, _ input: PortInput) -> [String: FeatureMap<Double>] {
        var run = EndToEndRun(evaluator, input)
        var result: [String: FeatureMap<Double>] = [:]
        for index in evaluator.network.layers.indices {
            run.advance()
            if let name = evaluator.network.tapName(ofLayer: index) { result[name] = run.current?.map }
        }
        return result
    }
}

/// A dump that is being checked.
package struct PortSession: Sendable {
    package var taps: [Tap]
    package let input: PortInput?
    /// The steps that are wrong given their own input, in order.
    package var wrong: [Step] = []
    /// Of the steps that hold by a bound that tells nothing, the one that is furthest off by what a right port is.
    private(set) var doubted: Step?
    private var doubtedExcess = 0.0

    /// Takes up a step whose error is larger than right ports' are.
    package mutating func doubt(_ step: Step, _ comparison: PortComparison) {
        if comparison.excess > doubtedExcess { (doubted, doubtedExcess) = (step, comparison.excess) }
    }

    /// The images of an output in colour.
    var colours: ColouredOutput? { taps.lazy.compactMap(\.colours).first }

    /// The step of a reduced case, which stands for all that lies before its tap.
    private var given: Step?

    /// A reduced case: one step that was found to be wrong.
    package init(_ step: Step, input: PortInput?) {
        taps = [step.tap]
        self.input = input
        wrong = [step]
        given = step
    }

    package init(taps: [Tap], input: PortInput?) {
        self.taps = taps
        self.input = input
    }

    /// The layers between one dumped module and the next.
    package struct Step: Sendable {
        /// The values that the first layer is given.
        package var start: Enclosure
        /// The module that they are the output of, or `input`.
        package var startName: String
        package var layers: Range<Int>
        /// The module at the end.
        package var tap: Tap
        /// What the right network makes of these layers, where that is known already.
        package var right: Enclosure?
        /// The tap held against it, where that is known already.
        package var comparison: PortComparison?
        /// The tilings that seams that stand out suggest, where they were looked for already.
        package var tilings: [Tiling]?

        package init(
            start: Enclosure, startName: String, layers: Range<Int>, tap: Tap, right: Enclosure? = nil,
            comparison: PortComparison? = nil, tilings: [Tiling]? = nil
        ) {
            self.start = start
            self.startName = startName
            self.layers = layers
            self.tap = tap
            self.right = right
            self.comparison = comparison
            self.tilings = tilings
        }

        /// The same step up to another layer.
        package func ending(before layer: Int) -> Step {
            var result = self
            result.layers = layers.lowerBound..<layer
            (result.right, result.comparison, result.tilings) = (nil, nil, nil)
            return result
        }
    }

    /// The layers that lead to a dumped module from the last usable one before it; nil for the first without an input.
    package func step(to position: Int) -> Step? {
        if let given { return given }
        let tap = taps[position]
        if let previous = taps[..<position].last(where: { $0.likelyCause == nil && $0.end < tap.layer }) {
            return Step(
                start: previous.enclosure, startName: previous.name, layers: previous.end + 1..<tap.layer + 1, tap: tap)
        }
        guard let input else { return nil }
        return Step(start: input.image, startName: "input", layers: 0..<tap.layer + 1, tap: tap)
    }

    /// The same step with what the run from the image made at its end, if it starts at the image too.
    package func step(to position: Int, after free: EndToEndRun?) -> Step? {
        var step = step(to: position)
        if step?.startName == "input", let free, free.nextLayer == step?.layers.upperBound {
            step?.right = free.current
        }
        return step
    }

    /// Signs of the dump at a unit's input that differ from those of the run from the image; nil where the layer is no
    /// unit or its input is not in the dump.
    /// - Parameter expected: the unit's input in the run from the image.
    package func flips(atLayer index: Int, _ expected: FeatureMap<Double>, _ model: BBCUModel) -> Int? {
        let layer = model.network.layers[index]
        guard layer.operation.unit != nil,
            let actual = taps.first(where: { $0.end == index - 1 && $0.likelyCause == nil })?.map,
            expected.values.count == actual.values.count
        else { return nil }
        let shift = model.values(layer.prefix, UnitKey.shift).map(Double.init)
        func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
        return expected.values.indices.count { flat in
            let bias = shift[flat % expected.channels]
            return sign(expected.values[flat] + bias) != sign(actual.values[flat] + bias)
        }
    }
}

import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

/// Why the reference cannot be run on what a port was given.
struct ReferenceFailure: Error { let reason: String }

/// How far a right port is from float64: what the float32 reference errs by on the same layers, or, where the port
/// computes in another arithmetic, the reference with its parameters and every layer's output rounded to that.
struct ReferenceDeviation: Sendable {
    private let reference: ReferencePath<Float>
    private let arithmetic: Arithmetic
    private var network: BBCUNetwork { reference.network }

    init(_ model: BBCUModel, arithmetic: Arithmetic, kernels: Kernels) {
        self.arithmetic = arithmetic
        let stored = arithmetic == .float32 ? model : model.rounded(arithmetic)
        reference = ReferencePath<Float>(stored, form: .exact, kernels: kernels)
    }

    /// The root of the mean squared error over the layers of a step.
    /// - Parameter recorded: the part that is in the dump; nil if that has other sizes than the exact values.
    /// - Throws: ``ReferenceFailure`` if the layers cannot be run in the port's arithmetic: a value is too large for it.
    func rootMeanSquare(
        _ layers: Range<Int>, from start: Enclosure, scaledInput: FeatureMap<Float>?, exact: FeatureMap<Double>,
        recorded: (FeatureMap<Double>) -> FeatureMap<Double>
    ) throws(ReferenceFailure) -> Double {
        var run = try Run(self, start, scaledInput)
        for index in layers { try run.advance(index) }
        let made = recorded(run.current.asDouble)
        guard made.values.count == exact.values.count else {
            throw ReferenceFailure(reason: "its values are \(made.values.count), the exact ones \(exact.values.count)")
        }
        var (squares, magnitudes) = (0.0, 0.0)
        for (value, expected) in zip(made.values, exact.values) {
            let difference = value - expected
            squares += difference * difference
            magnitudes += expected * expected
        }
        let count = Double(max(1, made.values.count))
        let error = (squares / count).squareRoot()
        guard arithmetic != .float32 else { return error }
        // By chance every value may be a number of a coarse arithmetic; a port that rounds elsewhere has other luck.
        return max(error, arithmetic.rounding((magnitudes / count).squareRoot()) / 4)
    }

    /// The reference on some layers, one at a time.
    struct Run {
        private let reference: ReferenceDeviation
        private(set) var current: FeatureMap<Float>
        private var scaled: FeatureMap<Float>

        /// - Throws: ``ReferenceFailure`` if a value is too large for float32.
        init(
            _ reference: ReferenceDeviation, _ start: Enclosure, _ scaledInput: FeatureMap<Float>?
        ) throws(ReferenceFailure) {
            self.reference = reference
            current = start.map.asFloat
            if let bad = current.values.firstIndex(where: { !$0.isFinite }) {
                throw ReferenceFailure(
                    reason: "its input has \(start.map.values[bad]) at \(current.place(of: bad).text)")
            }
            scaled = reference.rounded(scaledInput ?? current)
        }

        mutating func advance(_ index: Int) throws(ReferenceFailure) {
            let next: FeatureMap<Float>
            do throws(ExecutionError) {
                next = try reference.reference.runLayer(index, input: current, scaledInput: scaled).output
            } catch { throw ReferenceFailure(reason: error.description) }
            current = reference.rounded(next)
            if reference.network.layers[index].operation == .scaleByK { scaled = current }
        }
    }

    private func rounded(_ map: FeatureMap<Float>) -> FeatureMap<Float> {
        guard arithmetic != .float32 else { return map }
        return map.with(map.values.map { Float(arithmetic.rounded(Double($0))) })
    }
}

extension BBCUModel {
    /// The model as a port in another arithmetic keeps it: everything rounded but the latent weights, of which it has
    /// the signs and alpha.
    fileprivate func rounded(_ arithmetic: Arithmetic) -> BBCUModel {
        var result = self
        for layer in network.layers {
            for parameter in layer.parameters where parameter.role != .latentWeight {
                result.values[parameter.key] = values[parameter.key]?.map { Float(arithmetic.rounded(Double($0))) }
            }
            guard let unit = layer.operation.unit else { continue }
            let alpha = UnitParameters(unit, prefix: layer.prefix, model: self).alpha
            result.values["\(layer.prefix).\(UnitKey.alpha)"] = alpha.map { Float(arithmetic.rounded($0)) }
        }
        return result
    }
}

/// What a right port's error is made of where its bound tells nothing, each as a root mean square.
struct TypicalDeviation: Sendable {
    /// Of every doubtful sign flipped.
    var flips = 0.0
    /// Of rounding.
    var rounding = 0.0
    /// Of what storing the values loses.
    var storage = 0.0

    /// The most: every doubtful sign flips, each the wrong way, and on top of that comes the rest.
    var most: Double { 2 * flips + rounding + storage }

    /// The likely: errors that have nothing to do with each other add up by their squares.
    var likely: Double { (flips * flips + rounding * rounding + storage * storage).squareRoot() }
}

extension PortCheck {
    /// What a right port's error may be made of.
    ///
    /// - Parameters:
    ///   - enclosure: what layers make in float64.
    ///   - flippingDoubtfulSigns: what they make where every doubtful sign is flipped; nil where they cannot be run.
    ///   - referenceDeviation: what the reference errs by.
    /// - Returns: nil if the layers cannot be run: then the bound alone judges.
    func typicalDeviation(
        _ enclosure: Enclosure, flippingDoubtfulSigns: Enclosure?, _ tap: Tap, referenceDeviation: Double
    ) -> TypicalDeviation? {
        guard let run = flippingDoubtfulSigns, run.map.values.count == enclosure.map.values.count else { return nil }
        let flips = zip(run.map.values, enclosure.map.values).map { $0 - $1 }
        var rounding = run.radius.rootMeanSquare
        // The bound on n roundings is n times one; they seldom add up.
        if let ratio = evaluator.arithmetic.usualRatio { rounding = min(rounding, ratio * referenceDeviation) }
        return TypicalDeviation(flips: flips.rootMeanSquare, rounding: rounding, storage: tap.usualStorageError)
    }
}

extension Arithmetic {
    /// How many times the error of the reference, which accumulates in float32 and rounds what a layer returns, a right
    /// port may have; nil for float32, where the bounds are tight enough.
    fileprivate var usualRatio: Double? {
        switch self {
        case .floatingPoint(.float16): Thresholds.float16Ratio
        case .floatingPoint(.bfloat16), .fixedPoint: Thresholds.coarseRatio
        case .floatingPoint, .exact: nil
        }
    }
}

extension Tap {
    /// The root mean square of what storing the values loses: an image's pixels are spread evenly over a level.
    package var usualStorageError: Double {
        guard let pixels else { return storageRadius?.rootMeanSquare ?? 0 }
        let chroma = colouredInput == nil ? 0 : ColouredOutput.usualLoss
        return
            (Thresholds.spreadOfLevels * Thresholds.spreadOfLevels * pixels.rounding * pixels.rounding + chroma * chroma)
            .squareRoot()
    }
}

extension [Double] {
    fileprivate var rootMeanSquare: Double {
        (reduce(0) { $0 + $1 * $1 } / Double(Swift.max(1, count))).squareRoot()
    }
}

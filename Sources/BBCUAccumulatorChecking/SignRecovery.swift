import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// Finds the signs that a unit, right or with a fault, was given, from the sums that it made.
struct SignRecovery {
    /// The unit as it should be, or with a fault.
    let evaluator: EnclosureEvaluator
    let layer: Int
    private let prepared: PreparedUnit
    private var parameters: UnitParameters { prepared.parameters }
    private let injectedFault: InjectedFault

    /// - Returns: nil where the layer is no unit.
    init?(_ evaluator: EnclosureEvaluator, layer: Int) {
        guard let unit = evaluator.network.layers[layer].operation.unit else { return nil }
        self.evaluator = evaluator
        self.layer = layer
        prepared = evaluator.prepared(unit, evaluator.network.layers[layer].prefix, forSums: true)
        injectedFault = evaluator.injectedFaults[layer] ?? InjectedFault()
    }

    var unit: BinaryUnit { parameters.unit }

    /// The signs of the weights, of shape (outputs, inputs, kernel, kernel).
    var weights: [Float] { parameters.weightSigns }

    /// Whether every sum that this unit can make is one that the other can: it differs in the order of its inputs, in
    /// the polarity of all of them, or in nothing that touches the sums.
    func makesTheSameSums(as other: SignRecovery) -> Bool {
        func planes(_ recovery: SignRecovery, _ sign: Float) -> [[Float]] {
            let unit = recovery.parameters.unit
            let taps = unit.kernel * unit.kernel
            let weights = recovery.weights
            return (0..<unit.inputs).map { input in
                (0..<unit.outputs * taps).map { index in
                    sign * weights[(index / taps * unit.inputs + input) * taps + index % taps]
                }
            }.sorted { $0.lexicographicallyPrecedes($1) }
        }
        var (fault, otherFault) = (injectedFault, other.injectedFault)
        // What concerns the signs, or comes after the sums.
        for path in [\InjectedFault.shiftsAfterSign, \InjectedFault.appliesSlopeToPositives] {
            (fault[keyPath: path], otherFault[keyPath: path]) = (false, false)
        }
        (fault.shortcut, otherFault.shortcut) = (nil, nil)
        guard fault == otherFault, parameters.unit.padding == other.parameters.unit.padding else { return false }
        let right = planes(other, 1)
        return planes(self, 1) == right || planes(self, -1) == right
    }

    /// The sums that the unit makes of signs.
    func sums(_ signs: FeatureMap<Float>) -> FeatureMap<Float> {
        evaluator.sums(prepared, signs: signs, injectedFault)
    }

    /// What the sums would be without the fault, where that can be told from the sums.
    func plain(_ sums: FeatureMap<Double>) -> FeatureMap<Double>? {
        var padded = injectedFault
        padded.sums = nil
        let zeros = FeatureMap<Float>(zeros: parameters.unit.inputs, height: sums.height, width: sums.width)
        let ofPadding = evaluator.sums(prepared, signs: zeros, padded)
        let counts = SumCounts(parameters.unit, weights: parameters.weightSigns)
            .map(height: sums.height, width: sums.width)
        guard let undone = injectedFault.sums.map({ $0.undone(sums, counts: counts, unit: parameters.unit) }) ?? sums
        else { return nil }
        return undone.with(undone.values.indices.map { undone.values[$0] - Double(ofPadding.values[$0]) })
    }

    /// The linear system of the unit.
    /// - Parameter outputs: the outputs to use at each pixel; the first ones where it is nil.
    func system(height: Int, width: Int, outputs: [[Int]]? = nil) -> SignSystem? {
        let unit = parameters.unit
        guard SignSystem.isSolvable(unit, height: height, width: width) else { return nil }
        let sets =
            outputs.map { [$0] }
            ?? stride(from: 0, to: unit.outputs - unit.inputs + 1, by: unit.inputs).map {
                first in [[Int]](repeating: Array(first..<first + unit.inputs), count: height * width)
            }
        for set in sets {
            let system = SignSystem(
                unit, weights: parameters.weightSigns, repeatsEdge: injectedFault.padsWithEdge, height: height,
                width: width, outputs: set, threads: evaluator.kernels.threads)
            if let system { return system }
        }
        return nil
    }

    /// What sums say about the doubtful signs of a known input; nil where they do not determine them.
    func finding(of comparison: SumComparison, makes sums: FeatureMap<Double>) -> AccumulatorFinding.Signs? {
        DoubtfulSigns(unit, weights: weights, comparison.made)?
            .solution(sums, threads: evaluator.kernels.threads).map { finding($0, makes: sums) }
    }

    /// What a solution says about the signs.
    func finding(_ solution: FeatureMap<Double>, makes sums: FeatureMap<Double>) -> AccumulatorFinding.Signs {
        var result = AccumulatorFinding.Signs(
            count: solution.values.count, foreign: 0, zeros: 0, worst: 0, place: solution.place(of: 0),
            reproduce: false)
        var farthest = -1.0
        for (index, value) in solution.values.enumerated() {
            let nearest = min(max(value.rounded(), -1), 1)
            let distance = abs(value - nearest)
            if distance > Thresholds.nearSign { result.foreign += 1 } else if nearest == 0 { result.zeros += 1 }
            guard distance > farthest else { continue }
            farthest = distance
            (result.worst, result.place) = (value, solution.place(of: index))
        }
        result.reproduce = result.foreign == 0 && reproduces(Self.signs(solution), sums)
        return result
    }

    /// Whether signs make exactly the dumped sums.
    func reproduces(_ signs: FeatureMap<Float>, _ sums: FeatureMap<Double>) -> Bool {
        let made = self.sums(signs)
        return made.values.indices.allSatisfy { Double(made.values[$0]) == sums.values[$0] }
    }

    /// The nearest of -1, 0 and +1.
    static func signs(_ solution: FeatureMap<Double>) -> FeatureMap<Float> {
        FeatureMap(
            height: solution.height, width: solution.width, channels: solution.channels,
            filled: solution.values.map { Float(min(max($0.rounded(), -1), 1)) })
    }
}

import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPortChecking

/// The faults that can have made wrong integer sums: the doctor's own hypotheses, and what happens to sums when they
/// are written.
package struct SumFaults {
    /// A fault, and how its dump is read.
    package struct Candidate {
        package var hypothesis: Hypothesis
        /// What the port would have dumped had it written its sums as they are; nil where it did.
        package var rereading: Rereading?
        /// Whether that puts sums in other places and changes none.
        package var isInOtherPlaces = false
        /// The id of a second fault, where there are two at once.
        package var with: String?
    }

    package typealias Rereading = @Sendable (FeatureMap<Double>) -> FeatureMap<Double>

    package let candidates: [Candidate]
    /// The only faults that were asked for; nil for all.
    package let ids: Set<String>?

    /// - Parameter ids: the only faults that are asked for; nil for all.
    package init(_ evaluator: EnclosureEvaluator, layer: Int, ids: Set<String>? = nil) {
        var builder = HypothesisBuilder(evaluator, layers: layer..<layer + 1, ids: ids)
        builder.addUnitHypotheses()
        builder.addWeightHypotheses()
        self.ids = ids
        candidates =
            builder.hypotheses.map { Candidate(hypothesis: $0) }
            + Self.writing(evaluator, layer).filter { ids?.contains($0.hypothesis.id) ?? true }
    }

    /// Another unit's array that holds this unit's sums.
    /// - Parameter taps: all arrays, by layer.
    package static func names(
        _ tap: AccumulatorTap, _ taps: [Int: AccumulatorTap], _ evaluator: EnclosureEvaluator, isKnown: Bool
    ) -> [Candidate] {
        taps.values.filter { other in
            other.layer != tap.layer && (other.sums.height, other.sums.width) == (tap.sums.height, tap.sums.width)
                && other.sums.channels == tap.sums.channels
        }.sorted { $0.layer < $1.layer }.map { other in
            let holds = "the array named \(other.name) holds the sums of \(tap.prefix)"
            // Sums alone do not show which of the two was given what.
            let change = isKnown ? holds : "\(holds), or the two units have each other's parameters"
            return Candidate(
                hypothesis: Hypothesis(id: "units-swapped", change: change, evaluator: evaluator),
                rereading: { _ in other.sums })
        }
    }

    /// What can go wrong when sums are written.
    private static func writing(_ evaluator: EnclosureEvaluator, _ layer: Int) -> [Candidate] {
        func candidate(
            _ id: String, _ change: String,
            _ rereading: @escaping Rereading
        ) -> Candidate {
            Candidate(
                hypothesis: Hypothesis(id: id, change: change, evaluator: evaluator), rereading: rereading)
        }
        var result = [
            candidate("accumulator-byte-order", "the bytes of each 16-bit sum are in the other order") { sums in
                sums.with(sums.values.map { Double(Int16(truncatingIfNeeded: Self.whole($0)).byteSwapped) })
            },
            candidate("accumulator-byte-order", "the bytes of each 32-bit sum are in the other order") { sums in
                sums.with(sums.values.map { Double(Int32(truncatingIfNeeded: Self.whole($0)).byteSwapped) })
            },
        ]
        guard let unit = evaluator.network.layers[layer].operation.unit else { return result }
        let parameters = UnitParameters(
            unit, prefix: evaluator.network.layers[layer].prefix, model: evaluator.model)
        for (hasBias, text) in [(false, "alpha"), (true, "alpha and binary_conv.bias")] {
            guard !hasBias || unit.bias else { continue }
            result.append(
                candidate("accumulator-scaled", "dump the integer sums before \(text)") { sums in
                    sums.with(
                        sums.values.indices.map { index in
                            let channel = index % sums.channels
                            let value = sums.values[index] - (hasBias ? Double(parameters.bias[channel]) : 0)
                            return Self.nearWhole(value / parameters.alpha[channel])
                        })
                })
        }
        return result
    }

    private static func whole(_ value: Double) -> Int { Int(exactly: value.rounded()) ?? 0 }

    /// A quotient that rounding has moved off a whole number.
    private static func nearWhole(_ value: Double) -> Double {
        abs(value - value.rounded()) < 0.01 ? value.rounded() : value
    }
}

import BBCUErrorBounds
import BBCUExecution
import BBCUPortChecking

/// Finds the first wrong tap on an input on which signs are in doubt.
///
/// A bound that covers both values of every doubtful sign hides faults behind the first of them. So a tap is taken as right
/// for now where its error is no larger than correct ports have, and a suspect where it is larger; where the two meet, the
/// suspect is judged on the port's own values of the tap before it. What a flipped sign explains is right there, and the search
/// goes on from it; what it does not is the fault.
public struct SteppedBisection: Sendable {
    private let check: PortCheck
    private let input: PortInput
    private let size: (height: Int, width: Int)
    private let names: [String]

    /// Prepares a search.
    /// - Parameters:
    ///   - check: the check of the network.
    ///   - input: what the port is given.
    ///   - taps: what the port can be asked for; those within units are left out.
    /// - Throws: `ExecutionError` if the input does not fit.
    public init(_ check: PortCheck, input: FeatureMap<Float>, taps: VectorTaps) throws {
        try check.network.checkInput(input)
        self.check = check
        self.input = PortInput(check.evaluator, image: input)
        size = (input.height, input.width)
        names = taps.names.filter { !VectorTaps.isInside($0) }
    }

    /// Whether the port can be asked for a module.
    public var hasTaps: Bool { !names.isEmpty }

    /// What the layers up to a tap are run from: the image, or what the port wrote at a tap before it.
    private struct Base {
        var name: String
        var start: Enclosure
        var nextLayer: Int
        /// The tap's place; -1 for the image.
        var place: Int
    }

    /// A tap judged from a base.
    private struct Judgement {
        var answer: Bisection.Answer
        /// The last layer whose work is in the values.
        var end: Int
        var verdict: Bisection.TapVerdict { answer.verdict }
    }

    /// What the port wrote, by the taps' places.
    private typealias Written = [Int: Bisection.Dumped]

    /// Looks for the first wrong tap.
    /// - Parameter ask: the port's values at a tap, of the tap's sizes.
    /// - Throws: what `ask` throws.
    public func run(ask: (_ tap: PortTap) throws -> FeatureMap<Float>) throws -> Bisection {
        var result = Bisection()
        result.isStepped = true
        var written: Written = [:]
        func value(_ place: Int) throws -> Bisection.Dumped {
            if let known = written[place] { return known }
            let tap = PortTap(names[place], check.network, height: size.height, width: size.width)
            let dumped = Bisection.Dumped(tap: tap, values: try ask(tap))
            written[place] = dumped
            return dumped
        }
        var base = Base(name: "input", start: input.image, nextLayer: 0, place: -1)
        let last = names.count - 1
        while base.place < last {
            var (low, high) = (base.place, last)
            var judged = judge(try value(last), base)
            result.take(judged.answer)
            if judged.verdict == .good {
                result.good = written[last]
                return result
            }
            while high - low > 1 {
                let middle = (low + high) / 2
                let next = judge(try value(middle), base)
                result.take(next.answer)
                if next.verdict == .good { low = middle } else { (high, judged) = (middle, next) }
            }
            let suspect = try value(high)
            let near = low == base.place ? judged : judge(suspect, try self.base(at: low, value(low), base))
            result.take(near.answer)
            result.good = low < 0 ? nil : written[low]
            guard near.verdict == .good else {
                if near.verdict == .wrong { result.wrong = suspect } else { result.undecided = [names[high]] }
                break
            }
            if judged.verdict == .wrong {
                // Certainly wrong from the base on, and right from the tap before: the fault lies between.
                result.good = base.place < 0 ? nil : written[base.place]
                result.wrong = suspect
                result.undecided = Array(names[(base.place + 1)..<high])
                break
            }
            result.notes.append(.flipped(tap: names[high]))
            base = try self.base(at: high, suspect, base)
            result.good = suspect
        }
        result.suspects = check.network.suspects(result)
        return result
    }

    /// The port's own values at a tap as what follows is run from.
    private func base(at place: Int, _ dumped: Bisection.Dumped, _ before: Base) throws -> Base {
        let end = judge(dumped, before).end
        return Base(
            name: dumped.tap.name, start: Enclosure(exactly: dumped.values.asDouble), nextLayer: end + 1, place: place)
    }

    private func judge(_ dumped: Bisection.Dumped, _ base: Base) -> Judgement {
        let (tap, map) = (dumped.tap, dumped.values.asDouble)
        func judgement(
            _ verdict: Bisection.TapVerdict, _ comparison: PortComparison?, _ end: Int
        ) -> Judgement {
            Judgement(answer: .init(tap: tap.name, verdict: verdict, comparison: comparison), end: end)
        }
        guard map.values.allSatisfy(\.isFinite) else { return judgement(.wrong, nil, tap.layer) }
        let recorded = Tap(
            name: tap.name, layer: tap.layer, arrayName: tap.name, layout: .nchw, map: map, end: tap.layer)
        let step = PortSession.Step(
            start: base.start, startName: base.name, layers: base.nextLayer..<tap.layer + 1, tap: recorded)
        let (end, comparison) = check.bestEnd(step, PortSession(taps: [recorded], input: input))
        guard let comparison, comparison.holds else {
            return judgement(.wrong, comparison, end)
        }
        // Right, or as far from float64 as correct ports are.
        let isGood = comparison.isSure || comparison.referenceDeviation != nil && !comparison.leavesDoubt
        return judgement(isGood ? .good : .undecided, comparison, end)
    }
}

extension Bisection {
    /// Takes up what is known of a tap now.
    fileprivate mutating func take(_ answer: Answer) {
        if let place = answers.firstIndex(where: { $0.tap == answer.tap }) {
            answers[place] = answer
        } else {
            answers.append(answer)
        }
    }
}

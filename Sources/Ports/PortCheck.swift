import Execution
import Networks

/// Checks what a port dumped against the network: each module on the dump's own input to it, and against the run from
/// the image.
public struct PortCheck: Sendable {
    /// The network as it should be.
    let interpreter: Interpreter
    /// Models that a port may have taken for it: the other root of the file.
    let alternatives: @Sendable () -> [(root: String, model: Model)]
    let reference: ReferencePath<Float>

    /// Prepares a check.
    /// - Parameters:
    ///   - model: the network with its weights.
    ///   - alternatives: the models under the file's other roots, by root; asked for where something is wrong.
    ///   - arithmetic: how the port rounds.
    public init(
        _ model: Model, alternatives: @autoclosure @escaping @Sendable () -> [(root: String, model: Model)] = [],
        arithmetic: Arithmetic = .float32, kernels: Kernels
    ) {
        interpreter = Interpreter(model: model, arithmetic: arithmetic, kernels: kernels)
        self.alternatives = alternatives
        reference = ReferencePath<Float>(model, form: .exact, kernels: kernels)
    }

    var network: Network { interpreter.network }

    /// Checks a dump.
    ///
    /// - Parameters:
    ///   - input: what the port was given; without it the comparison starts after the first dumped module.
    ///   - names: modules by the dump's names.
    /// - Throws: ``PortError`` where no array of the dump is a module's; `ExecutionError` where the input does not fit.
    public func run(
        _ dump: PortDump, input: FeatureMap<Float>?, names: [String: String] = [:]
    ) throws -> PortReport {
        if let input { try network.checkInput(input) }
        let free = input.map { FreeRun(interpreter, input: $0) }
        let matching = DumpMatching(
            dump, network, names: names, expected: free?.taps.mapValues(\.map) ?? [:])
        guard !matching.taps.isEmpty else {
            let found = dump.arrays.prefix(4).map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
            throw PortError("no array of the dump is a module's output; found \(found)")
        }
        var report = PortReport()
        report.arithmetic = interpreter.arithmetic
        report.notes = matching.notes
        report.unused = matching.unused
        if input == nil {
            report.notes.append(
                "without --input the comparison starts after the first dumped module; "
                    + "what reads the network's input cannot be compared")
        }
        var session = PortSession(taps: Suspicion.marked(matching.taps, free?.taps), free: free)
        compare(&session, &report)
        if let wrong = session.firstWrong {
            report.firstWrong = wrong.tap.name
            report.diagnoses = Doctor(self, session).diagnose(wrong)
        } else if let suspicious = report.modules.first(where: { $0.verdict == .notCaptured }) {
            report.firstWrong = suspicious.name
        }
        return report
    }

    private func compare(_ session: inout PortSession, _ report: inout PortReport) {
        for index in network.layers.indices {
            guard let name = network.tapName(ofLayer: index) else { continue }
            guard let position = session.taps.firstIndex(where: { $0.name == name }) else {
                report.modules.append(.init(name: name, verdict: .absent))
                continue
            }
            if let suspicion = session.taps[position].suspicion {
                report.modules.append(.init(name: name, verdict: .notCaptured, suspicion: suspicion))
                continue
            }
            var module = PortReport.Module(name: name, verdict: .notCompared)
            if let step = session.step(to: position) {
                let (end, comparison) = bestEnd(step, session)
                if end != index, comparison?.holds == true {
                    report.notes.append("\(name) was recorded after \(network.aliasText(index)); compared as that")
                }
                session.taps[position].end = end
                module.start = step.startName
                module.local = comparison
                module.verdict = comparison.map { $0.holds ? .holds : .fails } ?? .notCompared
                if module.verdict == .fails, session.firstWrong == nil {
                    session.firstWrong = step
                }
            }
            if let free = session.free {
                let tap = session.taps[position]
                module.cumulative = free.after[tap.end].flatMap {
                    PortComparison(tap.map, $0, storageRadius: tap.storageRadius)
                }
                module.flips = session.flips(atLayer: index, interpreter)
            }
            report.modules.append(module)
        }
    }

    /// The comparison of a module as its last layer left it, or as the one after it did, which works in place in the
    /// published code; whichever is closer.
    private func bestEnd(_ step: PortSession.Step, _ session: PortSession) -> (Int, PortComparison?) {
        let plain = comparison(step, session)
        guard plain?.holds != true, network.isInPlace(after: step.tap.layer) else { return (step.tap.layer, plain) }
        var later = step
        later.layers = step.layers.lowerBound..<step.tap.layer + 2
        let aliased = comparison(later, session)
        let isCloser = (aliased?.rootMeanSquare ?? .infinity) < (plain?.rootMeanSquare ?? .infinity)
        return isCloser ? (step.tap.layer + 1, aliased) : (step.tap.layer, plain)
    }

    private func comparison(_ step: PortSession.Step, _ session: PortSession) -> PortComparison? {
        let scaledInput = session.free?.scaledInput
        guard let estimate = interpreter.run(step.layers, from: step.start, scaledInput: scaledInput) else {
            return nil
        }
        guard var result = PortComparison(step.tap.map, estimate, storageRadius: step.tap.storageRadius) else {
            return nil
        }
        let ours = referenceError(step, session, estimate)
        if ours > 0 { result.errorRatio = result.rootMeanSquare / ours }
        return result
    }

    /// The root mean squared error of the float32 reference on the same layers.
    private func referenceError(_ step: PortSession.Step, _ session: PortSession, _ exact: Estimate) -> Double {
        guard
            var current = FeatureMap<Float>(
                channels: step.start.map.channels, height: step.start.map.height, width: step.start.map.width,
                values: step.start.map.values.map { Float($0) })
        else { return 0 }
        var scaled = session.free?.floatScaledInput ?? current
        for index in step.layers {
            guard let next = try? reference.runLayer(index, input: current, scaledInput: scaled).output else {
                return 0
            }
            current = next
            if network.layers[index].operation == .amplify { scaled = current }
        }
        guard current.values.count == exact.map.values.count else { return 0 }
        var squares = 0.0
        for (value, expected) in zip(current.values, exact.map.values) {
            let difference = Double(value) - expected
            squares += difference * difference
        }
        return (squares / Double(current.values.count)).squareRoot()
    }
}

extension Network {
    /// Whether the published code changes a module's output in place right after it: an activation, or the skip.
    func isInPlace(after layer: Int) -> Bool {
        guard layer + 1 < layers.count else { return false }
        switch layers[layer + 1].operation {
        case .activation, .addScaledInput: return true
        default: return false
        }
    }

    fileprivate func aliasText(_ layer: Int) -> String {
        guard case .addScaledInput = layers[layer + 1].operation else { return "its activation, which works in place" }
        return "the skip was added to it in place"
    }
}

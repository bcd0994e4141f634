import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

/// Which faults `check-port` would see with the taps that a porter has: each is put into a port, the port is run, and
/// what it would dump is checked.
public struct SelfTest: Sendable {
    /// One fault, and what the check said of a port that has it.
    public struct Outcome: Encodable, Sendable, Hashable {
        /// The fault.
        public var fault: PortFault
        /// The first tap at which the check fails; nil where it holds, and for a fault that was not run.
        public var module: String?
        /// For one that is not seen: the first tap that the porter does not have and at which the check would fail; nil
        /// where none would.
        public var elsewhere: String?

        /// Whether the check holds although the port is wrong.
        public var isUnseen: Bool { module == nil && fault.status == .survived }

        /// What became of it, in a word.
        package var text: String {
            guard fault.reason == nil else { return fault.status.rawValue }
            return module == nil ? "unseen" : "seen"
        }

        public func encode(to encoder: any Encoder) throws {
            try encoder.encode([
                "fault": fault.name, "id": fault.id, "change": fault.change?.text ?? "", "status": text,
                "module": module, "elsewhere": elsewhere, "reason": fault.reason,
            ])
        }
    }

    /// The taps that are dumped: modules, and the signs and sums of units.
    public internal(set) var taps: [String]
    /// What the ports were given: channels, rows, columns.
    public internal(set) var shape: [Int]
    /// Every fault.
    public package(set) var outcomes: [Outcome] = []
    /// Whether the check holds for a port without a fault.
    public internal(set) var rightPortHolds = false

    /// Whether no fault escapes.
    public var holds: Bool { rightPortHolds && !outcomes.contains(where: \.isUnseen) }

    /// The report as JSON; `Schemas/self-test.schema.json` describes it.
    public func json(_ subject: PortSubject, precision: Arithmetic) -> JSONValue {
        let result = JSONMembers([
            "input": subject.input ?? "", "shape": shape, "precision": precision.text, "taps": taps,
            "right_port_holds": rightPortHolds, "faults": outcomes, "unused_keys": subject.unusedKeys,
        ])
        return JSONMembers(["verdict": holds ? "holds" : "fails"], with: subject, result).json
    }

    /// Checks every faulty port.
    ///
    /// - Parameters:
    ///   - taps: names of modules, which `check-port` judges; of units' signs and sums, where what no right port has is
    ///     a fault (``VectorTaps``).
    ///   - input: what the ports are given.
    ///   - progress: called with the number of faults run so far, and that of all.
    /// - Throws: `ExecutionError` where the input does not fit.
    public init(
        _ check: PortCheck, input: FeatureMap<Float>, taps: [String],
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        self.taps = taps
        shape = [input.channels, input.height, input.width]
        let kernels = check.evaluator.kernels
        let right = EnclosureEvaluator(check.evaluator.model, port: .integer, kernels: kernels)
        let catalogue = FaultCatalogue(right, alternatives: check.alternatives(), threads: kernels.threads)
        let vector = PortVector(name: "input", text: "", map: input)
        let trial = Trial(check: check.withPreparedUnits(), right: right, vector: vector, taps: taps)
        rightPortHolds = try trial.firstWrong(nil) == nil
        let ports = catalogue.ports
        outcomes = try trial.firstWrong(ports, threads: kernels.threads) { progress($0, ports.count) }
            .enumerated().map { Outcome(fault: ports[$0.offset].fault, module: $0.element) }
        let unseen = outcomes.indices.filter { outcomes[$0].isUnseen }
        let all = Trial(
            check: trial.check, right: right, vector: vector, taps: VectorTaps(check.network).names)
        let elsewhere = try all.firstWrong(unseen.map { ports[$0] }, threads: kernels.threads) {
            progress(ports.count + $0, ports.count + unseen.count)
        }
        for (index, tap) in zip(unseen, elsewhere) { outcomes[index].elsewhere = tap }
        outcomes += catalogue.absent.map { Outcome(fault: $0, module: nil) }
    }
}

/// A port that is run and checked.
private struct Trial: Sendable {
    let check: PortCheck
    let right: EnclosureEvaluator
    let vector: PortVector
    let taps: [String]

    /// For every port the first tap that the check finds wrong.
    func firstWrong(
        _ ports: [FaultyPort], threads: Int, progress: (_ done: Int) -> Void
    ) throws -> [String?] {
        var result: [String?] = []
        let batch = max(1, threads) * 4
        for start in stride(from: 0, to: ports.count, by: batch) {
            progress(start)
            result += try concurrentMap(min(batch, ports.count - start), threads: threads) { offset in
                try firstWrong(ports[start + offset])
            }
        }
        return result
    }

    /// The first tap that the check finds wrong.
    /// - Parameter port: nil for the right port.
    func firstWrong(_ port: FaultyPort?) throws -> String? {
        var (arrays, wrong) = run(port)
        if !arrays.isEmpty {
            let report = try check.run(PortDump(arrays), input: vector.map, diagnoses: false)
            if let module = report.firstWrong { wrong.insert(module) }
        }
        return taps.first(where: wrong.contains)
    }

    /// The modules' outputs as the port would write them, float32, and the signs and sums that no right port has. A port
    /// that stops at a value that is not finite writes it.
    private func run(_ port: FaultyPort?) -> (arrays: [PortDump.Array], wrong: Set<String>) {
        let names = Set(taps)
        var wrong: Set<String> = []
        var rightRun = VectorRun(vector)
        var run = port.map { VectorRun(vector, $0) }
        var arrays: [PortDump.Array] = []
        for index in right.network.layers.indices {
            rightRun.advance(index, right, names: names)
            if let port { run?.advance(index, port, beside: rightRun, names: names) }
            for (name, expected) in rightRun.taps {
                guard !VectorTaps.isInside(name) else {
                    let differs = run?.taps[name].map { $0.differs(from: expected) } ?? false
                    if differs || run?.hasEnded == true { wrong.insert(name) }
                    continue
                }
                var map = (run?.taps[name] ?? expected).map
                if run?.hasEnded == true { map = map.with(map.values.map { _ in .nan }) }
                arrays.append(
                    PortDump.Array(
                        name: name, shape: [1, map.channels, map.height, map.width],
                        values: map.channelMajorValues.map { Double(Float($0)) }, storage: .float32))
            }
        }
        return (arrays, wrong)
    }
}

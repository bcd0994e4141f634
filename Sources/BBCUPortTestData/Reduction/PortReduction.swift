import BBCUErrorBounds
import BBCUExecution
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

/// Shrinks a dump that fails to the smallest crop of the first wrong step that still fails in the same way.
public struct PortReduction: Sendable {
    private let check: PortCheck

    /// Prepares a reduction by a check.
    public init(_ check: PortCheck) { self.check = check }

    /// What came of it.
    public struct Outcome: Sendable {
        /// The check of the whole dump.
        public var report: PortReport
        /// The smallest case; nil where the dump holds.
        public var reduced: ReducedCase?
    }

    /// What is being done.
    public enum Activity: Sendable {
        /// A known fault is tried, after so many of so many.
        case fault(Int, of: Int)
        /// A crop of the module's output, of so many pixels of its input, is tried.
        case crop(rows: Int, columns: Int)
    }

    /// Checks a dump, and shrinks what is wrong first.
    ///
    /// - Parameters:
    ///   - input: what the port was given.
    ///   - names: modules by the dump's names.
    ///   - progress: told of everything that is tried.
    /// - Throws: ``PortError`` where nothing of the dump can be judged, or what is wrong has no values to run it on;
    ///   `ExecutionError` where the input does not fit.
    public func run(
        _ dump: consuming PortDump, input: FeatureMap<Float>?, names: [String: String] = [:],
        progress: @escaping (Activity) -> Void = { _ in }
    ) throws -> Outcome {
        // A case is cut from what the network returns: of an image in colour from its luma.
        for index in dump.arrays.indices { dump.arrays[index].colours = nil }
        let (report, session) = try check.diagnose(
            dump, input: input, names: names, progress: { progress(.fault($0, of: $1)) })
        guard let step = session.wrong.first else {
            guard let wrong = report.firstWrong else {
                guard report.holds else {
                    throw PortError(
                        .nothingJudged, found: "nothing of the dump could be compared", advice: .giveItsInput)
                }
                return Outcome(report: report)
            }
            let likelyCause = report.modules.first { $0.name == wrong }?.likelyCause?.description ?? "not captured"
            throw PortError(
                .nothingJudged, found: "\(wrong) has no values that a part could be cut from: \(likelyCause)")
        }
        let faults = Set(report.diagnoses.map(\.id))
        guard faults.isDisjoint(with: FaultTable.ofWholeImages) else {
            return Outcome(report: report, reduced: whole(step, session))
        }
        // A fault of the activation itself shows only where that is run again.
        let begun = step.begun(by: check.evaluator)
        let reduced =
            (begun.layers == step.layers ? nil : shrink(begun, session, faults, progress))
            ?? shrink(step, session, faults, progress) ?? whole(step, session)
        return Outcome(report: report, reduced: reduced)
    }

    /// The smallest crop around the worst value that fails, and by the same known faults; nil where the step does not.
    private func shrink(
        _ step: PortSession.Step, _ session: PortSession, _ faults: Set<FaultID>, _ progress: (Activity) -> Void
    ) -> ReducedCase? {
        let cutter = cutter(step, session)
        func fails(_ core: PixelRectangle) -> Bool {
            progress(.crop(rows: core.rows.count, columns: core.columns.count))
            return isSame(cutter.cut(core), faults)
        }
        let grid = cutter.grid
        let worst = check.bestEnd(step, session).1?.place ?? FeatureIndex(channel: 0, row: 0, column: 0)
        let (row, column) = (worst.row / grid.outputs, worst.column / grid.outputs)
        var core = PixelRectangle(rows: row..<row + 1, columns: column..<column + 1)
        while !fails(core) {
            guard core != grid.whole else { return nil }
            core = core.grown(
                by: max(core.rows.count, core.columns.count), height: grid.height, width: grid.width)
        }
        while let smaller = core.trimmed.first(where: fails) { core = smaller }
        return cutter.cut(core)
    }

    /// All of a step, where no part of it fails as it does.
    private func whole(_ step: PortSession.Step, _ session: PortSession) -> ReducedCase {
        let cutter = cutter(step, session)
        return cutter.cut(cutter.grid.whole)
    }

    private func cutter(_ step: PortSession.Step, _ session: PortSession) -> CaseCutter {
        CaseCutter(check.network, step, image: session.input?.image.map, end: session.end(of: step))
    }

    private func isSame(_ reduced: ReducedCase, _ faults: Set<FaultID>) -> Bool {
        let session = reduced.session(check)
        guard check.bestEnd(session.wrong[0], session).1?.holds == false else { return false }
        return Set(check.knownFaults(session, previous: nil).map(\.id)) == faults
    }
}

extension PortSession {
    /// The last layer whose work is in a wrong module's values.
    fileprivate func end(of step: Step) -> Int { taps.first { $0.name == step.tap.name }?.end ?? step.tap.layer }
}

extension PixelRectangle {
    /// What is left when a side is cut off: half of it first, then a pixel.
    fileprivate var trimmed: [PixelRectangle] {
        func cuts(_ side: Range<Int>) -> [Range<Int>] {
            [max(1, side.count / 2), 1].filter { $0 < side.count }.flatMap { [side.dropFirst($0), side.dropLast($0)] }
        }
        return cuts(rows).map { PixelRectangle(rows: $0, columns: columns) }
            + cuts(columns).map { PixelRectangle(rows: rows, columns: $0) }
    }
}

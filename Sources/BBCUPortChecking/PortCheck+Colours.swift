import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

extension PortCheck {
    /// Judges the colours of an image whose luma alone is the network's: others than the input's are a fault too.
    func judgeColours(
        _ report: inout PortReport, _ session: PortSession, previous: FeatureMap<Float>?, progress: @escaping Progress
    ) {
        guard let position = session.taps.firstIndex(where: { $0.colours != nil }),
            let difference = session.taps[position].colours?.difference, difference.pixels > 0
        else { return }
        guard report.firstWrong == nil,
            let index = report.modules.firstIndex(where: { $0.name == session.taps[position].name }),
            report.modules[index].verdict == .holds, let step = session.step(to: position)
        else {
            let isExplained = report.diagnoses.contains { $0.module == session.taps[position].name }
            if !isExplained { report.notes.append(.otherChroma(difference)) }
            return
        }
        report.firstWrong = report.modules[index].name
        report.modules[index].verdict = .fails
        report.modules[index].isDoubted = false
        report.modules[index].likelyCause = .otherChroma(difference)
        var wrong = session
        wrong.wrong = [step]
        report.diagnoses = knownFaults(wrong, previous: previous, onlyImages: true, progress: progress)
    }
}

extension PortCheck {
    /// The faults of a session's first wrong step: in colour where its output is, and what is done to luma alone.
    func diagnoses(
        _ session: PortSession, previous: FeatureMap<Float>?, progress: @escaping Progress
    ) -> [PortReport.Diagnosis] {
        let found = knownFaults(session, previous: previous, progress: progress)
        guard found.isEmpty, session.wrong.first?.tap.colours != nil else { return found }
        return knownFaults(session.withoutColours, previous: previous, onlyImages: true, progress: progress)
    }
}

extension PortSession {
    /// The same with the luma of an output alone.
    fileprivate var withoutColours: PortSession {
        var result = self
        for index in taps.indices { result.taps[index].colours = nil }
        for index in wrong.indices { result.wrong[index].tap.colours = nil }
        return result
    }

    /// The same with the output in colour, where it was read from an image in colour, and the network makes luma of it.
    package var inColour: PortSession {
        var result = self
        for index in taps.indices { result.taps[index] = taps[index].inColour ?? taps[index] }
        for index in wrong.indices {
            guard let tap = wrong[index].tap.inColour else { continue }
            result.wrong[index].tap = tap
            result.wrong[index].comparison = nil
        }
        return result
    }
}

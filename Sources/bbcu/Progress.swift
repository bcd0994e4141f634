import BBCUKit

/// A line of progress on standard error, drawn only where somebody watches it.
struct Progress {
    let label: String
    private let isShown = Standard.errorIsTerminal
    private let start = ContinuousClock.now

    init(label: String) { self.label = label }

    /// Shows how much is done and, once that can be told, how long the rest will take; over what was shown before.
    func show(_ progress: VerificationProgress) {
        guard isShown else { return }
        let share = Int(progress.share * 100)
        Standard.errorPart(
            "\r\u{1B}[K\(label): layer \(progress.layer) of \(progress.layers), \(share) %\(timeLeft(progress.share))")
    }

    private func timeLeft(_ share: Double) -> String {
        let elapsed = start.duration(to: .now) / .seconds(1)
        guard elapsed > 1, share > 0.02, share < 1 else { return "" }
        return ", \(Int((elapsed * (1 - share) / share).rounded(.up))) s left"
    }

    /// Takes the line away.
    func clear() {
        guard isShown else { return }
        Standard.errorPart("\r\u{1B}[K")
    }
}

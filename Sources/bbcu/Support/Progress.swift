import BBCUKit
import BBCUReporting
import TensorBytes

/// A line of progress on standard error, drawn only where somebody watches it.
struct Progress {
    let label: String
    /// What is counted.
    let unit: String
    private let isShown = Standard.errorIsTerminal
    private let start = ContinuousClock.now

    init(label: String, unit: String = "layer") {
        self.label = label
        self.unit = unit
    }

    /// Shows how much is done, over what was shown before.
    func show(_ done: Int, _ total: Int) { draw("\(unit) \(done) of \(total)") }

    /// The same and, once that can be told, how long the rest will take.
    func show(_ progress: VerificationProgress) {
        let share = "\(Int(progress.share * 100)) %\(timeLeft(progress.share))"
        draw("layer \(progress.layer) of \(progress.layers), \(share)")
    }

    /// The same with the rate and, once that can be told, the time left.
    /// - Parameter skipped: how many of those done took no time.
    func showRate(_ done: Int, _ total: Int, skipped: Int = 0) {
        let elapsed = start.duration(to: .now) / .seconds(1)
        let worked = done - skipped
        guard elapsed > 1, worked > 0 else { return show(done, total) }
        let rate = Double(worked) / elapsed
        let left = Int((Double(total - done) / rate).rounded(.up))
        draw("\(unit) \(done) of \(total), \(NumberText.significant(rate, 2)) a second, \(left) s left")
    }

    /// Shows a text over what was shown before.
    func draw(_ text: String) {
        if isShown { Standard.errorPart("\r\u{1B}[K\(label): \(text)") }
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

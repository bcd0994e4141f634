/// A line of progress on standard error, drawn only where somebody watches it.
struct Progress {
    let label: String
    /// What is counted.
    let unit: String
    private let isShown = Standard.errorIsTerminal

    init(label: String, unit: String = "layer") { (self.label, self.unit) = (label, unit) }

    /// Shows how much is done, over what was shown before.
    func show(_ done: Int, _ total: Int) {
        guard isShown else { return }
        Standard.errorPart("\r\(label): \(unit) \(done) of \(total)")
    }

    /// Takes the line away.
    func clear() {
        guard isShown else { return }
        Standard.errorPart("\r\u{1B}[K")
    }
}

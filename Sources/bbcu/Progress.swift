/// A line of progress on standard error, drawn only where somebody watches it.
struct Progress {
    let label: String
    private let isShown = Standard.errorIsTerminal

    init(label: String) { self.label = label }

    /// Shows how much is done, over what was shown before.
    func show(_ done: Int, _ total: Int) {
        guard isShown else { return }
        Standard.errorPart("\r\(label): layer \(done) of \(total)")
    }

    /// Takes the line away.
    func clear() {
        guard isShown else { return }
        Standard.errorPart("\r\u{1B}[K")
    }
}

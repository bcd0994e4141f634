extension PortReport {
    /// Modules that the dump has and nothing could be compared with.
    public var uncompared: [Module] { modules.filter { $0.verdict == .notCompared } }

    /// Whether integer sums were judged that no input was known of: some faults make others that are as possible.
    public var judgesSumsWithoutInput: Bool {
        modules.contains { $0.accumulators.map { $0.test != .input } ?? false }
    }

    /// Whether the verdict proves something: that a port fails does, that it holds only where everything in the dump was
    /// compared, by bounds that a fault cannot hide in.
    public var isConclusive: Bool {
        !holds || loose.isEmpty && !judgesSumsWithoutInput && uncompared.isEmpty && unmatched.isEmpty
    }
}

extension [String] {
    /// The first names, and how many more there are: `a, b, c and 21 more`.
    package var shortList: String {
        let shown = prefix(3).map { $0.printable(atMost: 80) }.joined(separator: ", ")
        return count > 3 ? "\(shown) and \(count - 3) more" : shown
    }
}

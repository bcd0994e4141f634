/// Names cut to the room of a chart so that they still differ: most names of tensors begin and end like their neighbours, so
/// what is kept is around the place where a name leaves the one that is most like it.
package struct ShortNames {
    /// By name: how many characters it shares with the start of the name that is most like it.
    private var shared: [String: Int] = [:]
    private var used: Set<String> = []

    /// The names that stand side by side.
    package init(_ names: [String]) {
        let order = names.sorted()
        for (first, second) in zip(order, order.dropFirst()) {
            let count = zip(first, second).prefix { $0 == $1 }.count
            for name in [first, second] { shared[name] = max(shared[name] ?? 0, count) }
        }
    }

    /// A name in at most `limit` characters; where it is cut there is an ellipsis. Where the best part is another's already, it
    /// is the nearest part that is not.
    package mutating func cut(_ name: String, atMost limit: Int) -> String {
        let characters = Array(name)
        guard characters.count > limit, limit > 2 else {
            used.insert(name)
            return name
        }
        // Two cuts and what is between them; the last two characters are the first that differs and one more.
        let kept = limit - 2
        let last = characters.count - kept
        let best = min(max(0, (shared[name] ?? 0) + 2 - kept), last)
        let starts = (0...last).sorted { (abs($0 - best), $0) < (abs($1 - best), $1) }
        let labels = starts.lazy.map { start in
            (start == 0 ? "" : "…") + String(characters[start..<start + kept]) + (start == last ? "" : "…")
        }
        let label = labels.first { !used.contains($0) } ?? labels[0]
        used.insert(label)
        return label
    }
}

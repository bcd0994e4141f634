/// Names cut to the room of a chart so that they still differ: most names of tensors begin and end like their neighbours.
package struct ShortNames {
    private var used: Set<String> = []

    /// No name yet.
    package init() {}

    /// A name in at most `limit` characters, cut in the middle where it is longer, elsewhere where that was another's
    /// already.
    package mutating func cut(_ name: String, atMost limit: Int) -> String {
        let characters = Array(name)
        guard characters.count > limit, limit > 1 else {
            used.insert(name)
            return name
        }
        let kept = limit - 1
        let heads = (0...kept).sorted { (abs($0 - kept / 2), $0) < (abs($1 - kept / 2), $1) }
        let candidates = heads.lazy.map { head in
            String(characters.prefix(head)) + "…" + String(characters.suffix(kept - head))
        }
        let label = candidates.first { !used.contains($0) } ?? candidates[0]
        used.insert(label)
        return label
    }

    /// All of some names, in their order.
    package static func cut(_ names: [String], atMost limit: Int) -> [String] {
        var short = ShortNames()
        return names.map { short.cut($0, atMost: limit) }
    }
}

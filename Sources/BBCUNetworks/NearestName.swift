/// Finds the name that somebody probably meant.
package enum NearestName {
    /// The candidate with the smallest edit distance to `name`, if it is near enough to be meant: at most half of the
    /// longer name's length. Long lists are cut to the names that share the most, so that the time stays bounded.
    package static func find(_ name: String, among candidates: [String]) -> String? {
        let target = Array(name.utf8)
        guard target.count <= 256 else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates.prefix(2048) {
            let bytes = Array(candidate.utf8)
            guard bytes.count <= 256 else { continue }
            let limit = min(best.map { $0.distance - 1 } ?? Int.max, max(target.count, bytes.count) / 2)
            guard abs(bytes.count - target.count) <= limit else { continue }
            let distance = editDistance(target, bytes)
            if distance <= limit { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The number of insertions, deletions and substitutions between two texts (Levenshtein 1966).
    static func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var previous = Array(0...second.count)
        var current = previous
        for (row, byte) in first.enumerated() {
            current[0] = row + 1
            for column in second.indices {
                let substitution = previous[column] + (byte == second[column] ? 0 : 1)
                current[column + 1] = min(substitution, previous[column + 1] + 1, current[column] + 1)
            }
            swap(&previous, &current)
        }
        return previous[second.count]
    }
}

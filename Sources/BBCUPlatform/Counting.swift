// Counts in words. One of a thing has no plural: `1 storage`, `2 storages`, `0 entries`.
extension BinaryInteger {
    /// The number with its noun, given for one.
    package func counted(_ noun: String) -> String { "\(self) \(noun.plural(for: self))" }

    /// The number with its noun, given for one, and what it does, given for several: `1 byte follows`, `2 bytes follow`.
    package func counted(_ noun: String, _ verb: String) -> String { "\(counted(noun)) \(verb.verb(for: self))" }
}

extension String {
    /// The noun, or its plural where a number is not one.
    package func plural(for number: some BinaryInteger) -> String {
        guard number != 1 else { return self }
        if ends(with: "y"), !["ay", "ey", "oy"].contains(where: { ends(with: $0) }) {
            return String(decoding: utf8.dropLast(), as: UTF8.self) + "ies"
        }
        return self + (["s", "x", "ch", "sh"].contains { ends(with: $0) } ? "es" : "s")
    }

    /// The words for several, or for one with its last word in the singular: `that are`, `that is`.
    fileprivate func verb(for number: some BinaryInteger) -> String {
        guard number == 1 else { return self }
        for (several, one) in [("are", "is"), ("were", "was"), ("have", "has"), ("do not", "does not")] {
            if let start = without(suffix: several) { return start + one }
        }
        return self + "s"
    }
}

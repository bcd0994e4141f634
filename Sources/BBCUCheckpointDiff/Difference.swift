import BBCUPlatform
import TensorBytes
import TensorFiles

/// How two checkpoints differ, as a value that reports are made of.
public struct Difference: JSONModel, Sendable {
    /// One of the two checkpoints.
    public struct Side: Encodable, Sendable {
        /// The path as it was given.
        public let file: String
        /// The file's format.
        public let format: CheckpointFormat
        /// The part of the file that was compared; empty for the whole.
        public let root: String
        /// What stands in front of every name and was taken off to compare the names, its dot included; empty where
        /// the names were compared as they are.
        public let prefix: String
        /// Tensors that were compared: those under the root whose names match the pattern.
        public let tensors: Int
    }

    /// A tensor that only one of the checkpoints has.
    public struct Single: Encodable, Sendable, Hashable {
        /// The name, without root and prefix.
        public let name: String
        /// The dtype and shape.
        public let description: TensorDescription

        public func encode(to encoder: any Encoder) throws { try encoder.encode(["name": name], with: description) }
    }

    /// A tensor of equal dtype, shape and content under two names.
    public struct Renaming: Encodable, Sendable, Hashable {
        /// The name in A, without root and prefix.
        public let nameInA: String
        /// The name in B, without root and prefix.
        public let nameInB: String
        /// The dtype and shape.
        public let description: TensorDescription

        public func encode(to encoder: any Encoder) throws {
            try encoder.encode(["a": nameInA, "b": nameInB], with: description)
        }
    }

    /// A tensor that both checkpoints have under one name, with another dtype, shape or values.
    public struct Change: Encodable, Sendable, Hashable {
        /// The name, without root and prefix.
        public let name: String
        /// The dtype and shape in A.
        public let a: TensorDescription
        /// The dtype and shape in B.
        public let b: TensorDescription
        /// How far the values lie apart; nil where the shapes differ or the dtypes cannot be compared.
        public let measures: ValueMeasures?
        /// The simple rules that make B of A.
        public let relations: [Relation]

        private enum CodingKeys: String, CodingKey {
            case name, a, b
            case measures = "values"
            case relations
        }
    }

    /// A tensor or a value that was not compared.
    public struct Unread: Encodable, Sendable, Hashable {
        /// The name, without root and prefix.
        public let name: String
        /// Why not, in words.
        public let reason: String
    }

    /// A relation that explains several changed tensors.
    public struct Explanation: Encodable, Sendable, Hashable {
        /// The relation, as the first of them has it.
        public let relation: Relation
        /// The names of the tensors, in the order of A.
        public let names: [String]

        private enum CodingKeys: String, CodingKey {
            case relation
            case names = "tensors"
        }
    }

    /// What A is.
    public let a: Side
    /// What B is.
    public let b: Side
    /// What was compared, and how closely.
    public let options: DifferenceOptions
    /// The tensors that only A has, in its order.
    public let onlyInA: [Single]
    /// The tensors that only B has, in its order.
    public let onlyInB: [Single]
    /// The tensors of equal content under other names, in the order of A.
    public let renamed: [Renaming]
    /// The tensors that differ, in the order of A.
    public let changed: [Change]
    /// What could not be compared: tensors far larger than their storage or without values in one of the files, bytes
    /// that were kept outside the file or cannot be read.
    public let notCompared: [Unread]
    /// The number of tensors that are equal, within the tolerance.
    public let equal: Int
    /// The number of those that are not equal to the last bit.
    public let equalWithinTolerance: Int
    /// The values beside the tensors that differ.
    public let values: [ValueChange]
    /// How the storages differ that no tensor uses.
    public let unlisted: UnlistedDifference
    /// What a reader should know and what does not count as a difference.
    public let notes: [String]

    /// The comparison as `Schemas/diff.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "verdict": isSame ? "same" : "differ", "complete": notCompared.isEmpty, "weights_only": options.weightsOnly,
            "a": a, "b": b, "tolerance": options.tolerance, "match": options.pattern?.text, "equal": equal,
            "equal_within_tolerance": equalWithinTolerance, "only_in_a": onlyInA, "only_in_b": onlyInB,
            "renamed": renamed, "changed": changed, "explanations": explanations, "not_compared": notCompared,
            "values": values, "unlisted": unlisted, "notes": notes,
        ])
    }

    /// Whether nothing differs beyond the tolerance. Names count, their order does not.
    public var isSame: Bool {
        a.prefix.isExactly(b.prefix) && onlyInA.isEmpty && onlyInB.isEmpty && renamed.isEmpty && changed.isEmpty
            && notCompared.isEmpty && values.isEmpty && unlisted.isSame
    }

    /// Whether what was compared is equal, and something was not compared.
    public var isIncomplete: Bool {
        !notCompared.isEmpty && a.prefix.isExactly(b.prefix) && onlyInA.isEmpty && onlyInB.isEmpty && renamed.isEmpty
            && changed.isEmpty && values.isEmpty && unlisted.isSame
    }

    /// The relations that explain at least two changed tensors, those that explain most first.
    public var explanations: [Explanation] {
        var names: [Relation.Kind: [String]] = [:]
        var first: [Relation.Kind: Relation] = [:]
        var order: [Relation.Kind] = []
        for change in changed {
            for relation in change.relations {
                if first[relation.kind] == nil {
                    first[relation.kind] = relation
                    order.append(relation.kind)
                }
                names[relation.kind, default: []].append(change.name)
            }
        }
        let found = order.compactMap { kind in
            first[kind].map { Explanation(relation: $0, names: names[kind] ?? []) }
        }
        return found.indices.filter { found[$0].names.count > 1 }
            .sorted { (-found[$0].names.count, $0) < (-found[$1].names.count, $1) }.map { found[$0] }
    }
}

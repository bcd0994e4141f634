import BBCUPlatform
import OrderedCollections
import TensorBytes

extension Inspection {
    /// Tensors of one dtype and shape whose names differ in numbers only.
    public struct FoldedRow: Sendable {
        /// The name, with `#` for every number that differs between the tensors: `body.#.body.#.move0.bias`.
        public let name: String
        /// The element type.
        public let dtype: DType
        /// The sizes of each of the tensors.
        public let shape: [Int]
        /// The tensors, by their place in ``Inspection/rows``.
        public let places: [Int]
        /// The number of tensors.
        public var count: Int { places.count }
        /// Bytes of all of them.
        public let byteCount: Int
        /// Statistics over all of them, where they were asked for.
        public let statistics: TensorStatistics?
    }

    /// The tensors with repeated layers joined, in the order in which each was first seen.
    public var folded: [FoldedRow] {
        struct Key: Hashable {
            let pattern: ExactName
            let description: TensorDescription
        }
        var groups: OrderedDictionary<Key, [Int]> = [:]
        for (place, row) in rows.enumerated() {
            // A state dict's keys carry the layers' path within them, so the name is taken apart, not the path.
            let pattern = row.entry.name.parts(at: ".").map { part in
                !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? "#" : part
            }.joined(separator: ".")
            groups[Key(pattern: ExactName(pattern), description: row.entry.description), default: []].append(place)
        }
        return groups.map { key, places in
            let joined = places.map { rows[$0] }
            let statistics = joined.compactMap(\.statistics)
            return FoldedRow(
                name: Self.joined(joined.map(\.entry.name)),
                dtype: key.description.dtype, shape: key.description.shape, places: places,
                byteCount: joined.reduce(0) { $0 &+ $1.entry.byteCount },
                statistics: statistics.dropFirst().reduce(statistics.first) { $0?.merged(with: $1) })
        }
    }

    /// Names of equally many parts as one, with `#` for every part that is not the same in all of them.
    private static func joined(_ names: [String]) -> String {
        let parts = names.map { $0.parts(at: ".") }
        guard let first = parts.first else { return "" }
        return first.indices.map { index in
            parts.allSatisfy { $0[index].isExactly(first[index]) } ? first[index] : "#"
        }.joined(separator: ".")
    }
}

import BBCUPlatform
import TensorBytes

/// Every N-th item, for one of N machines.
public struct Shard: Codable, Sendable, Hashable, CustomStringConvertible {
    /// Which one, from 1.
    public var index: Int
    /// How many there are.
    public var count: Int

    /// The most shards of a run.
    public static let mostShards = 1_000_000

    /// All items.
    public static let whole = Shard(unchecked: 1, 1)

    /// The shard `index` of `count`; nil where there is none.
    public init?(index: Int, count: Int) {
        guard (1...Self.mostShards).contains(count), (1...count).contains(index) else { return nil }
        self.init(unchecked: index, count)
    }

    /// Reads `2/3`; nil for something else.
    public init?(_ text: String) {
        let parts = text.parts(at: "/")
        guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
        self.init(index: index, count: count)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (index, count) = (
            try container.decode(Int.self, forKey: .index), try container.decode(Int.self, forKey: .count)
        )
        guard let shard = Shard(index: index, count: count) else {
            throw decoder.mismatch("an index from 1 to count, and a count of at most \(Self.mostShards)")
        }
        self = shard
    }

    private init(unchecked index: Int, _ count: Int) {
        self.index = index
        self.count = count
    }

    /// As it is given.
    public var description: String { "\(index)/\(count)" }

    /// Its items, in order.
    public func items<Item>(of all: [Item]) -> [Item] {
        stride(from: index - 1, to: all.count, by: count).map { all[$0] }
    }

    /// How many of so many items are its.
    public func itemCount(of total: Int) -> Int { total < index ? 0 : (total - index) / count + 1 }
}

import BBCUPlatform
import TensorBytes

/// The list of all items of a run, those of other shards included: what shards have to agree on.
public struct ItemList: Codable, Sendable, Hashable {
    /// How many there are.
    public var count: Int
    /// The SHA-256 of their names, each with a line feed behind it, in order.
    public var sha256: String

    /// The list of these names.
    public init(names: [String]) {
        count = names.count
        sha256 = ByteRegion(names.flatMap { Array($0.utf8) + [0x0A] }).sha256()
    }
}

import BBCUNetworks
import TensorBytes

/// What is run over many images, and how: what all shards of a run share.
public struct RunSubject<Options: Codable & Sendable & Hashable>: Sendable, Hashable {
    /// The version of the command.
    public var version: String
    /// The checkpoint's name, without folders.
    public var file: String
    /// The checkpoint's SHA-256.
    public var sha256: String
    /// The network, with the factor k.
    public var network: BBCUNetwork
    /// What was asked for.
    public var options: Options
    /// The items of all shards.
    public var items: ItemList
    /// The path of the weights in the checkpoint; nil in a report of an earlier version.
    public var root: String?
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []

    /// Collects what a run works with.
    public init(
        version: String, file: String, sha256: String, network: BBCUNetwork, options: Options, items: ItemList,
        root: String? = nil, unusedKeys: [String] = []
    ) {
        (self.version, self.file, self.sha256) = (version, file, sha256)
        (self.network, self.options, self.items) = (network, options, items)
        (self.root, self.unusedKeys) = (root, unusedKeys)
    }

    /// What is another in two subjects, in words: `checkpoint`, `choice of options`.
    func difference(from other: RunSubject) -> String {
        if version != other.version { return "version (\(version), not \(other.version))" }
        if sha256 != other.sha256 { return "checkpoint" }
        if network != other.network { return "network or k" }
        if options != other.options { return "choice of options" }
        if root != other.root { return "weights root" }
        if items != other.items { return "list of items" }
        return "file name of the checkpoint"
    }
}

extension RunSubject {
    private enum CodingKeys: CodingKey { case version, file, sha256, network, k, items, root, unusedKeys }

    /// The members with which a report begins.
    var head: JSONMembers {
        JSONMembers([
            "version": version, "file": file, "sha256": sha256, "network": network, "k": network.amplification,
        ])
    }

    /// The members with which a report ends.
    var weights: JSONMembers { JSONMembers(["root": root, "unused_keys": unusedKeys]) }

    /// Reads what a report says beside the options.
    init(from decoder: any Decoder, options: Options) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let description = try container.decode(NetworkDescription.self, forKey: .network)
        guard let network = description.network(amplification: try container.decode(Double.self, forKey: .k)) else {
            throw StrictJSON.Mismatch(place: "network", expected: "the sizes of a network")
        }
        self.init(
            version: try container.decode(String.self, forKey: .version),
            file: try container.decode(String.self, forKey: .file),
            sha256: try container.decode(String.self, forKey: .sha256), network: network, options: options,
            items: try container.decode(ItemList.self, forKey: .items),
            root: try container.decodeIfPresent(String.self, forKey: .root),
            unusedKeys: try container.decodeIfPresent([String].self, forKey: .unusedKeys) ?? [])
    }
}

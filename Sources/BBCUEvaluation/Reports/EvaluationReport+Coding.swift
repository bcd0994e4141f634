import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// The report as JSON; `Schemas/evaluate.schema.json` describes it.
extension EvaluationReport: SavedImageReport {
    /// What the report says it is.
    public static let kind = ImageReportKind.evaluate

    private enum CodingKeys: CodingKey {
        case report, version, file, sha256, network, k, options, items, shard, shardItems, images, means, between,
            excluded
        case root, unusedKeys
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.kind, forKey: .report)
        try container.encode(subject.version, forKey: .version)
        try container.encode(subject.file, forKey: .file)
        try container.encode(subject.sha256, forKey: .sha256)
        try container.encode(NetworkDescription(subject.network), forKey: .network)
        try container.encode(subject.network.amplification, forKey: .k)
        try container.encode(subject.options, forKey: .options)
        try container.encode(subject.items, forKey: .items)
        try container.encode(shard, forKey: .shard)
        try container.encode(shardItems, forKey: .shardItems)
        try container.encode(rows, forKey: .images)
        try container.encode(means, forKey: .means)
        try container.encode(between, forKey: .between)
        try container.encode(excluded, forKey: .excluded)
        try container.encodeIfPresent(subject.root, forKey: .root)
        try container.encode(subject.unusedKeys, forKey: .unusedKeys)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        subject = EvaluationSubject(
            version: try container.decode(String.self, forKey: .version),
            file: try container.decode(String.self, forKey: .file),
            sha256: try container.decode(String.self, forKey: .sha256),
            network: try container.network(.network, .k),
            options: try container.decode(EvaluationOptions.self, forKey: .options),
            items: try container.decode(ItemList.self, forKey: .items))
        subject.root = try container.decodeIfPresent(String.self, forKey: .root)
        subject.unusedKeys = try container.decodeIfPresent([String].self, forKey: .unusedKeys) ?? []
        guard subject.options.settings.count <= 100 else { throw decoder.mismatch("at most 100 settings") }
        shard = try container.decode(Shard.self, forKey: .shard)
        shardItems = try container.decode(ItemList.self, forKey: .shardItems)
        rows = try container.decode([EvaluationRow].self, forKey: .images)
        between = try container.decode([BetweenRow].self, forKey: .between)
        excluded = try container.decode([Exclusion].self, forKey: .excluded)
    }
}

extension KeyedDecodingContainer {
    /// The network of a report, whose factor k stands beside it.
    func network(_ network: Key, _ factor: Key) throws -> BBCUNetwork {
        let description = try decode(NetworkDescription.self, forKey: network)
        guard let found = description.network(amplification: try decode(Double.self, forKey: factor)) else {
            throw StrictJSON.Mismatch(place: network.stringValue, expected: "the sizes of a network")
        }
        return found
    }
}

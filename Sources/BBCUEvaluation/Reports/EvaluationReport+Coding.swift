import BBCUPlatform
import TensorBytes

/// The report as JSON; `Schemas/evaluate.schema.json` describes it.
extension EvaluationReport: SavedImageReport {
    /// What the report says it is.
    public static let kind = ImageReportKind.evaluate

    private enum CodingKeys: CodingKey { case options, shard, shardItems, images, between, excluded }

    public func encode(to encoder: any Encoder) throws {
        let results = JSONMembers([
            "options": subject.options, "items": subject.items, "shard": shard, "shard_items": shardItems,
            "images": rows, "means": means, "between": between, "excluded": excluded,
        ])
        try encoder.encode(["report": Self.kind], with: subject.head, results, subject.weights)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        subject = try EvaluationSubject(
            from: decoder, options: try container.decode(EvaluationOptions.self, forKey: .options))
        guard subject.options.settings.count <= 100 else { throw decoder.mismatch("at most 100 settings") }
        shard = try container.decode(Shard.self, forKey: .shard)
        shardItems = try container.decode(ItemList.self, forKey: .shardItems)
        rows = try container.decode([EvaluationRow].self, forKey: .images)
        between = try container.decode([BetweenRow].self, forKey: .between)
        excluded = try container.decode([Exclusion].self, forKey: .excluded)
    }
}

import BBCUPlatform
import TensorBytes

/// The report as JSON; `Schemas/verify-folder.schema.json` describes it.
extension FolderVerification: SavedImageReport {
    /// What the report says it is.
    public static let kind = ImageReportKind.verify

    private enum CodingKeys: CodingKey { case shard, shardItems, images, excluded }

    public func encode(to encoder: any Encoder) throws {
        let results = JSONMembers([
            "items": subject.items, "shard": shard, "shard_items": shardItems, "images": rows, "excluded": excluded,
        ])
        try encoder.encode(
            ["report": Self.kind, "verdict": holds ? Row.Verdict.holds : .fails], with: subject.head, subject.options,
            results, subject.weights)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        subject = try Subject(from: decoder, options: try Options(from: decoder))
        shard = try container.decode(Shard.self, forKey: .shard)
        shardItems = try container.decode(ItemList.self, forKey: .shardItems)
        rows = try container.decode([Row].self, forKey: .images)
        excluded = try container.decode([Exclusion].self, forKey: .excluded)
        for (index, row) in rows.enumerated()
        where [row.width, row.height, row.flips, row.unexplainedFlips, row.differingPixels].contains(where: { $0 < 0 })
        {
            throw StrictJSON.Mismatch(place: "images[\(index)]", expected: "counts from 0 on")
        }
    }
}

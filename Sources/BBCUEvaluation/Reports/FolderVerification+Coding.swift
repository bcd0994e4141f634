import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// The report as JSON; `Schemas/verify-folder.schema.json` describes it.
extension FolderVerification: SavedImageReport {
    /// What the report says it is.
    public static let kind = ImageReportKind.verify

    private enum CodingKeys: CodingKey {
        case report, verdict, version, file, sha256, network, k, form, method, items, shard, shardItems, images,
            excluded
        case root, unusedKeys
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.kind, forKey: .report)
        try container.encode(holds ? Row.Verdict.holds : .fails, forKey: .verdict)
        try container.encode(subject.version, forKey: .version)
        try container.encode(subject.file, forKey: .file)
        try container.encode(subject.sha256, forKey: .sha256)
        try container.encode(NetworkDescription(subject.network), forKey: .network)
        try container.encode(subject.network.amplification, forKey: .k)
        try container.encode(subject.form, forKey: .form)
        try container.encode(subject.method, forKey: .method)
        try container.encode(subject.items, forKey: .items)
        try container.encode(shard, forKey: .shard)
        try container.encode(shardItems, forKey: .shardItems)
        try container.encode(rows, forKey: .images)
        try container.encode(excluded, forKey: .excluded)
        try container.encodeIfPresent(subject.root, forKey: .root)
        try container.encode(subject.unusedKeys, forKey: .unusedKeys)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        subject = Subject(
            version: try container.decode(String.self, forKey: .version),
            file: try container.decode(String.self, forKey: .file),
            sha256: try container.decode(String.self, forKey: .sha256),
            network: try container.network(.network, .k),
            form: try container.decode(ReferenceForm.self, forKey: .form),
            method: try container.decode(FloatMethod.self, forKey: .method),
            items: try container.decode(ItemList.self, forKey: .items))
        subject.root = try container.decodeIfPresent(String.self, forKey: .root)
        subject.unusedKeys = try container.decodeIfPresent([String].self, forKey: .unusedKeys) ?? []
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

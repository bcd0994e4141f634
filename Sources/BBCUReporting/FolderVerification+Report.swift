import BBCUEvaluation
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes

extension FolderVerification {
    /// The report as JSON; `Schemas/verify-folder.schema.json` describes it.
    public var json: JSONValue {
        [
            "report": .string(Self.kind), "verdict": .string(holds ? "holds" : "fails"),
            "version": .string(subject.version), "file": .string(subject.file), "sha256": .string(subject.sha256),
            "network": subject.network.json, "k": .number(subject.network.amplification),
            "form": .string(subject.form.rawValue), "method": .string(subject.method.rawValue),
            "items": subject.items.json, "shard": shard.json, "shard_items": shardItems.json,
            "images": .array(rows.map(\.json)), "excluded": .array(excluded.map(\.json)),
            "root": JSONValue(subject.root),
            "unused_keys": JSONValue(subject.unusedKeys),
        ]
    }

    /// The report for a person.
    public var text: [String] {
        var table = TextTable(
            ["image", "size", "verdict", "of bound", "at", "flips", "unexplained", "8-bit pixels", "PSNR", "seconds"],
            alignments: [.left, .right, .left, .right, .left, .right, .right, .right, .right, .right])
        for row in rows {
            table.add([
                row.name.printable(), "\(row.width)x\(row.height)", row.holds ? "holds" : "fails",
                NumberText.percent(row.shareOfBound), row.worstModule.printable(), "\(row.flips)",
                "\(row.unexplainedFlips)", "\(row.differingPixels)",
                row.psnr.map { NumberText.fixed($0, decimals: 1) } ?? "inf", NumberText.fixed(row.seconds, decimals: 2),
            ])
        }
        var lines = TextTable.head(headFacts) + [""] + table.lines
        if !excluded.isEmpty {
            lines += ["", "excluded: \(NumberText.count(excluded.count, "image"))"]
            lines += excluded.map { "  \($0.name.printable()): \($0.reason.printable())" }
        }
        return lines + ["", verdict]
    }

    /// What was verified: names and what is said of each.
    var headFacts: [(name: String, text: String)] {
        let shardText = shard == .whole ? "" : ", shard \(shard)"
        return [
            ("file", subject.file), ("sha256", subject.sha256),
            ("network", "\(subject.network.summary), k = \(subject.network.amplification.shortText)"),
            ("images", "\(rows.count + excluded.count) of \(subject.items.count)\(shardText)"),
        ] + (subject.unusedKeys.isEmpty ? [] : [("ignored", subject.unusedKeys.ignoredKeyText)])
    }

    /// One line in plain words.
    var verdict: String {
        let failing = rows.count { !$0.holds }
        let count = NumberText.count(rows.count, "image")
        guard let worst else { return "no image could be verified" }
        let place = "\(worst.name.printable()), \(worst.finding)"
        return failing == 0
            ? "holds: \(count); closest: \(place)"
            : "fails: \(failing) of \(count); worst: \(place); bbcu verify --input IMAGE says where"
    }
}

extension FolderVerification.Row {
    /// What is to be said of the image before all else.
    var finding: String {
        if holds || shareOfBound > 1 {
            return "\(NumberText.percent(shareOfBound)) of its bound in \(worstModule.printable())"
        }
        if unexplainedFlips > 0 { return "\(NumberText.count(unexplainedFlips, "sign")) that rounding cannot explain" }
        return "beyond what rounding can explain from \(firstBeyond?.printable() ?? "some module") on"
    }

    var json: JSONValue {
        [
            "name": .string(name), "verdict": .string(holds ? "holds" : "fails"), "width": .integer(width),
            "height": .integer(height), "share_of_bound": .number(shareOfBound),
            "worst_module": .string(worstModule), "max_abs_difference": .number(worstDifference),
            "bound": .number(worstBound), "flips": .integer(flips),
            "unexplained_flips": .integer(unexplainedFlips), "smallest_margin": JSONValue(smallestMargin),
            "largest_margin": JSONValue(largestMargin), "margin_counts": margins.json,
            "first_beyond": JSONValue(firstBeyond),
            "psnr": JSONValue(psnr), "pixels_8bit_differing": .integer(differingPixels),
            "seconds": .number(seconds),
        ]
    }
}

import BBCUEvaluation
import BBCUPlatform
import TensorBytes

extension Exclusion {
    /// The image and the reason; `Schemas/evaluate.schema.json` describes it.
    public var json: JSONValue { ["name": .string(name), "set": .string(set), "reason": .string(reason)] }
}

extension Score {
    /// PSNR as a table has it: `inf` for equal images.
    var psnrText: String { psnr.map { NumberText.fixed($0, decimals: 4) } ?? "inf" }
    /// SSIM as a table has it: `-` where there is none.
    var ssimText: String { ssim.map { NumberText.fixed($0, decimals: 6) } ?? "-" }
}

extension ComparisonReport {
    /// The report as JSON; `Schemas/compare.schema.json` describes it.
    public var json: JSONValue {
        [
            "psnr": JSONValue(mean.psnr), "ssim": JSONValue(mean.ssim), "count": .integer(pairs.count),
            "equal": .integer(equal), "first": .string(first), "second": .string(second),
            "values": .string(isLuma ? "luma" : "all"), "border": .integer(border),
            "images": .array(
                pairs.map { pair in
                    [
                        "name": .string(pair.name), "width": .integer(pair.width), "height": .integer(pair.height),
                        "psnr": JSONValue(pair.score.psnr), "ssim": JSONValue(pair.score.ssim),
                        "largest_difference": .number(pair.largestDifference),
                    ]
                }),
            "excluded": .array(
                excluded.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
        ]
    }

    /// The report for a person.
    public var text: [String] {
        var table = TextTable(
            ["image", "size", "PSNR", "SSIM", "largest difference"],
            alignments: [.left, .right, .right, .right, .right])
        for pair in pairs {
            table.add([
                pair.name.printable(), "\(pair.width)x\(pair.height)", pair.score.psnrText, pair.score.ssimText,
                NumberText.significant(pair.largestDifference),
            ])
        }
        if pairs.count > 1 { table.add(["mean of \(pairs.count)", "", meanText, mean.ssimText]) }
        var lines = ["\(first.printable()) against \(second.printable()), \(protocolText)", ""] + table.lines
        if pairs.count > 1, let line = Self.smallImageLine(pairs.filter { $0.score.ssim == nil }.map(\.name)) {
            lines += ["", line]
        }
        if !excluded.isEmpty {
            lines += ["", "not compared:"] + excluded.map { "  \($0.name.printable()): \($0.reason.printable())" }
        }
        return lines
    }

    /// Why a mean SSIM is missing; nil where no image is too small for one.
    static func smallImageLine(_ names: [String], of set: String? = nil) -> String? {
        guard let first = names.first else { return nil }
        let others = names.count == 1 ? "" : " and \(names.count - 1) more"
        return "No mean SSIM\(set.map { " of \($0.printable())" } ?? ""): what is compared of "
            + "\(first.printable())\(others) is smaller than its window of 11x11 pixels."
    }

    private var meanText: String {
        equal == 0 ? mean.psnrText : "inf (\(NumberText.count(equal, "equal pair")))"
    }

    private var protocolText: String {
        let cropped = border == 0 ? "" : ", \(NumberText.count(border, "pixel")) cropped on each side"
        return (isLuma ? "BT.601 luma" : "all channels") + cropped
    }
}

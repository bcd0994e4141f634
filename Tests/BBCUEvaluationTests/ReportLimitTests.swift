import BBCUEvaluation
import BBCUKit
import BBCUReporting
import Foundation
import TensorBytes
import TestSupport
import Testing

/// Sizes that a report states are checked before anything is made of them.
@Suite struct ReportLimitTests {
    private static func report(_ changes: (inout [String: Any]) -> Void) throws -> [UInt8] {
        var report: [String: Any] = [
            "report": "verify", "version": "0.1.0", "file": "a.pth", "sha256": "0", "k": 16.25, "form": "published",
            "method": "standard", "items": ["count": 0, "sha256": "0"], "shard": ["index": 1, "count": 1],
            "shard_items": ["count": 0, "sha256": "0"], "images": [], "excluded": [],
            "network": [
                "family": "bbcu-m", "input_channels": 3, "output_channels": 3, "features": 8, "blocks": 2, "upscale": 2,
                "bias": false,
            ] as [String: Any],
        ]
        changes(&report)
        return Array(try JSONSerialization.data(withJSONObject: report))
    }

    private static func error(_ bytes: [UInt8]) -> String? {
        do throws(EvaluationError) {
            _ = try MergedReport([(name: "r.json", bytes: bytes)])
            return nil
        } catch { return "\(error)" }
    }

    @Test func anHonestReportIsRead() throws {
        let text = try #require(Self.error(try Self.report { _ in }))
        #expect(text.contains("its shard_items were made of"), "the report without items ends there: \(text)")
    }

    @Test(arguments: [
        ("features", 4.6e18), ("features", -1), ("features", 5000), ("blocks", 1e8), ("blocks", -1), ("blocks", 1e300),
        ("input_channels", 1e12), ("upscale", 1e9), ("upscale", 0), ("features", 0.5),
    ]) func sizesOfNoNetworkAreRefused(_ key: String, _ value: Double) throws {
        let bytes = try Self.report { report in
            var network = report["network"] as? [String: Any] ?? [:]
            network[key] = value
            report["network"] = network
        }
        let text = try #require(Self.error(bytes))
        #expect(text.contains("network"), "\(text)")
    }

    @Test(arguments: [
        ("items", "count", -1.0), ("items", "count", 1e18), ("shard", "count", 1e12), ("shard", "index", 1e12),
        ("shard", "index", 0), ("shard_items", "count", -5),
    ]) func countsAreRefused(_ object: String, _ key: String, _ value: Double) throws {
        let bytes = try Self.report { report in
            var members = report[object] as? [String: Any] ?? [:]
            members[key] = value
            report[object] = members
        }
        let text = try #require(Self.error(bytes))
        #expect(text.contains(object), "\(text)")
    }

    @Test(arguments: [0, -1, 1e300]) func anUnusableFactorIsRefused(_ value: Double) throws {
        #expect(try #require(Self.error(try Self.report { $0["k"] = value })).contains("network"))
    }

    /// Numbers that a scale cannot divide: the chart of a page does not run for ever over them.
    @Test(arguments: [5e-324, 1e-310, .greatestFiniteMagnitude, 1e308, .infinity, .nan, -1, 0])
    func aScaleHasFewLines(_ value: Double) {
        #expect(LinearScale([value]).lines.count < 20)
        #expect((LogScale([value])?.lines.count ?? 0) < 20)
    }

    @Test func aPartLiesWithinItsImage() throws {
        let image = try #require(
            ByteImage(width: 3, height: 2, channels: 1, samples: [1, 2, 3, 4, 5, 6]))
        for part in [
            PixelRectangle(rows: 0..<1, columns: -1..<0), PixelRectangle(rows: 0..<1, columns: 0..<4),
            PixelRectangle(rows: 0..<1, columns: 0..<0), PixelRectangle(rows: 0..<1, columns: 3..<4),
            PixelRectangle(rows: 0..<1, columns: 1..<Int.max),
            PixelRectangle(rows: Int.max - 1..<Int.max, columns: 0..<1),
            PixelRectangle(rows: Int.min..<Int.min + 1, columns: Int.min..<Int.min + 1),
        ] { #expect(image.part(part) == nil, "\(part)") }
        #expect(image.part(PixelRectangle(rows: 1..<2, columns: 1..<3))?.samples == [5, 6])
        #expect(image.cropped(width: -1, height: .min).samples == [1])
    }

    @Test(arguments: [0, -1, 1025, .max, .min]) func aFactorOfShrinkingIsChecked(_ factor: Int) {
        #expect(throws: EvaluationError.self) { try MATLABBicubic(factor: factor) }
    }

    @Test func aCountOfShardsIsChecked() {
        #expect(Shard(index: 1, count: .max) == nil && Shard("1/9223372036854775807") == nil)
        #expect(Shard("2/3")?.description == "2/3" && Shard("2/\u{301}3") == nil)
    }
}

import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUFileAudit
import BBCUKit
import BBCUNetworks
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import Foundation
import TestSupport
import Testing

/// Files that are read as a whole have a size that is checked first, and name no other files.
@Suite struct FileLimitTests {
    /// A file with a hole: it takes no room on the disk.
    private static func hole(_ path: String, bytes: Int) throws {
        try write([0x7B], to: path)
        #expect(truncate(path, off_t(bytes)) == 0)
    }

    @Test func textsOfAnySizeAreNotRead() throws {
        try withTemporaryFolder { folder in
            let file = folder + "/x.json"
            try Self.hole(file, bytes: 65 << 20)
            #expect(throws: PortError.self) { try NameMap.read(file) }
            #expect(throws: PortError.self) { try PortFormats.read(file) }
            do throws(PortError) { _ = try SavedReport.read(file) } catch {
                #expect(error.description.contains("68157440 bytes, expected at most 64 MiB"), "\(error)")
            }
        }
    }

    @Test(arguments: ["x.bin", "x.npy", "x.h", "x.memh"]) func aBlobIsNoLargerThanItsNetworkNeeds(_ name: String) throws
    {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 1, upscale: 2)))
        try withTemporaryFolder { folder in
            let file = folder + "/" + name
            try Self.hole(file, bytes: 5 << 20)
            do throws(PackingError) {
                _ = try PackedBlob.read(file, for: network)
                Issue.record("read")
            } catch { #expect(error.description.contains("of this network"), "\(error)") }
        }
    }

    @Test(arguments: ["../input", "/etc/passwd", "\u{301}input", "other", ""]) func aCaseNamesNoOtherFile(
        _ name: String
    ) throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 1, upscale: 2)))
        try withTemporaryFolder { folder in
            let text = """
                {"sha256": "0", "k": 1, "precision": "float32", "case": {"files": [{"name": "\(name)", "sha256": "0"}]}}
                """
            try write(Array(text.utf8), to: folder + "/reduced.json")
            do {
                _ = try ReducedFolder(folder).read(network, checkpoint: "0")
                Issue.record("read")
            } catch { #expect("\(error)".contains("expected one of input, port"), "\(error)") }
        }
    }

    @Test(arguments: ["0", "-1", "1e300", "\"NaN\"", "\"Infinity\""]) func aFactorOfACaseIsChecked(_ k: String) throws {
        let network = try #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 1, upscale: 2)))
        try withTemporaryFolder { folder in
            let text = #"{"sha256": "0", "k": \#(k), "precision": "float32", "case": {"files": []}}"#
            try write(Array(text.utf8), to: folder + "/reduced.json")
            #expect(throws: PortError.self) { try ReducedFolder(folder).read(network, checkpoint: "0") }
        }
    }

    @Test(arguments: [
        ("[]", "expected an object"), (#"{"sha256": 1}"#, #"at "sha256", expected a text"#),
        (#"{"sha256": "0", "modules": [], "verdict": "holds"}"#, "a report without modules"),
        (#"{"sha256": "0", "modules": [{"name": "a"}]}"#, #"at "modules[0].verdict""#),
        (
            #"{"sha256": "0", "modules": [{"name": "a", "verdict": "odd"}]}"#,
            #"at "modules[0].verdict", expected a value"#
        ),
        (#"{"sha256": "0", "modules": [{"name": "a", "verdict": "absent"}], "verdict": "odd"}"#, #"at "verdict""#),
        (
            #"{"sha256": "0", "modules": [{"name": "a", "verdict": "holds", "local": {"bound": "x"}}]}"#,
            #"at "modules[0].local.bound", expected a number"#
        ),
    ])
    func whatIsNoReportIsRefused(_ text: String, _ expected: String) {
        let error = #expect(throws: PortError.self) { try SavedReport(Array(text.utf8)) }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }

    @Test func modulesOfAReportArePairedByTheirBytes() throws {
        func report(_ name: String, _ difference: Double) throws -> SavedReport {
            let module =
                #"{"name": "\#(name)", "verdict": "holds", "local": {"difference": \#(difference), "bound": 1}}"#
            return try SavedReport(Array(#"{"verdict": "holds", "sha256": "0", "modules": [\#(module)]}"#.utf8))
        }
        let now = try report("\u{E9}", 1)
        #expect(
            BBCUPortChecking.Judgement(now, tolerance: nil, against: try report("e\u{301}", 9)).modules.allSatisfy {
                $0.before == nil
            })
        #expect(
            BBCUPortChecking.Judgement(now, tolerance: nil, against: try report("\u{E9}", 9)).modules.allSatisfy {
                $0.change == .better
            })
    }
}

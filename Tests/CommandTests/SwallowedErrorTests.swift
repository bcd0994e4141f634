import Foundation
import TestSupport
import Testing

/// An error that is dropped on the way to a verdict may turn into a good one. Where `try?` stays, the error itself is the
/// answer, and a comment says so.
@Suite("Errors that are dropped") struct SwallowedErrorTests {
    static let allowed: [String: Int] = [
        // A hypothesis whose values are not finite explains no dump.
        "BBCUPortChecking/Diagnosis/TileFinder.swift": 1,
        // A file that cannot be read is asked for again.
        "BBCUPortTestData/Bisection/BisectionFolder.swift": 1,
        // Other weights of the file name a fault that was found without them.
        "BBCUNetworks/Checkpoints/LoadedModel.swift": 1,
        // The port's log, beside an error that is reported.
        "bbcu/Commands/Port/PortAsking.swift": 2,
    ]

    @Test(arguments: [
        "BBCUNetworks", "BBCUExecution", "BBCUErrorBounds", "BBCUVerification", "BBCUWeightPacking", "BBCUPortChecking",
        "BBCUAccumulatorChecking", "BBCUNumberFormats", "BBCUPortTestData", "BBCUEvaluation", "BBCUReporting",
        "BBCUExporting", "BBCUNetworkDiff", "bbcu",
    ])
    func eachIsKnown(_ target: String) throws {
        let root = Fixtures.folder + "/../Sources/"
        let files = try #require(FileManager.default.enumerator(atPath: root + target))
        var seen = 0
        for case let file as String in files where file.hasSuffix(".swift") {
            seen += 1
            let text = try String(contentsOfFile: "\(root)\(target)/\(file)", encoding: .utf8)
            let name = "\(target)/\(file)"
            #expect(text.components(separatedBy: "try?").count - 1 == Self.allowed[name] ?? 0, "try? in \(name)")
        }
        #expect(seen > 0)
    }
}

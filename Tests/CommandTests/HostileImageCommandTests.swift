import Foundation
import TestSupport
import Testing

/// No image makes a command crash, hang or take memory beyond what it holds.
@Suite struct HostileImageCommandTests {
    /// A file of `Fixtures/images/hostile`, and whether it is an image after all.
    struct Case: Decodable {
        let file: String
        let code: String?
    }

    /// The size that the header states is refused for the memory that the network would need, not when it is decoded.
    @Test(arguments: ["restore", "trace"], ["side_2_31.png", "side_65535.jpg"])
    func memoryIsAskedForBeforeDecoding(command: String, file: String) throws {
        let input = fixture("images/hostile/" + file)
        let ends = command == "restore" ? [input, "/tmp/out.png"] : ["--input", input, "--output", "/tmp/out.npz"]
        let outcome = try BuiltCommand.run([command, fixture("networks/bbcum_x4/checkpoint.pth")] + ends)
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("of memory, expected at most this machine's"), "\(outcome.errors)")
    }

    @Test(.enabled(if: MeasuredCommand.isPossible), arguments: ["restore", "trace"])
    func everyImageEndsSoonAndInLittleMemory(_ command: String) throws {
        let cases = try decoded([Case].self, from: fixture("images/hostile/expected.json"))
        #expect(cases.count > 50)
        let network = fixture("networks/denoise/checkpoint.pth")
        try withTemporaryFolder { folder in
            for hostile in cases {
                let input = fixture("images/hostile/" + hostile.file)
                let arguments =
                    command == "restore"
                    ? [command, network, "--k", "16.25", "--threads", "1", input, folder + "/out.png"]
                    : [
                        command, network, "--k", "16.25", "--threads", "1", "--input", input, "--output",
                        folder + "/out.npz",
                    ]
                let (outcome, usage) = try MeasuredCommand.run(arguments)
                #expect(outcome.status == (hostile.code == nil ? 0 : 2), "\(hostile.file): \(outcome.errors)")
                #expect(usage.peakBytes < 64 << 20, "\(hostile.file): \(usage.peakBytes) bytes")
                #expect(usage.seconds < 5, "\(hostile.file): \(usage.seconds) s")
                let lines = outcome.errors.split(separator: "\n")
                #expect(lines.count == (hostile.code == nil ? 0 : 1), "\(outcome.errors)")
                #expect(
                    hostile.code == nil || outcome.errors.hasPrefix("bbcu: error: \(input): found "),
                    "\(outcome.errors)")
            }
        }
    }
}

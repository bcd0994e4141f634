import BBCUExecution
import Foundation
import TestSupport
import Testing

/// `bbcu trace` and `bbcu restore` on real files.
@Suite struct TraceTests {
    @Test(arguments: ["binarized", "reference"], [false, true])
    func namesAreThoseOfPyTorch(_ path: String, _ inside: Bool) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_x2" })
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(
                ["trace", network.checkpoint, "--input", network.path("input.npy"), "--output", folder + "/taps.npz"]
                    + ["--path", path] + (inside ? ["--inside"] : []))
            #expect(outcome.status == 0, "\(outcome.errors)")
            let ours = try NetworkFixture.taps(at: folder + "/taps.npz")
            let theirs = try network.taps("published32.npz")
            let within = [".move0", ".binary_activation", ".binary_conv", ".relu"]
            let expected = theirs.keys.filter { name in inside || !within.contains { name.hasSuffix($0) } }
            #expect(Set(ours.keys) == Set(expected))
            for (name, map) in ours {
                #expect(map.height == theirs[name]?.height && map.channels == theirs[name]?.channels, "\(name)")
            }
        }
    }

    @Test func float64IsWrittenAsFloat64() throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "denoise" })
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(
                "trace", network.checkpoint, "--input", network.path("input.npy"), "--output", folder + "/taps.npz",
                "--path", "reference", "--precision", "float64")
            #expect(outcome.status == 0)
            let ours = try NetworkFixture.taps(at: folder + "/taps.npz")
            let theirs = try network.taps("exact64.npz")
            let output = try #require(ours["output"])
            let difference = zip(output.values, theirs["output"]?.values ?? []).map { abs($0 - $1) }.max()
            #expect((difference ?? 1) < 1e-13)
        }
    }

    @Test func restoreWritesAnImage() throws {
        try withTemporaryFolder { folder in
            let output = folder + "/large.png"
            let outcome = try BuiltCommand.run(
                "restore", fixture("bbcum_x2_trained.pth"), fixture("images/rgb_8.png"), output)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try bytes(of: output).starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(try contents(ofFolder: folder) == ["large.png"])
        }
    }

    @Test(arguments: ["studio", "full"])
    func deblockingRestoresALuma(_ luma: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(
                "restore", fixture("networks/deblock/checkpoint.pth"), fixture("images/rgb_8.png"),
                folder + "/out.png", "--luma", luma, "--k", "16.25")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }
}

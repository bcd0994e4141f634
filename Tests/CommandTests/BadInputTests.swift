import Foundation
import TestSupport
import Testing

/// What cannot be used ends in status 2 with at most three lines on standard error, and nothing is written.
@Suite struct BadInputTests {
    static let commands: [[String]] = [
        ["inspect"], ["validate"], ["cost"], ["verify", "--size", "8x8"],
        ["trace", "--input", fixture("networks/bbcum_x2/input.npy"), "--output", "OUT"],
    ]

    @Test(arguments: commands)
    func unreadableFiles(_ command: [String]) throws {
        try withTemporaryFolder { folder in
            let whole = try bytes(of: fixture("networks/bbcum_x2/checkpoint.pth"))
            var files = [folder, folder + "/absent.pth", fixture("README.md"), fixture("chelsea_320x180.png")]
            for part in 0..<16 {
                let path = folder + "/cut\(part).pth"
                try write(Array(whole[..<(whole.count * part / 16)]), to: path)
                files.append(path)
            }
            for file in files { try expectUnusable(command, file, folder) }
            #expect(!FileManager.default.fileExists(atPath: folder + "/out.npz"))
        }
    }

    @Test(arguments: commands.filter { $0 != ["inspect"] })
    func checkpointsOfSomethingElse(_ command: [String]) throws {
        try withTemporaryFolder { folder in
            try expectUnusable(command, fixture("containers/dtypes.pth"), folder, mayPrint: command == ["validate"])
        }
    }

    @Test func aWrongCRCIsFoundWhenTheTensorIsRead() throws {
        try withTemporaryFolder { folder in
            var damaged = try bytes(of: fixture("bbcum_x2_trained.pth"))
            damaged[damaged.count / 2] ^= 1
            try write(damaged, to: folder + "/crc.pth")
            let outcome = try BuiltCommand.run("verify", folder + "/crc.pth", "--size", "8x8")
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            #expect(outcome.errors.contains("CRC"))
        }
    }

    @Test func inputsThatDoNotFit() throws {
        let deblock = fixture("networks/deblock/checkpoint.pth")
        let colour = fixture("networks/bbcum_x2/input.npy")
        let trained = fixture("bbcum_x2_trained.pth")
        let grey = fixture("networks/bbcul_gray/checkpoint.pth")
        for (checkpoint, input) in [
            (deblock, colour), (grey, fixture("images/rgb_8.png")), (trained, fixture("images/rgba_8.png")),
            (trained, fixture("README.md")), (trained, fixture("absent.png")), (trained, fixture("options")),
        ] {
            let outcome = try BuiltCommand.run("verify", checkpoint, "--input", input)
            #expect(outcome.status == 2, "\(checkpoint) \(input) \(outcome.errors)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.split(separator: "\n").count <= 3)
        }
    }

    @Test(arguments: [
        ["validate", "F", "--k", "0"], ["validate", "F", "--k", "-1"], ["validate", "F", "--k", "nan"],
        ["validate", "F", "--k", "inf"], ["validate", "F", "--k", "many"], ["verify", "F", "--size", "0x3"],
        ["verify", "F", "--threads", "0"], ["verify", "F", "--input", "a.png", "--size", "3x3"],
        ["trace", "F", "--input", "a", "--output", "b", "--form", "exact"], ["cost", "F", "--size", "big"],
        ["verify", "F", "--param-key", "params", "--root", "params"], ["verify"],
    ])
    func wrongUsage(_ arguments: [String]) throws {
        let outcome = try BuiltCommand.run(
            arguments.map { $0 == "F" ? fixture("networks/bbcum_x2/checkpoint.pth") : $0 })
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }

    @Test func whatIsReadIsNotWrittenOver() throws {
        try withTemporaryFolder { folder in
            let checkpoint = folder + "/net.pth"
            let image = folder + "/image.png"
            let original = try bytes(of: fixture("networks/bbcum_x2/checkpoint.pth"))
            try write(original, to: checkpoint)
            try write(try bytes(of: fixture("images/rgb_8.png")), to: image)
            for arguments in [
                ["trace", checkpoint, "--input", image, "--output", checkpoint],
                [
                    "trace", checkpoint, "--input", image, "--output",
                    folder + "/../" + (folder.split(separator: "/").last ?? "") + "/image.png",
                ],
                ["restore", checkpoint, image, image], ["restore", checkpoint, image, folder + "/out.jpg"],
            ] {
                let outcome = try BuiltCommand.run(arguments)
                #expect(outcome.status == 64, "\(arguments) \(outcome.errors)")
            }
            #expect(try bytes(of: checkpoint) == original)
            #expect(try contents(ofFolder: folder) == ["image.png", "net.pth"])
        }
    }

    @Test func anInputThatNoMachineCanHold() throws {
        let outcome = try BuiltCommand.run(
            "verify", fixture("networks/bbcum_x2/checkpoint.pth"), "--size", "1000000x1000000")
        #expect(outcome.status == 2)
        #expect(outcome.errors.split(separator: "\n").count == 1 && outcome.errors.contains("memory"))
    }

    @Test func aRootThatIsNotThere() throws {
        let outcome = try BuiltCommand.run(
            "verify", fixture("bbcum_x2_trained.pth"), "--size", "8x8", "--param-key", "params_ema")
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("params_ema") && outcome.errors.contains("params"))
    }

    private func expectUnusable(_ command: [String], _ file: String, _ folder: String, mayPrint: Bool = false) throws {
        let arguments = [command[0], file] + command.dropFirst().map { $0 == "OUT" ? folder + "/out.npz" : $0 }
        let outcome = try BuiltCommand.run(arguments)
        #expect(outcome.status == 2, "\(arguments) \(outcome.errors)")
        #expect(mayPrint || outcome.output.isEmpty)
        let lines = outcome.errors.split(separator: "\n")
        #expect(!lines.isEmpty && lines.count <= 3, "\(outcome.errors)")
    }
}

import BBCUKit
import Foundation
import OrderedCollections
import TestSupport
import Testing

@Suite("tensors in hidden places, by command") struct HiddenTensorCommandTests {
    static let files = [
        "objects.pth", "objects.old.pth", "module.pth", "graph.pth", "quantized.pt", "distributed.pth", "unlisted.pth",
        "later.old.pth", "later.npy", "later.pkl",
    ]

    @Test(arguments: files)
    func inspectFollowsItsSchema(_ file: String) throws {
        let outcome = try BuiltCommand.run("inspect", fixture("hidden/" + file), "--json", "--checksums")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "inspect").isEmpty)
    }

    @Test func inspectNamesWhatNoTensorUsesAndWhatComesLater() throws {
        let unlisted = try BuiltCommand.run("inspect", fixture("hidden/unlisted.pth")).output
        #expect(unlisted.contains("Used by no tensor (37 bytes)"))
        #expect(unlisted.contains("unlisted/data/77, 5 bytes"))
        let later = try BuiltCommand.run("inspect", fixture("hidden/later.npy"))
        #expect(later.output.contains("#3.weight"))
        #expect(later.output.contains("319 more bytes"))
        let part = try BuiltCommand.run("inspect", fixture("hidden/later.npy"), "--root", "#3")
        #expect(part.status == 0 && part.output.contains("\nweight"))
    }

    @Test func diffFindsWhatIsHidden() throws {
        let pair = [fixture("hidden/a.pth"), fixture("hidden/b.pth")]
        let outcome = try BuiltCommand.run(["diff", "--json"] + pair)
        #expect(outcome.status == 1)
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "diff").isEmpty)
        #expect(try BuiltCommand.run("diff", pair[0], pair[0]).status == 0)
        #expect(try BuiltCommand.run("diff", "--diffable", pair[0], pair[1]).output.contains("used by no tensor"))
    }

    @Test func diffSaysWhereItDidNotLook() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/buffer.pkl"
            try Data([0x80, 5, 0x5D, 0x97, 0x61, 0x2E]).write(to: URL(fileURLWithPath: path))
            let outcome = try BuiltCommand.run("diff", path, path)
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("Not compared\n  0: its bytes were kept outside the file"))
        }
    }

    @Test(arguments: ["pth", "safetensors", "npz"])
    func convertRefusesToLoseStorages(_ format: String) throws {
        try withTemporaryFolder { folder in
            let output = folder + "/out." + format
            for file in ["unlisted.pth", "later.pkl"] {
                let outcome = try BuiltCommand.run("convert", fixture("hidden/" + file), output)
                #expect(outcome.status == 2)
                #expect(outcome.errors.contains("--only-listed"))
                #expect(!FileManager.default.fileExists(atPath: output))
            }
            let told = try BuiltCommand.run("convert", fixture("hidden/later.pkl"), output, "--only-listed")
            #expect(told.status == 0, "\(told.errors)")
            #expect(try Checkpoint.open(output).tensors.map(\.name) == ["weight"])
        }
    }

    @Test func convertKeepsEveryTensorOfAnObject() throws {
        try withTemporaryFolder { folder in
            let output = folder + "/out.safetensors"
            #expect(try BuiltCommand.run("convert", fixture("hidden/objects.pth"), output).status == 0)
            let (before, after) = (try Checkpoint.open(fixture("hidden/objects.pth")), try Checkpoint.open(output))
            #expect(before.tensors.map(\.name).sorted() == after.tensors.map(\.name).sorted())
        }
    }

    @Test func diffCountsSignsThatChanged() throws {
        try withTemporaryFolder { folder in
            let original = fixture("networks/bbcum_x2/checkpoint.pth")
            let checkpoint = try Checkpoint.open(original)
            let key = try #require(checkpoint.tensors.first { $0.name.hasSuffix("binary_conv.weight") })
            let changed = folder + "/changed.safetensors"
            let tensors = try checkpoint.tensors.map { entry in
                let tensor = try checkpoint.tensor(entry)
                guard entry == key, var values = tensor.floats() else { return NamedTensor(entry.name, tensor) }
                for index in 0..<5 { values[index] = -values[index] }
                return NamedTensor(entry.name, try #require(Tensor(values, shape: tensor.shape)))
            }
            try SafetensorsWriter.write(tensors, metadata: [:], to: changed)
            let outcome = try BuiltCommand.run("diff", original, changed, "--json")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "diff").isEmpty)
            let report = try JSONReport(outcome.output)
            #expect(report["sign_changes", "changed"] == .number(5))
            let text = try BuiltCommand.run("diff", original, changed).output
            #expect(text.contains("networks  BBCU-M x2 with BBCU-M x2"))
            #expect(text.contains("5 of "))
            #expect(text.contains("A and B differ: 1 of "))
            #expect(text.hasSuffix("DIFFER: the two hold different things.\n"))
        }
    }

    @Test func diffNamesTheNetworksAndTheRoots() throws {
        let pair = [fixture("networks/bbcum_x2/checkpoint.pth"), fixture("networks/bbcum_x3/checkpoint.pth")]
        let text = try BuiltCommand.run(["diff"] + pair + ["--root-a", "params", "--root-b", "params"]).output
        #expect(text.contains("networks  BBCU-M x2 with BBCU-M x3"))
        #expect(text.contains("checkpoint.pth, params (pytorch-zip"))
    }
}

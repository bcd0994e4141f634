import Foundation
import TestSupport
import Testing

/// Checkpoints that are folders, and files that others name.
@Suite struct FolderCommandTests {
    /// A folder as the cache of Hugging Face has it: a snapshot's files are links into `blobs`.
    private func withCache(_ body: (_ cache: String, _ snapshot: String) throws -> Void) throws {
        try withTemporaryFolder { cache in
            let snapshot = cache + "/snapshots/0123"
            for folder in ["/blobs", "/snapshots", "/snapshots/0123"] {
                try FileManager.default.createDirectory(atPath: cache + folder, withIntermediateDirectories: true)
            }
            let names = ["model.safetensors.index.json", "model-1-of-2.safetensors", "model-2-of-2.safetensors"]
            for (index, name) in names.enumerated() {
                try write(try bytes(of: fixture("forms/" + name)), to: cache + "/blobs/\(index)")
                try makeLink(snapshot + "/" + name, to: "../../blobs/\(index)")
            }
            try body(cache, snapshot)
        }
    }

    @Test func aSnapshotIsTheNetwork() throws {
        try withCache { cache, snapshot in
            for path in [snapshot, snapshot + "/model.safetensors.index.json"] {
                let validation = try BuiltCommand.run("validate", path)
                #expect(validation.status == 0, "\(validation.output)\(validation.errors)")
                let same = try BuiltCommand.run("diff", path, fixture("forms/model.safetensors.index.json"))
                #expect(same.status == 0, "\(same.output)\(same.errors)")
            }
            let inspection = try BuiltCommand.run("inspect", "--json", snapshot)
            #expect(inspection.status == 0)
            #expect(inspection.output.contains("folder's model.safetensors.index.json was opened"))
            #expect(try SchemaCheck.errors(in: inspection.output, schema: "inspect") == [])
            let above = try BuiltCommand.run("inspect", cache)
            #expect(above.status == 2 && above.errors.contains("snapshots"), "\(above.errors)")
        }
    }

    /// Nothing that is missing goes by in silence, and no command says yes over it.
    @Test func aStaleNameIsSaid() throws {
        try withCache { cache, snapshot in
            try FileManager.default.removeItem(atPath: cache + "/blobs/2")
            let inspection = try BuiltCommand.run("inspect", snapshot)
            #expect(inspection.status == 1 && inspection.output.contains("conv_last.bias"))
            #expect(inspection.output.contains("INCOMPLETE"))
            let json = try BuiltCommand.run("inspect", "--json", snapshot)
            #expect(json.status == 1 && json.output.contains("a link to something that is not there"))
            #expect(try SchemaCheck.errors(in: json.output, schema: "inspect") == [])
            #expect(try BuiltCommand.run("validate", snapshot).status == 1)
            let difference = try BuiltCommand.run("diff", snapshot, snapshot)
            #expect(difference.status == 1 && difference.output.contains("Not compared"))
            for arguments in [
                ["convert", snapshot, cache + "/out.safetensors"],
                ["convert", "--keep-tree", snapshot, cache + "/out.safetensors"],
                ["verify", snapshot, "--input", fixture("networks/bbcum_x2/input.npy")],
            ] {
                #expect(try BuiltCommand.run(arguments).status == 2, "\(arguments)")
            }
            #expect(!FileManager.default.fileExists(atPath: cache + "/out.safetensors"))
            let salvage = try BuiltCommand.run("inspect", "--salvage", "--json", snapshot)
            #expect(salvage.status == 1 && salvage.output.contains("\"absent\""))
            #expect(try SchemaCheck.errors(in: salvage.output, schema: "salvage") == [])
        }
    }

    /// A command that has all it needs runs, and says what is missing.
    @Test func whatNobodyNeedsIsWarnedOf() throws {
        try withCache { cache, snapshot in
            let index = try String(contentsOfFile: cache + "/blobs/0", encoding: .utf8)
            let name = "\"old.bias\": \"gone.safetensors\","
            let stale = index.replacing("\"weight_map\": {", with: "\"weight_map\": {" + name)
            try write(Array(stale.utf8), to: cache + "/blobs/0")
            let validation = try BuiltCommand.run("validate", "--json", snapshot)
            #expect(validation.status == 1 && validation.output.contains("\"old.bias\""))
            #expect(try SchemaCheck.errors(in: validation.output, schema: "validate") == [])
            #expect(try BuiltCommand.run("validate", snapshot).output.contains("INCOMPLETE"))
            let verification = try BuiltCommand.run(
                "verify", snapshot, "--input", fixture("networks/bbcum_x2/input.npy"))
            #expect(verification.status == 0 && verification.errors.contains("old.bias"), "\(verification.errors)")
            let conversion = try BuiltCommand.run("convert", snapshot, cache + "/out.safetensors")
            #expect(conversion.status == 0 && conversion.errors.contains("incomplete"), "\(conversion.errors)")
        }
    }

    @Test func aShardInAFolderBelowIsFound() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/a/b", withIntermediateDirectories: true)
            let index = try String(contentsOfFile: fixture("forms/model.safetensors.index.json"), encoding: .utf8)
            try write(
                Array(index.replacing("model-2-of-2", with: "a/b/model-2-of-2").utf8), to: folder + "/model.index.json")
            for (from, to) in [("model-1-of-2", "model-1-of-2"), ("model-2-of-2", "a/b/model-2-of-2")] {
                try write(try bytes(of: fixture("forms/\(from).safetensors")), to: "\(folder)/\(to).safetensors")
            }
            #expect(try BuiltCommand.run("validate", folder).status == 0)
            #expect(
                try BuiltCommand.run("diff", folder, fixture("networks/bbcum_x2/checkpoint.pth"), "--root-b", "params")
                    .status == 0)
            let over = try BuiltCommand.run("convert", folder, folder + "/a/b/model-2-of-2.safetensors")
            #expect(over.status == 64, "\(over.errors)")
        }
    }

    @Test func aFolderOfSeveralIsAskedAbout() throws {
        try withTemporaryFolder { folder in
            let empty = try BuiltCommand.run("inspect", folder)
            #expect(empty.status == 2 && empty.errors.contains("an empty folder"))
            let network = try bytes(of: fixture("networks/bbcum_x2/checkpoint.pth"))
            try write(network, to: folder + "/one.pth")
            try write(Array("text".utf8), to: folder + "/README.md")
            let one = try BuiltCommand.run("inspect", folder)
            #expect(one.status == 0 && one.output.contains("The folder's one.pth was opened"))
            try write(network, to: folder + "/two.pth")
            let two = try BuiltCommand.run("inspect", folder)
            #expect(two.status == 2 && two.errors.contains("one.pth, two.pth"), "\(two.errors)")
        }
    }

    @Test func aPlanIsANetworkForEveryCommand() throws {
        let folder = fixture("folders/dcp_one_rank")
        let original = fixture("networks/denoise/checkpoint.pth")
        #expect(try BuiltCommand.run("validate", folder).status == 0)
        #expect(try BuiltCommand.run("validate", folder + "/.metadata", "--root", "net").status == 0)
        #expect(try BuiltCommand.run("diff", folder, original, "--root-a", "net").status == 0)
        #expect(
            try BuiltCommand.run("verify", folder, "--input", fixture("networks/denoise/input.npy")).status == 0)
        let inspection = try BuiltCommand.run("inspect", "--json", "--stats", "--checksums", folder)
        #expect(inspection.status == 0 && inspection.output.contains("\"format\": \"dcp\""))
        #expect(try SchemaCheck.errors(in: inspection.output, schema: "inspect") == [])
        try withTemporaryFolder { temporary in
            let output = temporary + "/out.pth"
            let conversion = try BuiltCommand.run("convert", folder, output)
            #expect(conversion.status == 0, "\(conversion.errors)")
            let difference = try BuiltCommand.run("diff", output, original)
            #expect(difference.status == 0, "\(difference.output)")
        }
    }

    @Test func anIncompletePlanIsNotTheSame() throws {
        let plan = fixture("folders/plans/no_file.metadata")
        let difference = try BuiltCommand.run("diff", plan, plan)
        #expect(difference.status == 1 && difference.output.contains("is not there"), "\(difference.output)")
        try withTemporaryFolder { temporary in
            let conversion = try BuiltCommand.run("convert", plan, temporary + "/out.safetensors")
            #expect(conversion.status == 2 && conversion.errors.contains("net.w"), "\(conversion.errors)")
            #expect(try contents(ofFolder: temporary) == [])
        }
    }

    /// An exported network is the network, and what lies beside its weights does not get in the way.
    @Test func anExportedProgramIsANetworkForEveryCommand() throws {
        let program = fixture("folders/network.pt2")
        let original = fixture("networks/denoise/checkpoint.pth")
        let validation = try BuiltCommand.run("validate", program)
        #expect(validation.status == 0 && validation.output.contains("VALID"), "\(validation.output)")
        #expect(!validation.output.contains("unexpected"))
        #expect(
            try BuiltCommand.run("verify", program, "--input", fixture("networks/denoise/input.npy")).status == 0)
        let inspection = try BuiltCommand.run("inspect", "--json", "--stats", program)
        #expect(inspection.status == 0 && inspection.output.contains("\"format\": \"pt2\""))
        #expect(inspection.output.contains("graph was not read"))
        #expect(try SchemaCheck.errors(in: inspection.output, schema: "inspect") == [])
        #expect(try BuiltCommand.run("inspect", "--root", "sample_inputs", program).status == 0)
        try withTemporaryFolder { temporary in
            let output = temporary + "/out.pth"
            let conversion = try BuiltCommand.run("convert", program, output)
            #expect(conversion.status == 0 && conversion.errors.contains("example inputs"), "\(conversion.errors)")
            #expect(try BuiltCommand.run("diff", output, original).status == 0)
            let tree = try BuiltCommand.run("convert", "--keep-tree", program, temporary + "/tree.safetensors")
            #expect(tree.status == 0, "\(tree.errors)")
            let difference = try BuiltCommand.run("diff", program, temporary + "/tree.safetensors")
            #expect(!difference.output.contains("only in") && !difference.output.contains("changed"))
        }
    }

    @Test func aProgramWithSymbolicSizesIsIncomplete() throws {
        let program = fixture("folders/programs/symbol.pt2")
        #expect(try BuiltCommand.run("inspect", program).status == 1)
        #expect(try BuiltCommand.run("diff", program, program).status == 1)
        try withTemporaryFolder { temporary in
            let conversion = try BuiltCommand.run("convert", program, temporary + "/out.safetensors")
            #expect(conversion.status == 2, "\(conversion.errors)")
        }
    }
}

import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct SalvageTests {
    static func salvage(_ content: [UInt8], _ name: String = "x.pth") throws -> Salvage {
        try withTemporaryFolder { folder in
            try write(content, to: folder + "/" + name)
            return try Salvage(folder + "/" + name)
        }
    }

    static func names(_ salvage: Salvage, _ condition: String) -> [String] {
        salvage.tensors.filter { $0.condition.name == condition }.map(\.entry.name)
    }

    static let whole = [
        "containers/nested.pth", "containers/deflated.pth", "containers/zip64_local.pth", "arrays/stored.npz",
        "generations/2.13.0/legacy_views.pth", "generations/2.13.0/tar.pth", "safetensors/dtypes.safetensors",
        "generations/2.13.0/script.pt",
    ]

    @Test(arguments: whole)
    func wholeFilesAreWhole(_ file: String) throws {
        let salvage = try Salvage(fixture(file))
        #expect(salvage.isWhole)
        #expect(salvage.tensors.count == (try Checkpoint.open(fixture(file)).tensors.count))
        #expect(salvage.notes.isEmpty)
    }

    /// Without its directory every entry of an archive is found by its header, whoever wrote it.
    @Test(arguments: [
        "containers/views.pth", "containers/deflated.pth", "containers/zip64_local.pth", "arrays/deflated.npz",
        "bbcum_x2_trained.pth",
    ])
    func directoryCutOff(_ file: String) throws {
        let content = try bytes(of: fixture(file))
        let signature: [UInt8] = [0x50, 0x4B, 1, 2]
        var start = content.count - 4
        var directory = start
        while start >= 0 {
            if content[start...].starts(with: signature) { directory = start }
            start -= 1
        }
        let salvage = try Self.salvage(Array(content[..<directory]))
        let original = try Checkpoint.open(fixture(file))
        #expect(salvage.isWhole)
        #expect(salvage.notes.count == 1)
        #expect(salvage.tensors.map(\.entry.name) == original.tensors.map(\.name))
        let checkpoint = try #require(salvage.checkpoint)
        for (entry, other) in zip(checkpoint.tensors, original.tensors).prefix(40) {
            #expect(try checkpoint.tensor(entry) == original.tensor(other))
        }
    }

    @Test func halfAnArchive() throws {
        let content = try bytes(of: fixture("bbcum_x2_trained.pth"))
        let salvage = try Self.salvage(Array(content[..<(content.count / 2)]))
        let (intact, absent) = (Self.names(salvage, "intact"), Self.names(salvage, "absent"))
        #expect(intact.count + absent.count == 174)
        #expect(intact.count > 60 && absent.count > 60)
        #expect(intact.first == "params.conv_first.weight")
        #expect(absent.last == "params.conv_last.bias")
        #expect(!salvage.isWhole)
        #expect(salvage.checkpoint?.tensors.map(\.name) == intact)
        #expect(salvage.parts.contains { $0.condition.name == "absent" })
    }

    @Test func oneChangedBit() throws {
        var content = try bytes(of: fixture("bbcum_x2_trained.pth"))
        content[2_500_000] ^= 1
        let salvage = try Self.salvage(content)
        #expect(Self.names(salvage, "damaged") == ["params.body.8.body.0.binary_conv.weight"])
        #expect(Self.names(salvage, "intact").count == 173)
        #expect(salvage.parts.count { $0.condition.name == "damaged" } == 1)
    }

    /// A damaged pickle: no tensor can be named, the entries can.
    @Test func namesLost() throws {
        var content = try bytes(of: fixture("containers/views.pth"))
        content[100] ^= 0xFF
        let salvage = try Self.salvage(content)
        #expect(salvage.checkpoint == nil)
        #expect(salvage.tensors.isEmpty)
        #expect(salvage.parts.count { $0.condition == .intact } > 3)
        #expect(!salvage.isWhole)
    }

    @Test(arguments: [("generations/2.13.0/legacy_views.pth", 200), ("safetensors/bbcum_x2.safetensors", 2000)])
    func cutOffStreams(_ file: String, _ cut: Int) throws {
        let content = try bytes(of: fixture(file))
        let salvage = try Self.salvage(Array(content.dropLast(cut)))
        #expect(!Self.names(salvage, "intact").isEmpty)
        #expect(!Self.names(salvage, "absent").isEmpty)
        let checkpoint = try #require(salvage.checkpoint)
        let original = try Checkpoint.open(fixture(file))
        for entry in checkpoint.tensors {
            let other = try #require(original.tensors.first { $0.name == entry.name })
            #expect(try checkpoint.tensor(entry) == original.tensor(other))
        }
    }

    @Test func nothingLeft() throws {
        #expect(throws: CheckpointError(.archive(.notZip), found: "")) {
            try Self.salvage(Array("PK\u{3}\u{4} and nothing else".utf8))
        }
        #expect(throws: CheckpointError(.archive(.notZip), found: "")) { try Self.salvage([1, 2, 3, 4, 5]) }
        #expect(throws: CheckpointError(.notCheckpoint, found: "")) { try Self.salvage(Array("hello".utf8)) }
    }

    @Test func everyTruncationEndsInAnAnswer() throws {
        let content = try bytes(of: fixture("containers/nested.pth"))
        var (answers, errors) = (0, 0)
        for count in stride(from: 1, to: content.count, by: 37) {
            do throws(CheckpointError) {
                let salvage = try Salvage(bytes: ByteRegion(Array(content[..<count])))
                #expect(!salvage.isWhole || salvage.notes.count == 1)
                answers += 1
            } catch { errors += 1 }
        }
        #expect(answers > 100 && errors < 20)
    }
}

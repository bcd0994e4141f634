import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// `é` and `e` with a combining accent are two names, in every format.
@Suite struct UnicodeNameTests {
    static let names = ["\u{E9}", "e\u{301}", "\u{212B}", "\u{C5}"]

    static func tensor(_ value: Float) throws -> Tensor { try #require(Tensor([value], shape: [1])) }

    static func scalars(_ names: [String]) -> [[Unicode.Scalar]] { names.map { Array($0.unicodeScalars) } }

    static func check(_ checkpoint: Checkpoint) throws {
        #expect(scalars(checkpoint.tensors.map(\.name)) == scalars(names))
        for (index, entry) in checkpoint.tensors.enumerated() {
            #expect(try checkpoint.tensor(entry).floats() == [Float(index)], "\(checkpoint.format)")
        }
    }

    @Test func everyFormatKeepsThemApart() throws {
        let named = try Self.names.enumerated().map { NamedTensor($1, try Self.tensor(Float($0))) }
        try withTemporaryFolder { folder in
            try SafetensorsWriter.write(
                named, texts: ["\u{E9}": "a", "e\u{301}": "b"], to: folder + "/a.safetensors")
            try NPZWriter.write(named, to: folder + "/a.npz")
            try PyTorchWriter.write(named, under: nil, to: folder + "/a.pth")
            for file in ["/a.safetensors", "/a.npz", "/a.pth"] { try Self.check(Checkpoint.open(folder + file)) }
            let original = try Checkpoint.open(folder + "/a.safetensors")
            #expect(original.texts["\u{E9}"] == "a" && original.texts["e\u{301}"] == "b")
            // Storages are shared by their keys, which are the names.
            try PyTorchWriter.write(original, to: folder + "/tree.pth")
            let tree = try Checkpoint.open(folder + "/tree.pth")
            #expect(Set(tree.tensors.map(\.storageKey)).count == 4)
            for (index, entry) in tree.tensors.enumerated() {
                #expect(try tree.tensor(entry).floats() == [Float(index)])
            }
        }
    }

    @Test func patternsAndRootsAreExact() throws {
        let named = try Self.names.enumerated().map { NamedTensor($1 + ".w", try Self.tensor(Float($0))) }
        try withTemporaryFolder { folder in
            try SafetensorsWriter.write(named, to: folder + "/a.safetensors")
            let checkpoint = try Checkpoint.open(folder + "/a.safetensors")
            var request = Inspection.Request()
            request.match = "e\u{301}*"
            #expect(try Inspection(checkpoint, request).rows.map { Array($0.entry.name.unicodeScalars).count } == [4])
            request.match = nil
            request.root = "\u{E9}.w"
            #expect(try Inspection(checkpoint, request).rows.count == 1)
            let folded = try Inspection(checkpoint).folded
            #expect(folded.count == 4 && folded.allSatisfy { $0.count == 1 })
        }
    }

    @Test func archivesAndJSONKeepThemApart() throws {
        try withTemporaryFolder { folder in
            var writer = try ZipWriter(folder + "/a.zip")
            try writer.add("\u{E9}", [1])
            try writer.add("e\u{301}", [2])
            try writer.finish()
            let archive = try ZipArchive.read(try ByteRegion.mapping(folder + "/a.zip"))
            #expect(try archive.contents(of: "\u{E9}").bytes == [1])
            #expect(try archive.contents(of: "e\u{301}").bytes == [2])
        }
        let json = try StrictJSON.parse(Array("{\"\u{E9}\": 1, \"e\u{301}\": 2}".utf8))
        #expect(json["\u{E9}"]?.number == 1 && json["e\u{301}"]?.number == 2)
        #expect(throws: StrictJSON.Failure.self) { try StrictJSON.parse(Array("{\"\u{E9}\": 1, \"\\u00e9\": 2}".utf8)) }
    }

    /// A local header that spells the name otherwise is another name.
    @Test func headersMustSpellAlike() throws {
        try withTemporaryFolder { folder in
            // Equal to Swift, and of one length.
            let name = Array("\u{340}".utf8)
            #expect(name.count == "\u{300}".utf8.count && "\u{340}" == "\u{300}")
            var writer = try ZipWriter(folder + "/a.zip")
            try writer.add("\u{340}", [1])
            try writer.finish()
            var content = try bytes(of: folder + "/a.zip")
            let place = try #require(content.indices.first { content[$0...].starts(with: name) })
            content.replaceSubrange(place..<place + 2, with: Array("\u{300}".utf8))
            let archive = try ZipArchive.read(ByteRegion(content))
            #expect(throws: ZipError(.headerMismatch, found: "")) { try archive.contents(of: "\u{340}") }
        }
    }
}

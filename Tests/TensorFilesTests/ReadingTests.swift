import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Files that other programs read: tensors within pickles, dictionaries within arrays, odd archives.
@Suite struct ReadingTests {
    @Test(arguments: 0...5)
    func tensorsOfAPlainPickle(_ version: Int) throws {
        let checkpoint = try Checkpoint.open(fixture("reading/pickle_\(version).pkl"))
        let expected = try Checkpoint.open(fixture("reading/pickle_expected.npz"))
        #expect(checkpoint.format == .pickle)
        #expect(Set(checkpoint.tensors.map(\.name)) == Set(expected.tensors.map(\.name)))
        for entry in checkpoint.tensors {
            let other = try #require(expected.tensors.first { $0.name == entry.name })
            #expect(entry.shape == other.shape, "\(entry.name)")
            #expect(try checkpoint.tensor(entry).doubles() == expected.tensor(other).doubles(), "\(entry.name)")
        }
        #expect(checkpoint.tensors.first { $0.name == "t" }?.strides == [1, 3])
        #expect(checkpoint.tensors.first { $0.name == "brain" }?.dtype == .bfloat16)
    }

    /// The same bytes loaded many times over would be read many times over.
    @Test func storagesWithinAPickleHaveALimit() throws {
        let pickles =
            "L119547037146038801333356L\n.I1001\n.(d."
            + "(Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI250\nNtQ.(V0\nl."
        let file = Array(pickles.utf8) + [250, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 1000)
        let call = Array("ctorch.storage\n_load_from_bytes\nh".utf8) + [0, 0x85, 0x52, 0x61]
        func pickle(_ count: Int) -> ByteRegion {
            let head: [UInt8] = [0x80, 4, 0x42, UInt8(file.count & 0xFF), UInt8(file.count >> 8), 0, 0]
            let calls = (0..<count).flatMap { _ in call }
            return ByteRegion(head + file + [0x94, 0x30, 0x5D] + calls + [0x2E])
        }
        guard case .list(let storages) = try Checkpoint.open(pickle(2), file: "x").root else {
            Issue.record("no list")
            return
        }
        #expect(storages.count == 2)
        #expect(throws: CheckpointError(.limit, found: "")) { try Checkpoint.open(pickle(2000), file: "x") }
    }

    @Test func bytesThatAreNoStorageAreNamed() {
        let pickle = [0x80, 4] + Array("ctorch.storage\n_load_from_bytes\n".utf8) + [0x43, 2, 1, 2, 0x85, 0x52, 0x2E]
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(ByteRegion(pickle), file: "x") }
        #expect(error?.code == .tensor && error?.found.contains("as a storage within the pickle") == true)
    }

    static let conv = ["conv.weight", "conv.bias"]

    @Test func dictionaryInAnArray() throws {
        let checkpoint = try Checkpoint.open(fixture("reading/dictionary.npy"))
        #expect(checkpoint.format == .npy && checkpoint.tensors.map(\.name) == Self.conv)
        #expect(checkpoint.tensors[0].shape == [2, 3] && checkpoint.tensors[1].dtype == .float64)
        #expect(try checkpoint.tensor(checkpoint.tensors[0]).floats() == [0, 1, 2, 3, 4, 5])
        guard case .integer(3)? = checkpoint.root["epoch"] else {
            Issue.record("no epoch")
            return
        }
        #expect(throws: CheckpointError(.npy, found: "")) { try NumPyArray.read(fixture("reading/dictionary.npy")) }
    }

    @Test func listsOfObjectsInArrays() throws {
        let single = try Checkpoint.open(fixture("reading/objects.npy"))
        #expect(single.tensors.map(\.name) == ["0.a", "1"])
        #expect(try single.tensor(single.tensors[1]).doubles() == [0, 1, 2, 3])
        let archive = try Checkpoint.open(fixture("reading/objects.npz"))
        #expect(archive.tensors.map(\.name) == Self.conv.map { "first." + $0 } + ["second.0.a", "second.1", "plain"])
        for (index, values) in [(0, [0, 1, 2, 3, 4, 5]), (2, [0, 1, 2]), (3, [0, 1, 2, 3]), (4, [0, 1])]
            as [(Int, [Double])]
        {
            #expect(try archive.tensor(archive.tensors[index]).doubles() == values, "\(archive.tensors[index].name)")
        }
    }

    @Test func storagesWithoutChecksumsBesideOthers() throws {
        let path = fixture("reading/crc_zero.pth")
        let checkpoint = try Checkpoint.open(path)
        #expect(checkpoint.notes.count == 1 && checkpoint.notes.first?.contains("2 entries have no CRC-32") == true)
        let inspection = try Inspection(checkpoint, .init(checksums: true, statistics: true))
        #expect(inspection.rows.map { $0.statistics?.max } == [3, 2])
        #expect(try Salvage(path).isWhole)
        // What has a checksum is still checked.
        var content = try bytes(of: path)
        let place = try #require(content.indices.first { content[$0...].starts(with: Array("little".utf8)) })
        content[place] = UInt8(ascii: "b")
        #expect(throws: CheckpointError(.archive(.checksum), found: "")) {
            try Checkpoint.open(ByteRegion(content), file: "x")
        }
    }

    @Test func namesInCapitals() throws {
        let checkpoint = try Checkpoint.open(fixture("reading/capitals.pth"))
        #expect(checkpoint.format == .pyTorchZip && checkpoint.tensors.map(\.name) == ["a", "b"])
        #expect(try checkpoint.tensor(checkpoint.tensors[1]).doubles() == [0, 1, 2])
        #expect(checkpoint.notes.contains { $0.contains("in capitals") })
        #expect(checkpoint.unlisted.isEmpty, "\(checkpoint.unlisted.map(\.name))")
        #expect(checkpoint.writer == "PyTorch 2.7 or later")
    }

    /// A name that two entries have in another case is neither's; an exact one always counts.
    @Test func caseOfNames() throws {
        try withTemporaryFolder { folder in
            var writer = try ZipWriter(folder + "/a.zip")
            for (name, value) in [("A/x", 1), ("a/X", 2), ("b/Y", 3), ("\u{C4}", 4)] as [(String, UInt8)] {
                try writer.add(name, [value])
            }
            try writer.finish()
            let archive = try ZipArchive.read(try ByteRegion.mapping(folder + "/a.zip"))
            #expect(archive.entry(inAnyCase: "a/x") == nil && archive.entry(inAnyCase: "a/X")?.name == "a/X")
            #expect(archive.entry(inAnyCase: "B/y")?.name == "b/Y" && archive.entry("B/y") == nil)
            #expect(archive.entry(inAnyCase: "\u{E4}") == nil)
        }
        try withTemporaryFolder { folder in
            var builder = CheckpointBuilder()
            builder.others["DATA.PKL"] = [0x80, 2, 0x4E, 0x2E]
            #expect(throws: CheckpointError(.noPickle, found: "")) {
                try Checkpoint.open(try builder.write(in: folder))
            }
        }
    }

    @Test func metadataOfNull() throws {
        let header = #"{"__metadata__":null,"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
        let bytes = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [5]
        let checkpoint = try Checkpoint.open(ByteRegion(bytes), file: "x")
        #expect(checkpoint.tensors.count == 1 && checkpoint.metadata.isEmpty && checkpoint.root["__metadata__"] == nil)
    }

    /// Depth is a limit of this reader, and says so.
    @Test func deepNesting() throws {
        for depth in [190, 250, 1000] {
            let pickle = [UInt8](repeating: 0x5D, count: 1) + [UInt8](repeating: 0x85, count: depth)
            try withTemporaryFolder { folder in
                var builder = CheckpointBuilder()
                builder.object = pickle
                let path = try builder.write(in: folder)
                guard depth > 200 else {
                    _ = try Checkpoint.open(path)
                    return
                }
                let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
                #expect(error?.code == .limit && error?.advice?.description.contains("limit") == true)
                #expect(error?.description.contains("damaged") == false)
            }
        }
    }
}

import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// What files that are no checkpoints are called, and what a person is told to do.
@Suite struct FileKindTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    static let files: [(content: [UInt8], found: String, advice: String)] = [
        ([0x89] + bytes("HDF\r\n"), "an HDF5 file", "safetensors"),
        ([0x1F, 0x8B, 8], "a gzip-compressed file", "gunzip"), (bytes("BZh91AY"), "a bzip2-compressed", "bunzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz-compressed file", "unxz"),
        ([0x28, 0xB5, 0x2F, 0xFD], "a zstd-compressed file", "unzstd"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive", "unpack it"),
        (bytes("Rar!") + [0x1A, 7], "a RAR archive", "unpack it"), (bytes("GGUF"), "a GGUF file", "save its weights"),
        (bytes("<!DOCTYPE html><title>404\n Not Found</title>"), "a web page '404 Not Found'", "download it again"),
        (bytes("\n <HTML><body>x"), "a web page", "download it again"),
        (
            bytes("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "an XML text 'AccessDenied'",
            "download it again"
        ),
        (
            bytes("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 123\n"), "of 123 bytes",
            "git lfs pull"
        ),
        (bytes("Entry not found"), "a text that begins 'Entry not found'", "download it again"),
        (bytes("Not Found."), "a text that begins 'Not Found.'", "download it again"),
        (bytes("hello"), "a text that begins 'hello'", "check the address"),
        ([8, 7, 0x12, 7] + bytes("pytorch") + [0x3A, 0x80], "an ONNX model", "export the weights"),
        ([8, 10, 0x3A, 0x80, 1], "an ONNX model", "export the weights"),
        ([UInt8](repeating: 0, count: 5000), "nothing but zero bytes", "download it again"),
        ([0xC8, 0xC9, 1, 2], "unknown kind", "no format that is known here"),
        (bytes("{\"error\": \"Repository not found\"}"), "Repository not found", "download it again"),
        (bytes("{\"architectures\": [], \"model_type\": \"x\"}"), "without weight_map", "index"),
    ]

    @Test(arguments: files.indices)
    func otherFilesAreNamed(_ index: Int) {
        let (content, found, advice) = Self.files[index]
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(ByteRegion(content), file: "x") }
        #expect(error?.found.contains(found) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(advice) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("is damaged;") == false)
    }

    static let archives: [(names: [String], found: String, advice: String)] = [
        (["folder/net.pth", "readme.txt"], "around a checkpoint: 'folder/net.pth'", "take 'folder/net.pth' out"),
        (["a.safetensors", "b.ckpt"], "around checkpoints: 'a.safetensors', 'b.ckpt'", "take 'a.safetensors' out"),
        (["p/.data/extern_modules", "p/model/model.pkl"], "torch.package", "torch.save"),
        (["MAR-INF/MANIFEST.json", "model.pt"], "TorchServe", "serializedFile"),
        (["config.json", "model.weights.h5"], "Keras", "safetensors"), (["x/y.txt"], "'x/y.txt'", "something else"),
        (["a/data/0", "a/version"], "without data.pkl", "download it again"),
    ]

    @Test(arguments: archives.indices)
    func archivesAreNamed(_ index: Int) throws {
        let (names, found, advice) = Self.archives[index]
        try withTemporaryFolder { folder in
            var writer = try ZipWriter(folder + "/a.zip")
            for name in names { try writer.add(name, [1, 2, 3]) }
            try writer.finish()
            let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(folder + "/a.zip") }
            #expect(error?.code == .noPickle)
            #expect(
                error?.found.contains(found) == true && error?.advice?.description.contains(advice) == true, "\(error!)"
            )
        }
    }

    static let cuts: [(file: String, kept: Double, says: [String])] = [
        (
            "safetensors/bbcum_x2.safetensors", 0.7,
            ["the file ends early", "bytes are missing", "tensors that are whole"]
        ),
        ("safetensors/bbcum_x2.safetensors", 0.01, ["the file ends early", "bytes of its header are missing"]),
        ("bbcum_x2_trained.pth", 0.5, ["the file ends early", "Salvage lists", "entries that are whole"]),
        ("arrays/stored.npz", 0.5, ["the file ends early", "download it again"]),
        ("containers/arrays/float32.npy", 0.95, ["the file ends early", "bytes are missing"]),
        ("forms/legacy.pth", 0.7, ["the file ends early", "bytes of this storage are missing", "Salvage lists"]),
        ("forms/legacy.pth", 0.01, ["ends early", "download it again"]),
        ("generations/1.4.0/tar.pth", 0.355, ["the file ends early", "bytes", "are missing"]),
        ("reading/pickle_4.pkl", 0.5, ["ends early", "download it again"]),
    ]

    @Test(arguments: cuts.indices)
    func cutDownloadsSaySo(_ index: Int) throws {
        let (file, kept, says) = Self.cuts[index]
        let whole = try TestSupport.bytes(of: fixture(file))
        let part = Array(whole.prefix(Int(Double(whole.count) * kept)))
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(ByteRegion(part), file: "x") }
        for text in says + ["download it again"] {
            #expect(error?.description.contains(text) == true, "\(file): \(error?.description ?? "")")
        }
    }

    /// How many bytes are missing, where the format tells.
    @Test func missingBytesAreCounted() throws {
        let whole = try TestSupport.bytes(of: fixture("safetensors/bbcum_x2.safetensors"))
        for missing in [1, 4, 1000] {
            let error = #expect(throws: CheckpointError.self) {
                try Checkpoint.open(ByteRegion(Array(whole.dropLast(missing))), file: "x")
            }
            #expect(error?.found == "the file ends early: \(missing) of \(whole.count) bytes are missing")
        }
        let array = try TestSupport.bytes(of: fixture("containers/arrays/float32.npy"))
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint.open(ByteRegion(Array(array.dropLast(3))), file: "x")
        }
        #expect(error?.found.contains("3 of ") == true)
        // A hole in the middle of an archive.
        var archive = try TestSupport.bytes(of: fixture("containers/nested.pth"))
        archive.removeSubrange(200..<300)
        let hole = #expect(throws: CheckpointError.self) { try Checkpoint.open(ByteRegion(archive), file: "x") }
        #expect(hole?.code == .archive(.truncated) && hole?.found.contains("100 bytes are missing") == true)
    }

    @Test func reservedRoomOfADownload() throws {
        var whole = try TestSupport.bytes(of: fixture("bbcum_x2_trained.pth"))
        for index in whole.count / 2..<whole.count { whole[index] = 0 }
        let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(ByteRegion(whole), file: "x") }
        #expect(error?.found.contains("ends in zero bytes") == true)
    }
}

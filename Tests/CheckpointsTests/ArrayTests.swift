import Bytes
import Checkpoints
import Containers
import Tensors
import TestSupport
import Testing

/// NumPy's files and indices of shards as checkpoints.
@Suite struct ArrayTests {
    @Test func everyFileIsWhatItsWriterSays() throws {
        let truth = try decoded([String: [GenerationTests.Truth]].self, from: fixture("arrays/truth.json"))
        #expect(truth.count == 5)
        for (file, arrays) in truth {
            let checkpoint = try Checkpoint.open(fixture("arrays/" + file))
            #expect(checkpoint.tensors.map(\.name) == arrays.map(\.name), "\(file)")
            for (entry, truth) in zip(checkpoint.tensors, arrays) {
                let place = "\(file) \(truth.name)"
                #expect(entry.dtype.rawValue == truth.dtype && entry.shape == truth.shape, "\(place)")
                if let strides = truth.strides { #expect(entry.strides == strides, "\(place)") }
                #expect(CRC32.of(try checkpoint.tensor(entry).bytes) == truth.crc32, "\(place)")
            }
        }
    }

    @Test func singleArrays() throws {
        let checkpoint = try Checkpoint.open(fixture("containers/arrays/fortran_big_int16.npy"))
        #expect(checkpoint.format == .npy)
        #expect(checkpoint.tensors.map(\.name) == [""])
        #expect(checkpoint.tensors.first?.strides == [1, 2, 6])
    }

    @Test func whatNoTensorHoldsIsShown() throws {
        let root = try Checkpoint.open(fixture("arrays/objects.npz")).root
        for (name, type) in [("objects", "|O"), ("text", "<U3"), ("record", "[('x', '<f4'), ('y', '<i2', (3,))]")] {
            guard case .object(let object)? = root[name] else {
                Issue.record("no object \(name)")
                continue
            }
            #expect(object.type == "numpy.ndarray of " + type)
        }
    }

    @Test func shardsAreNamed() throws {
        let checkpoint = try Checkpoint.open(fixture("arrays/model.bin.index.json"))
        #expect(checkpoint.format == .shardIndex)
        #expect(checkpoint.shards.map(\.name) == (1...3).map { "model-0000\($0)-of-00003.bin" })
        #expect(checkpoint.shards.allSatisfy { $0.format == .pyTorchZip && $0.byteCount > 500 })
        #expect(checkpoint.notes.isEmpty)
    }

    static let refused: [(String, String)] = [
        ("above", "../model.bin"), ("absolute", "/etc/passwd"), ("above again", "a/../../model.bin"), ("dots", ".."),
        ("empty", ""), ("itself", "model.index.json"), ("backslash", "..\\\\model.bin"), ("NUL", "real.bin\\u0000"),
        ("mark", "/\\u0301model.bin"), ("mark above", "..\u{2F}\u{301}model.bin"), ("empty part", "a//real.bin"),
        ("dot", "./real.bin"), ("pipe", "pipe.bin"), ("device", "device.bin"), ("folder", "inner"),
    ]

    @Test(arguments: refused)
    func shardsOutsideTheFolderAreRefused(_ kind: String, _ name: String) throws {
        try withTemporaryFolder { folder in
            try write(try bytes(of: fixture("containers/bare.pth")), to: folder + "/real.bin")
            try #require(mkfifo(folder + "/pipe.bin", 0o600) == 0)
            try makeLink(folder + "/device.bin", to: "/dev/zero")
            try #require(mkdir(folder + "/inner", 0o700) == 0)
            let path = folder + "/model.index.json"
            try write(Array("{\"weight_map\": {\"a\": \"\(name)\"}}".utf8), to: path)
            let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(path) }
            #expect(error?.code == .shards, "\(kind)")
        }
    }

    @Test func indexAndShardMustAgree() throws {
        try withTemporaryFolder { folder in
            try write(
                try bytes(of: fixture("arrays/model-00001-of-00003.safetensors")), to: folder + "/a.safetensors")
            let path = folder + "/model.index.json"
            try write(Array(#"{"weight_map": {"absent": "a.safetensors"}}"#.utf8), to: path)
            #expect(throws: CheckpointError(.shards, found: "")) { try Checkpoint.open(path) }
            try write(Array(#"{"weight_map": {"layers.0.bias": "a.safetensors"}}"#.utf8), to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.tensors.count == 1)
            #expect(checkpoint.notes.count == 1)
        }
    }
}

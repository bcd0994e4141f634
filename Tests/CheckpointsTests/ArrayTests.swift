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
            // The arrays of texts and records, and those within objects, have no PyTorch that tells of them.
            let names = Set(arrays.map(\.name))
            let known = checkpoint.tensors.filter { $0.dtype.isKnown && names.contains($0.name) }
            #expect(known.map(\.name) == arrays.map(\.name), "\(file)")
            for (entry, truth) in zip(known, arrays) {
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
        let checkpoint = try Checkpoint.open(fixture("arrays/objects.npz"))
        guard case .object(let object)? = checkpoint.root["objects"] else {
            Issue.record("no objects")
            return
        }
        #expect(object.type.hasPrefix("numpy.ndarray of |O"))
        for (name, type) in [("text", "<U3"), ("record", "[('x', '<f4'), ('y', '<i2', (3,))]")] {
            let entry = try #require(checkpoint.tensors.first { $0.name == name })
            #expect(entry.dtype == .other(OtherDType(type, .numpy)))
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
        ("above", "../model.bin"), ("absolute", "/etc/passwd"), ("inside", "a/model.bin"), ("dots", ".."),
        ("empty", ""), ("absent", "nothing.bin"), ("link", "link.bin"), ("itself", "model.index.json"),
        ("backslash", "..\\\\model.bin"),
    ]

    @Test(arguments: refused)
    func shardsOutsideTheFolderAreRefused(_ kind: String, _ name: String) throws {
        try withTemporaryFolder { folder in
            try write(try bytes(of: fixture("containers/bare.pth")), to: folder + "/real.bin")
            try makeLink(folder + "/link.bin", to: folder + "/real.bin")
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

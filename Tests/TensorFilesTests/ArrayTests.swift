import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

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
            let stale = try Checkpoint.open(path)
            #expect(stale.missing.map(\.name) == ["absent"])
            #expect(stale.missing.first?.reason.contains("'a.safetensors' has no such tensor") == true)
            #expect(throws: CheckpointError(.incomplete, found: "")) { try stale.requireComplete() }
            // What the index does not name is in the file all the same, and is listed behind what it names.
            let own = try Checkpoint.open(folder + "/a.safetensors").tensors.map(\.name)
            try write(Array(#"{"weight_map": {"layers.0.bias": "a.safetensors"}}"#.utf8), to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.tensors.first?.name == "layers.0.bias")
            #expect(Set(checkpoint.tensors.map(\.name)) == Set(own) && checkpoint.tensors.count == own.count)
            #expect(checkpoint.notes.count == 1 && checkpoint.missing.isEmpty)
        }
    }

    /// Loaders disagree on which of two tensors of one name counts, so neither is passed over in silence.
    @Test func aSecondTensorOfANameIsSaid() throws {
        try withTemporaryFolder { folder in
            let shard = try bytes(of: fixture("arrays/model-00001-of-00003.safetensors"))
            try write(shard, to: folder + "/a.safetensors")
            try write(shard, to: folder + "/b.safetensors")
            let names = try Checkpoint.open(folder + "/a.safetensors").tensors.map(\.name)
            try #require(names.count > 1)
            let path = folder + "/model.index.json"
            let map = names.enumerated().map { "\"\($1)\": \"\($0 == 0 ? "a" : "b").safetensors\"" }
            try write(Array("{\"weight_map\": {\(map.joined(separator: ","))}}".utf8), to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.tensors.map(\.name) == names)
            #expect(Set(checkpoint.missing.map(\.name)) == Set(names))
            #expect(checkpoint.missing.allSatisfy { $0.reason.contains("another tensor of this name") })
        }
    }

    /// Two spellings of one text are two names of files.
    @Test func namesOfShardsAreBytes() throws {
        try withTemporaryFolder { folder in
            let one = try #require(Tensor([1] as [Float], shape: [1]))
            let two = try #require(Tensor([2] as [Float], shape: [1]))
            try write(SafetensorsFile([("a", one)]).bytes, to: folder + "/\u{e9}.safetensors")
            try write(SafetensorsFile([("b", two)]).bytes, to: folder + "/e\u{301}.safetensors")
            let path = folder + "/model.index.json"
            let map = "\"a\": \"\u{e9}.safetensors\", \"b\": \"e\u{301}.safetensors\""
            try write(Array("{\"weight_map\": {\(map)}}".utf8), to: path)
            let checkpoint = try Checkpoint.open(path)
            let values = try checkpoint.tensors.map { try checkpoint.tensor($0).doubles() }
            #expect(values == [[1], [2]])
            #expect(checkpoint.missing.isEmpty)
        }
    }
}

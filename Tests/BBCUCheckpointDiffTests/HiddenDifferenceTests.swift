import BBCUCheckpointDiff
import BBCUPlatform
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Differences in places that a comparison of tensors by name overlooks; `Fixtures/make_hidden.py` made the pair.
@Suite struct HiddenDifferenceTests {
    static let pair = [fixture("hidden/a.pth"), fixture("hidden/b.pth")]

    static func difference(_ root: String = "") throws -> Difference {
        try Difference(
            try Checkpoint.open(pair[0]), try Checkpoint.open(pair[1]), .init(rootA: root, rootB: root))
    }

    /// Every key of the pair differs, alone and looked at by itself.
    @Test(
        arguments: [
            "scale", "scales", "bytes", "many_bytes", "bytes_as_key", "container", "object", "argument", "texts",
            "storage", "cycle",
        ])
    func everyKindOfDifferenceIsFound(_ key: String) throws {
        #expect(try !Self.difference(key).isSame)
    }

    @Test func nothingElseDiffersInTheWhole() throws {
        let difference = try Self.difference()
        #expect(!difference.isSame)
        #expect(difference.unlisted.changed.map(\.name) == ["storage"])
        #expect(difference.values.contains { $0.name == "scale (quantization)" })
        #expect(difference.values.contains { $0.name == "bytes" && $0.a == "b'firsts'" && $0.b == "b'second'" })
    }

    @Test(arguments: HiddenTensorFiles.all)
    func aFileIsTheSameAsItself(_ file: String) throws {
        let checkpoint = try Checkpoint.open(fixture("hidden/" + file))
        let difference = try Difference(checkpoint, checkpoint)
        #expect(difference.isSame, "\(difference.values) \(difference.notCompared)")
        #expect(difference.equal == checkpoint.allTensors.count)
    }

    /// A byte behind the first object, in its arguments, or in a storage that no tensor uses.
    @Test(arguments: ["later.old.pth", "later.npy", "later.pkl", "objects.old.pth"])
    func aChangedByteAtTheEndIsFound(_ file: String) throws {
        let region = try ByteRegion.mapping(fixture("hidden/" + file))
        var bytes = region.bytes
        // Of arrays within a pickle the highest byte of the last value: they are all above 2048.
        let place = file.hasSuffix(".old.pth") ? bytes.count - 2 : try #require(bytes.lastIndex(of: 0x45))
        bytes[place] ^= 1
        let other = try Checkpoint.open(ByteRegion(bytes), file: "other")
        let difference = try Difference(try Checkpoint.open(region, file: file), other)
        #expect(!difference.isSame)
    }

    @Test func setsHaveNoOrder() throws {
        func checkpoint(_ names: [String]) throws -> Checkpoint {
            let items = names.map { "V\($0)\n" }.joined()
            return try Checkpoint.open(
                ByteRegion(
                    Array("\u{80}\u{2}c__builtin__\nset\n((\(items)ltR.".unicodeScalars.map { UInt8($0.value) })),
                file: "set")
        }
        #expect(try Difference(try checkpoint(["a", "b"]), try checkpoint(["b", "a"])).isSame)
        #expect(try !Difference(try checkpoint(["a", "b"]), try checkpoint(["b", "c"])).isSame)
    }

    /// What lies outside the file is not called equal.
    @Test func buffersOutsideTheFileAreNotCompared() throws {
        let checkpoint = try Checkpoint.open(ByteRegion([0x80, 5, 0x5D, 0x97, 0x61, 0x2E]), file: "buffer")
        let difference = try Difference(checkpoint, checkpoint)
        #expect(difference.notCompared.map(\.name) == ["0"])
        #expect(!difference.isSame)
    }
}

/// The files of `Fixtures/hidden` that are checkpoints by themselves.
enum HiddenTensorFiles {
    static let all = [
        "objects.pth", "objects.old.pth", "module.pth", "graph.pth", "quantized.pt", "distributed.pth", "unlisted.pth",
        "later.old.pth", "later.npy", "later.pkl", "a.pth",
    ]
}

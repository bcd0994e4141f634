import BBCUCheckpointDiff
import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct DifferenceTests {
    static func checkpoint(_ tensors: [(String, Tensor)], _ metadata: [(String, String)] = []) throws -> Checkpoint {
        try SafetensorsFile(tensors, metadata: metadata).checkpoint()
    }

    static func compare(
        _ a: [(String, Tensor)], _ b: [(String, Tensor)], _ options: DifferenceOptions = .init()
    ) throws -> Difference {
        try Difference(try checkpoint(a), try checkpoint(b), options)
    }

    static let one = float32([1, 2, 3]), other = float32([1, 2, 4]), third = float32([7, 8, 9])
    static let zeros = float32([0, 0, 0])

    @Test func equal() throws {
        let difference = try Self.compare(
            [("x", Self.one), ("y", Self.other)], [("y", Self.other), ("x", Self.one)])
        #expect(difference.isSame && difference.equal == 2 && difference.equalWithinTolerance == 0)
        #expect(difference.notes == ["the tensors that both have are in another order; that does not count"])
        #expect(try Self.compare([("x", Self.one)], [("x", Self.one)]).notes.isEmpty)
    }

    @Test func keysShapesAndValues() throws {
        let difference = try Self.compare(
            [("gone", float32([5])), ("x", Self.one), ("shape", Self.one), ("dtype", Self.one), ("same", Self.one)],
            [
                ("x", Self.other), ("shape", float32([1, 2, 3], [3, 1])), ("dtype", float64([1, 2, 3])),
                ("same", Self.one), ("added", Self.third),
            ])
        #expect(!difference.isSame && difference.equal == 1)
        #expect(difference.onlyInA.map(\.name) == ["gone"])
        #expect(difference.onlyInA.map(\.description) == [TensorDescription(shape: [1])])
        #expect(difference.onlyInB.map(\.name) == ["added"])
        #expect(difference.changed.map(\.name) == ["x", "shape", "dtype"])
        #expect(difference.changed[0].measures?.maxAbsolute?.index == [2])
        #expect(difference.changed[1].measures == nil && difference.changed[1].relations == [.reshaped])
        #expect(difference.changed[2].measures?.differing == 0)
        #expect(difference.changed[2].relations == [.sameValues])
    }

    @Test func toleranceCountsChangesOfValueOnly() throws {
        let options = DifferenceOptions(tolerance: 1)
        let values = try Self.compare([("x", Self.one)], [("x", Self.other)], options)
        #expect(values.isSame && values.equal == 1 && values.equalWithinTolerance == 1)
        #expect(
            try !Self.compare([("x", Self.one)], [("x", Self.other)], DifferenceOptions(tolerance: 1.0.nextDown)).isSame
        )
        #expect(try !Self.compare([("x", Self.one)], [("x", float64([1, 2, 3]))], options).isSame)
    }

    @Test func renamed() throws {
        let difference = try Self.compare(
            [("x", Self.one), ("old.weight", Self.third), ("left", Self.other)],
            [("x", Self.one), ("new.weight", Self.third), ("right", float32([1, 2, 4], [1, 3]))])
        #expect(difference.renamed.map { [$0.nameInA, $0.nameInB] } == [["old.weight", "new.weight"]])
        #expect(difference.onlyInA.map(\.name) == ["left"] && difference.onlyInB.map(\.name) == ["right"])
        #expect(!difference.isSame)
    }

    @Test func equalContentsArePairedByTheirNames() throws {
        let difference = try Self.compare(
            [("x", Self.one), ("a.0.bias", Self.zeros), ("a.1.bias", Self.zeros), ("a.1.mean", Self.zeros)],
            [("x", Self.one), ("b.1.mean", Self.zeros), ("b.1.bias", Self.zeros), ("b.0.bias", Self.zeros)])
        #expect(
            difference.renamed.map { [$0.nameInA, $0.nameInB] } == [
                ["a.0.bias", "b.0.bias"], ["a.1.bias", "b.1.bias"], ["a.1.mean", "b.1.mean"],
            ])
    }

    @Test func constantsArePairedOnlyWhereNamesAgree() throws {
        // Of two biases of zeros nobody knows which became the one; a mean is no bias.
        let difference = try Self.compare(
            [("x", Self.one), ("a.bias", Self.zeros), ("b.bias", Self.zeros)],
            [("x", Self.one), ("c.bias", Self.zeros), ("mean", Self.zeros)])
        #expect(difference.renamed.isEmpty)
        #expect(difference.onlyInA.count == 2 && difference.onlyInB.count == 2)
        // What is not constant is not equal by chance.
        let telling = try Self.compare(
            [("x", Self.one), ("old", Self.third)], [("x", Self.one), ("new", Self.third), ("tied", Self.third)])
        #expect(telling.renamed.map { [$0.nameInA, $0.nameInB] } == [["old", "new"]])
        #expect(telling.onlyInB.map(\.name) == ["tied"])
    }

    @Test(arguments: [
        (["params.x", "params.y"], ["x", "y"], "params.", ""), (["x", "y"], ["module.x", "module.y"], "", "module."),
        (["a.b.x", "a.b.y"], ["a.c.x", "a.c.y"], "a.b.", "a.c."), (["m.n.x", "m.n.y"], ["x", "y"], "m.n.", ""),
        (["m.x", "m.y", "m.z"], ["x", "y", "w"], "m.", ""), (["m.x", "m.y"], ["m.x", "y"], "", ""),
        (["m.n.x", "m.n.y"], ["n.x", "n.y"], "m.", ""), (["m.x", "m.y"], ["x", "z"], "", ""),
        (["m.x", "n.y"], ["x", "y"], "", ""), (["params.x", "params.y"], ["z", "w"], "", ""),
    ])
    func prefixes(_ a: [String], _ b: [String], _ prefixA: String, _ prefixB: String) throws {
        let contents = [Self.one, Self.other, Self.third]
        let difference = try Self.compare(Array(zip(a, contents)), Array(zip(b, contents)))
        #expect(difference.a.prefix == prefixA && difference.b.prefix == prefixB)
        #expect(!difference.isSame)
        if prefixA != prefixB { #expect(difference.equal == 2) }
    }

    @Test func underAPrefixContentsAreCompared() throws {
        let difference = try Self.compare(
            [("params.x", Self.one), ("params.y", Self.one)], [("x", Self.other), ("y", Self.one)])
        #expect(difference.changed.map(\.name) == ["x"])
        #expect(difference.equal == 1 && difference.renamed.isEmpty)
    }

    @Test func roots() throws {
        let both = [("net.x", Self.one), ("ema.x", Self.other), ("netx", Self.third)]
        let options = DifferenceOptions(rootA: "net", rootB: "ema")
        let difference = try Self.compare(both, both, options)
        #expect(difference.changed.map(\.name) == ["x"])
        #expect(difference.a.tensors == 1 && difference.onlyInA.isEmpty)
        #expect(throws: DifferenceError.self) { try Self.compare(both, both, DifferenceOptions(rootA: "ne")) }
        #expect(try Self.compare(both, [("", Self.one)], DifferenceOptions(rootA: "net.x")).isSame)
    }

    @Test func matchingNames() throws {
        let difference = try Self.compare(
            [("a.weight", Self.one), ("a.bias", Self.one)], [("a.weight", Self.one), ("a.bias", Self.other)],
            DifferenceOptions(pattern: NamePattern("*.weight")))
        #expect(difference.isSame && difference.equal == 1)
    }

    @Test func metadataCountsBetweenFilesOfItsFormat() throws {
        let a = try Self.checkpoint([("x", Self.one)], [("k", "16"), ("made", "here")])
        let b = try Self.checkpoint([("x", Self.one)], [("k", "17")])
        let difference = try Difference(a, b)
        #expect(
            difference.values.map { [$0.name, $0.a, $0.b] } == [
                ["__metadata__.k", "'16'", "'17'"], ["__metadata__.made", "'here'", nil],
            ])
        #expect(!difference.isSame)
        let zip = try Checkpoint.open(fixture("networks/bbcum_x2/checkpoint.pth"))
        let converted = try Checkpoint.open(fixture("safetensors/bbcum_x2.safetensors"))
        #expect(try Difference(zip, converted, DifferenceOptions(rootA: "params")).isSame)
        #expect(try Difference(converted, zip, DifferenceOptions(rootB: "params")).isSame)
    }

    /// A checkpoint with a tensor of 2^40 elements in a storage of one, which PyTorch accepts.
    static func enormous(_ folder: String) throws -> Checkpoint {
        let tensor =
            "ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI1\ntQI0\n"
            + "(I1099511627776\nt(I0\ntI00\nNtR"
        var writer = try ZipWriter(folder + "/enormous.pth")
        try writer.add("archive/data.pkl", [0x80, 2] + Array("(Vx\n\(tensor)d.".utf8))
        try writer.add("archive/data/0", [0, 0, 128, 63])
        try writer.add("archive/byteorder", Array("little".utf8))
        try writer.finish()
        return try Checkpoint.open(folder + "/enormous.pth")
    }

    @Test func whatIsFarLargerThanItsStorageIsNotCompared() throws {
        try withTemporaryFolder { folder in
            let enormous = try Self.enormous(folder)
            let difference = try Difference(enormous, try Self.checkpoint([("x", Self.one)]))
            #expect(difference.notCompared.map(\.name) == ["x"] && difference.changed.isEmpty)
            #expect(difference.notCompared.first?.reason.contains("times the storage") == true)
            #expect(!difference.isSame)
            let unnamed = try Difference(enormous, try Self.checkpoint([("y", Self.one)]))
            #expect(unnamed.onlyInA.map(\.name) == ["x"] && unnamed.renamed.isEmpty)
        }
    }

    @Test func whatCannotBeReadIsAnError() throws {
        try withTemporaryFolder { folder in
            var damaged = try bytes(of: fixture("containers/bare.pth"))
            let content = try Checkpoint.open(fixture("containers/bare.pth"))
            let first = try content.tensor(try #require(content.tensors.first)).bytes
            let place = try #require(damaged.indices.first { damaged[$0...].starts(with: first) })
            damaged[place] ^= 1
            try write(damaged, to: folder + "/damaged.pth")
            let checkpoint = try Checkpoint.open(folder + "/damaged.pth")
            #expect(throws: DifferenceError.self) { try Difference(checkpoint, content) }
        }
    }

    @Test func explanations() throws {
        let values = noise(20)
        let more = noise(30, seed: 2)
        let difference = try Self.compare(
            [("a", float32(values)), ("b", float32(more)), ("c", Self.one)],
            [
                ("a", float32(values.map { $0 * 0.3 })), ("b", float32(more.map { $0 * 0.3 })),
                ("c", float32([5, 1, 2])),
            ])
        #expect(difference.explanations.map(\.names) == [["a", "b"]])
        #expect(difference.explanations.first?.relation == .factor(Double(Float(0.3)), ulps: 0))
    }
}

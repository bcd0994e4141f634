import BBCUCheckpointDiff
import BBCUPlatform
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// What a comparison of tensors by name leaves over; `Fixtures/make_rest.py` made the files.
@Suite struct RestDifferenceTests {
    static func difference(_ a: String, _ b: String, _ options: DifferenceOptions = .init()) throws -> Difference {
        try Difference(
            try Checkpoint.open(fixture("rest/" + a)), try Checkpoint.open(fixture("rest/" + b)), options)
    }

    @Test(arguments: [("slice_a.pth", "slice_b.pth", 360), ("steps_a.pth", "steps_b.pth", 200)])
    func bytesThatNoTensorCoversAreCompared(_ a: String, _ b: String, _ byteCount: Int) throws {
        let difference = try Self.difference(a, b)
        #expect(difference.equal == 1 && difference.changed.isEmpty)
        #expect(difference.unlisted.changed.map(\.name) == ["w (rest of its storage)"])
        #expect(difference.unlisted.changed.map(\.bytesA) == [byteCount])
        #expect(!difference.isSame)
        #expect(try Self.difference(a, a).isSame)
    }

    @Test func bytesThatOnlyOneHasAreADifference() throws {
        let difference = try Self.difference("slice_whole.pth", "slice_a.pth")
        #expect(difference.unlisted.onlyInB.map(\.byteCount) == [360])
        #expect(!difference.isSame)
    }

    @Test func bytesAroundTensorsThatWereNotAskedForAreLeftOut() throws {
        let options = DifferenceOptions(pattern: NamePattern("v*"))
        #expect(try Self.difference("slice_a.pth", "slice_b.pth", options).unlisted.changed.isEmpty)
    }

    @Test(arguments: [("program.pt2", "program.pth"), ("program.pth", "program.pt2")])
    func whatAProgramHasBesideItsWeightsIsNotCompared(_ a: String, _ b: String) throws {
        let difference = try Self.difference(a, b)
        #expect(difference.equal == 1 && difference.isIncomplete && !difference.isSame)
        #expect(difference.notCompared.map(\.name) == ["sample_inputs.0.0", "models/model.json"])
        #expect(try Self.difference(a, b, .init(weightsOnly: true)).isSame)
    }

    @Test func graphsAreComparedByTheirBytes() throws {
        let difference = try Self.difference("program.pt2", "graph.pt2")
        #expect(difference.unlisted.changed.map(\.name) == ["models/model.json"])
        #expect(!difference.isSame)
        #expect(try Self.difference("program.pt2", "program.pt2").isSame)
        #expect(try Self.difference("program.pt2", "graph.pt2", .init(weightsOnly: true)).isSame)
    }

    @Test(arguments: ["z*", "W"])
    func aPatternThatMatchesNothingIsNotTheSame(_ pattern: String) throws {
        let difference = try Self.difference("slice_a.pth", "slice_a.pth", .init(pattern: NamePattern(pattern)))
        #expect(!difference.isSame && difference.isIncomplete)
        #expect(difference.notCompared.map(\.name) == [pattern])
    }

    @Test(arguments: ["quantizer.pth", "sparse.pth", "lazy.pth", "traced.pt", "forms.pth"])
    func aFileIsTheSameAsItself(_ file: String) throws {
        #expect(try Self.difference(file, file).isSame)
    }
}

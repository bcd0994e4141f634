import BBCUCheckpointDiff
import BBCUReporting
import OrderedCollections
import TensorBytes
import TensorFiles
import TestSupport
import Testing

@Suite struct DifferenceReportTests {
    static func pair() throws -> Difference {
        try Difference(
            try Checkpoint.open(fixture("differences/a.pth")), try Checkpoint.open(fixture("differences/b.pth")))
    }

    static func members(_ value: JSONValue?) -> OrderedDictionary<String, JSONValue> {
        if case .object(let members)? = value { members } else { [:] }
    }

    @Test func text() throws {
        let lines = try Self.pair().document.text
        #expect(
            lines[2] == "result  A and B differ: 1 tensor only in A, 1 tensor only in B, 1 renamed, 36 of 40 changed, "
                + "1 value beside the tensors; 1 tensor equal")
        for line in [
            "  net.offset.decimal: B = A + 0.1", "  net.offset.int64: B = A + 1099511627776",
            "  net.factor.third: B = A / 3", "  net.factor.negated: B = -A",
            "  net.sign.flipped: |A| = |B|, the signs of 129 of 432 differ", "  epoch: 3 -> 4",
            "  net.dtype.twice: B is A rounded to float16 by way of float32",
            "  net.transposed.kernel: B is A with its axes in the order (2, 3, 1, 0)",
            "  3 of 36 changed tensors: B is A rounded to float16", "net.special: sign of zero differs 1 time",
            "net.old.name  net.new.name",
        ] { #expect(lines.contains(line), "\(line)") }
        #expect(lines.last == "DIFFER: the two hold different things.")
        #expect(lines.allSatisfy { $0.count <= 120 || $0.hasPrefix("result  ") })
    }

    @Test func textOfWhatIsTheSame() throws {
        let checkpoint = try Checkpoint.open(fixture("containers/nested.pth"))
        let lines = try Difference(checkpoint, checkpoint).document.text
        #expect(lines.contains("result  A and B hold the same: 24 tensors"))
        #expect(lines.last == "SAME: nothing that was compared differs.")
    }

    @Test func oneExplanationForAllIsGivenOnce() throws {
        let values: [Float] = [1, -2, 3, 0.7, 11, 0.3]
        let tensors = try ["a", "b"].map { ($0, try #require(Tensor(values, shape: [6]))) }
        let halved = try ["a", "b"].map { ($0, try #require(Tensor(values.map { $0 / 2 }, shape: [6]))) }
        let lines = try Difference(
            try SafetensorsFile(tensors).checkpoint(), try SafetensorsFile(halved).checkpoint()
        ).document.text
        #expect(lines.filter { $0.contains("B = ") } == ["  all 2 changed tensors: B = 0.5 A"])
    }

    @Test func prefixAlone() throws {
        let zip = try Checkpoint.open(fixture("networks/bbcum_x2/checkpoint.pth"))
        let difference = try Difference(zip, try Checkpoint.open(fixture("safetensors/bbcum_x2.safetensors")))
        let lines = difference.document.text
        #expect(lines.contains("note    Every key of A has `params.` in front; names are given without it."))
        #expect(lines.last == "DIFFER: in the names alone; every tensor is equal.")
    }

    @Test func json() throws {
        let members = Self.members(try Self.pair().json)
        #expect(members["verdict"] == "differ" && members["equal"] == .integer(1))
        #expect(Self.members(members["a"])["prefix"] == "")
        guard case .array(let changed)? = members["changed"] else {
            Issue.record("no changes")
            return
        }
        let change = Self.members(changed.first { Self.members($0)["name"] == "net.transposed.matrix" })
        #expect(change["a"] == ["dtype": "float32", "shape": JSONValue([4, 6])])
        #expect(change["values"] == .null)
        #expect(change["relations"] == [["kind": "transposed", "axes": JSONValue([1, 0])]])
    }
}

import BBCUCheckpointDiff
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// What PyTorch and NumPy say of the pair of checkpoints in `Fixtures/differences`.
@Suite struct PyTorchDifferenceTests {
    struct Expected: Decodable, Sendable {
        struct Known: Decodable, Sendable {
            var kind: String
            var c: Double?
            var ulps: Double?
            var axes: [Int]?
            var axis: Int?
            var order: [Int]?
            var count: Int?
            var dtype: String?
            var throughFloat32: Bool?
            var ofZero: Int?

            enum CodingKeys: String, CodingKey {
                case kind, c, ulps, axes, axis, order, count, dtype
                case throughFloat32 = "through_float32"
                case ofZero = "of_zero"
            }
        }
        struct Measures: Decodable, Sendable {
            var differing: Int
            var maxAbsolute: Double
            var maxRelative: Double
            var maxULP: UInt64?
            var index: [Int]
            var cosine: Double

            enum CodingKeys: String, CodingKey {
                case differing, index, cosine
                case maxAbsolute = "max_abs"
                case maxRelative = "max_relative"
                case maxULP = "max_ulp"
            }
        }
        var relation: Known?
        var measures: Measures?
    }

    static let difference: Difference? = try? Difference(
        Checkpoint.open(fixture("differences/a.pth")), Checkpoint.open(fixture("differences/b.pth")))
    static let expected = (try? decoded([String: Expected].self, from: fixture("differences/expected.json"))) ?? [:]

    @Test func keysAndValues() throws {
        let difference = try #require(Self.difference)
        #expect(Self.expected.count == 37)
        #expect(difference.onlyInA.map(\.name) == ["net.gone"] && difference.onlyInB.map(\.name) == ["net.added"])
        #expect(difference.renamed.map { [$0.nameInA, $0.nameInB] } == [["net.old.name", "net.new.name"]])
        #expect(difference.values.map { [$0.name, $0.a, $0.b] } == [["epoch", "3", "4"]])
        #expect(difference.equal == 1)
        #expect(
            Set(difference.changed.map(\.name))
                == Set(Self.expected.keys.map { "net." + $0 }).subtracting(["net.equal"]))
    }

    @Test(arguments: expected.keys.sorted().filter { $0 != "equal" })
    func tensor(_ name: String) throws {
        let expected = try #require(Self.expected[name])
        let change = try #require(Self.difference?.changed.first { $0.name == "net." + name })
        if let measures = expected.measures {
            let found = try #require(change.measures)
            #expect(found.differing == measures.differing)
            #expect(found.maxAbsolute?.value == measures.maxAbsolute && found.maxAbsolute?.index == measures.index)
            #expect(found.maxRelative?.value == measures.maxRelative)
            #expect(found.maxULP == measures.maxULP)
            #expect(abs(try #require(found.cosine) - measures.cosine) < 1e-13)
        } else {
            #expect(change.measures == nil)
        }
        guard let known = expected.relation else {
            #expect(change.relations.isEmpty)
            return
        }
        let relation = try #require(change.relations.first)
        #expect(change.relations.count == 1)
        #expect(isSame(relation, known), "\(relation)")
    }

    private func isSame(_ relation: Relation, _ known: Expected.Known) -> Bool {
        switch relation {
        case .sameValues: known.kind == "same_values"
        case .rounded(let dtype, let isThrough):
            known.kind == "rounded" && dtype.rawValue == known.dtype && isThrough == known.throughFloat32
        case .offset(let c, let ulps): known.kind == "offset" && ulps == known.ulps && isSame(c, known.c)
        // A third is the one number without a short form.
        case .factor(let c, let ulps): known.kind == "factor" && ulps == known.ulps && isSame(c, known.c ?? 1.0 / 3)
        case .reshaped: known.kind == "reshaped"
        case .transposed(let axes): known.kind == "transposed" && axes == known.axes
        case .permuted(let axis, let order):
            known.kind == "permuted" && axis == known.axis && order == known.order
        case .signsFlipped(let count): known.kind == "sign_flipped" && count == known.count
        case .signs(let ofZero): known.kind == "signs_of" && ofZero == known.ofZero
        }
    }

    /// PyTorch takes a number as a float32 where the tensor's type has no more bits.
    private func isSame(_ found: Double, _ known: Double?) -> Bool {
        known.map { found == $0 || found == Double(Float($0)) } ?? false
    }
}

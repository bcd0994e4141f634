import BBCUPlatform
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Bytes beside views, and tensors of kinds that this version does not know; `Fixtures/make_rest.py` made the files.
@Suite struct RestTests {
    static func open(_ file: String) throws -> Checkpoint { try Checkpoint.open(fixture("rest/" + file)) }

    @Test func bytesBesideViewsAreReported() throws {
        let slice = try Self.open("slice_a.pth")
        #expect(slice.uncovered.map(\.ranges) == [[40..<400]])
        #expect(slice.uncovered.map(\.names) == [["w"]])
        #expect(
            try slice.bytes(of: try #require(slice.uncovered.first)).bytes.prefix(4).elementsEqual([0, 0, 0x20, 0x41]))
        let steps = try Self.open("steps_a.pth")
        #expect(steps.uncovered.map(\.byteCount) == [200])
        #expect(steps.uncovered.first?.ranges.prefix(2) == [4..<8, 12..<16])
        #expect(try Self.open("slice_whole.pth").uncovered.isEmpty)
    }

    @Test func anUnknownQuantizationIsListed() throws {
        let checkpoint = try Self.open("quantizer.pth")
        let entry = try #require(checkpoint.tensors.first)
        #expect(checkpoint.tensors.map(\.name) == ["w", "x"])
        #expect(entry.dtype == .quint8 && entry.shape == [2, 3] && entry.byteCount == 6)
        #expect(entry.layout.quantization == .unknown(scheme: "per_tensor_future"))
        let inspection = try Inspection(checkpoint, .init(checksums: true, statistics: true))
        #expect(inspection.rows[0].problem?.contains("per_tensor_future") == true)
        #expect(inspection.rows[0].crc32 != nil && inspection.rows[0].statistics == nil)
        #expect(inspection.rows[1].problem == nil)
    }

    @Test func thePartsOfAnUnknownSparseLayoutAreListed() throws {
        let checkpoint = try Self.open("sparse.pth")
        #expect(checkpoint.tensors.map(\.name) == ["w.0", "w.1", "w.2", "x"])
        #expect(checkpoint.unlisted.isEmpty)
        #expect(checkpoint.notes.contains { $0.contains("sparse_xyz") })
    }

    @Test func parametersWithoutSizesAreListed() throws {
        let rows = try Inspection(try Self.open("lazy.pth")).rows
        #expect(rows.map(\.entry.name) == ["weight", "bias"])
        #expect(rows.allSatisfy { $0.problem != nil && !$0.entry.layout.hasValues })
    }

    @Test func inputsOfATracedModuleAreListedApart() throws {
        let checkpoint = try Self.open("traced.pt")
        #expect(checkpoint.tensors.map(\.name) == ["weight", "CONSTANTS.c0", "traced_inputs.forward.0"])
        #expect(checkpoint.apart == ["traced_inputs"])
        #expect(checkpoint.unlisted.compactMap(\.entry).contains("traced/traced_inputs.pkl"))
    }
}

import Checkpoints
import Tensors
import TestSupport
import Testing

@Suite struct InspectionTests {
    static func statistics(_ values: [Double]) throws -> TensorStatistics {
        let tensor = try #require(Tensor(values, shape: [values.count]))
        return try #require(TensorStatistics(tensor))
    }

    @Test func statisticsLeaveOutWhatIsNotFinite() throws {
        let statistics = try Self.statistics([1, 2, 4, 0, -0.0, .infinity, -.infinity, .nan])
        #expect(statistics.min == 0)
        #expect(statistics.max == 4)
        #expect(statistics.mean == 1.4)
        // torch.std([1, 2, 4, 0, 0]) in float64.
        #expect(statistics.standardDeviation == 1.6733200530681511)
        #expect(statistics.zeros == 2)
        #expect(statistics.nonFinite == 3)
    }

    @Test func statisticsOfFewValues() throws {
        let none = try Self.statistics([.nan])
        #expect(none.min == nil && none.max == nil && none.mean == nil && none.standardDeviation == nil)
        let one = try Self.statistics([3])
        #expect(one.mean == 3)
        #expect(one.standardDeviation?.isNaN == true)
        let both = none.merged(with: one)
        #expect(both.mean == 3 && both.nonFinite == 1)
    }

    @Test func mergedStatistics() throws {
        let values = (0..<100).map { Double($0 * $0 % 37) / 3 }
        let whole = try Self.statistics(values)
        let left = try Self.statistics(Array(values[..<30]))
        let right = try Self.statistics(Array(values[30...]))
        let merged = left.merged(with: right)
        let means = try (#require(merged.mean), #require(whole.mean))
        let deviations = try (#require(merged.standardDeviation), #require(whole.standardDeviation))
        #expect(abs(means.0 - means.1) < 1e-14)
        #expect(abs(deviations.0 - deviations.1) < 1e-14)
        #expect(merged.zeros == whole.zeros)
    }

    @Test func foldsRepeatedLayers() throws {
        let inspection = try Inspection(try Checkpoint.open(fixture("bbcum_x2_trained.pth")), statistics: true)
        let folded = inspection.folded
        #expect(folded.count == 19)
        let biases = try #require(folded.first { $0.name == "params.body.#.body.#.move0.bias" })
        #expect(biases.count == 32)
        #expect(biases.shape == [1, 64, 1, 1])
        #expect(biases.byteCount == 32 * 256)
        #expect(biases.statistics?.finite == 32 * 64)
        #expect(folded.first?.name == "params.conv_first.weight")
        #expect(folded.reduce(0) { $0 + $1.count } == 174)
    }

    @Test func totalsCountSharedStoragesOnce() throws {
        let inspection = try Inspection(try Checkpoint.open(fixture("containers/views.pth")))
        let totals = inspection.totals
        #expect(totals.tensors == 11)
        #expect(totals.storages < totals.tensors)
        #expect(totals.bytes > totals.storageBytes)
        #expect(inspection.sharedStorages.first?.names.prefix(3) == ["base", "transposed", "window"])
        #expect(inspection.sha256 == nil)
        #expect(inspection.rows.allSatisfy { $0.crc32 == nil && $0.statistics == nil })
    }

    @Test(arguments: [
        ("x-%.pth", true), ("x-00000000.pth", false), ("x-abc.pth", nil), ("x-%.tar.pth", nil), ("x.pth", nil),
    ])
    func hubSuffix(_ pattern: String, _ holds: Bool?) throws {
        try withTemporaryFolder { folder in
            let source = fixture("containers/bare.pth")
            let digits = try Checkpoint.open(source).sha256().prefix(8)
            let path =
                folder + "/" + pattern.split(separator: "%", omittingEmptySubsequences: false).joined(separator: digits)
            try write(try bytes(of: source), to: path)
            let checkpoint = try Checkpoint.open(path)
            #expect(try Inspection(checkpoint, checksums: true).hubSuffix?.holds == holds)
            #expect(try Inspection(checkpoint, checksums: true).holds == (holds ?? true))
            #expect(try Inspection(checkpoint).hubSuffix == nil)
        }
    }
}

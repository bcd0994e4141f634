import TensorBytes
import Testing

@Suite struct TensorStatisticsTests {
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
        let injectedFaults = try (#require(merged.standardDeviation), #require(whole.standardDeviation))
        #expect(abs(means.0 - means.1) < 1e-14)
        #expect(abs(injectedFaults.0 - injectedFaults.1) < 1e-14)
        #expect(merged.zeros == whole.zeros)
    }
}

import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TestSupport
import Testing

/// The banded solver against the product of the matrix with a known solution.
@Suite struct BandedMatrixTests {
    @Test(arguments: [(1, 0), (5, 1), (33, 4), (64, 63), (200, 7), (300, 70)])
    func solvesForAKnownSolution(_ size: Int, _ reach: Int) {
        var generator = SplitMix64(seed: UInt64(size))
        var matrix = BandedMatrix(size: size, reach: reach)
        let solution = (0..<2 * size).map { _ in Double(Int.random(in: -1...1, using: &generator)) }
        var sides = [Double](repeating: 0, count: 2 * size)
        for row in 0..<size {
            for column in max(0, row - reach)..<min(size, row + reach + 1) {
                let value = Bool.random(using: &generator) ? 1.0 : -1.0
                matrix.add(value, row: row, column: column)
                for side in 0..<2 { sides[row * 2 + side] += value * solution[column * 2 + side] }
            }
        }
        guard matrix.factor(threads: 1) else {
            Issue.record("singular; choose another seed")
            return
        }
        matrix.solve(&sides, count: 2)
        #expect(zip(sides, solution).allSatisfy { abs($0 - $1) < 1e-7 })
    }

    /// Threads divide rows, never a sum.
    @Test func threadsChangeNoBit() {
        func solution(threads: Int) -> [Double] {
            var generator = SplitMix64(seed: 4)
            var matrix = BandedMatrix(size: 1500, reach: 700)
            for row in 0..<1500 {
                for column in max(0, row - 700)..<min(1500, row + 701) {
                    matrix.add(Double.random(in: -1...1, using: &generator), row: row, column: column)
                }
            }
            var sides = (0..<1500).map { Double($0 % 7) }
            let isRegular = matrix.factor(threads: threads)
            #expect(isRegular)
            matrix.solve(&sides, count: 1)
            return sides
        }
        #expect(solution(threads: 1) == solution(threads: 3))
    }

    @Test func aSingularMatrixIsRefused() {
        var matrix = BandedMatrix(size: 40, reach: 2)
        for row in 0..<40 where row != 20 { matrix.add(1, row: row, column: row) }
        let isRegular = matrix.factor(threads: 1)
        #expect(!isRegular)
    }
}

import BBCUPlatform

/// A square matrix whose entries lie near the diagonal, and its LU factorization with partial pivoting, a panel of
/// columns at a time (Golub and Van Loan, Matrix Computations, sections 3.2.11 and 4.3.4). Every entry goes through
/// the same float64 operations in the same order on any number of threads. The only file of this target that handles
/// pointers.
package struct BandedMatrix {
    /// Rows, and columns.
    package let size: Int
    /// How far from the diagonal an entry can be, on either side.
    package let reach: Int
    /// Doubles of a row: its own band, what pivoting brings to the right of it, a panel's multipliers to the left, and
    /// zeros where the other rows of a panel still have entries.
    private let stride: Int
    private var entries: [Double]
    private var pivots: [Int] = []

    /// Columns that are factored before the rest is brought up to date.
    private static let panel = 32
    /// A pivot of whole-numbered entries is no smaller unless the matrix is singular.
    private static let smallestPivot = 1e-8

    /// A matrix of zeros.
    package init(size: Int, reach: Int) {
        self.size = size
        self.reach = min(reach, max(0, size - 1))
        stride = 3 * self.reach + 2 * Self.panel + 1
        entries = [Double](repeating: 0, count: size * stride)
    }

    private func place(_ row: Int, _ column: Int) -> Int { row * stride + column - row + reach + Self.panel }

    /// Adds to an entry within the band.
    package mutating func add(_ value: Double, row: Int, column: Int) {
        precondition(abs(row - column) <= reach, "an entry outside the band")
        entries[place(row, column)] += value
    }

    /// Replaces the matrix by its factors.
    /// - Returns: false where it is singular.
    package mutating func factor(threads: Int) -> Bool {
        let shape = Shape(size: size, reach: reach, stride: stride)
        var pivots = [Int](repeating: 0, count: size)
        let isRegular = entries.withUnsafeMutableBufferPointer { entries in
            pivots.withUnsafeMutableBufferPointer { pivots in
                guard let first = entries.baseAddress else { return true }
                for start in Swift.stride(from: 0, to: size, by: Self.panel) {
                    let columns = start..<min(start + Self.panel, size)
                    guard shape.factorPanel(first, columns, pivots) else { return false }
                    shape.update(first, columns, threads: threads)
                }
                return true
            }
        }
        self.pivots = pivots
        return isRegular
    }

    /// Solves for several right sides at once.
    /// - Parameter sides: row-major, one column a side; replaced by the solutions.
    package mutating func solve(_ sides: inout [Double], count: Int) {
        precondition(
            sides.count == size * count && pivots.count == size, "factor first; a value for every row and side")
        let shape = Shape(size: size, reach: reach, stride: stride)
        entries.withUnsafeMutableBufferPointer { entries in
            sides.withUnsafeMutableBufferPointer { sides in
                guard let first = entries.baseAddress, let values = sides.baseAddress else { return }
                for start in Swift.stride(from: 0, to: size, by: Self.panel) {
                    let columns = start..<min(start + Self.panel, size)
                    for column in columns where pivots[column] != column {
                        for side in 0..<count {
                            swap(&values[column * count + side], &values[pivots[column] * count + side])
                        }
                    }
                    for column in columns {
                        for row in column + 1..<max(column + 1, shape.rowEnd(columns)) {
                            shape.subtract(
                                shape.row(first, row)[column], values + column * count, from: values + row * count,
                                count)
                        }
                    }
                }
                for row in (0..<size).reversed() {
                    let factors = shape.row(first, row)
                    for column in row + 1..<max(row + 1, min(size, row + 2 * reach + 1)) {
                        shape.subtract(factors[column], values + column * count, from: values + row * count, count)
                    }
                    for side in 0..<count { values[row * count + side] /= factors[row] }
                }
            }
        }
    }

    private typealias Entries = UnsafeMutablePointer<Double>

    /// Where rows lie, and the steps of the factorization.
    private struct Shape: Sendable {
        let size: Int
        let reach: Int
        let stride: Int

        /// A row, so that it can be indexed by column.
        func row(_ first: Entries, _ index: Int) -> Entries {
            first + (index * (stride - 1) + reach + BandedMatrix.panel)
        }

        /// The end of the rows that reach into a panel.
        func rowEnd(_ columns: Range<Int>) -> Int { min(size, columns.upperBound + reach) }

        /// The end of the columns that pivoting a panel reaches.
        func columnEnd(_ columns: Range<Int>) -> Int { min(size, columns.upperBound + 2 * reach) }

        func subtract(_ factor: Double, _ source: Entries, from target: Entries, _ count: Int) {
            guard factor != 0 else { return }
            for index in 0..<count { target[index] -= factor * source[index] }
        }

        func factorPanel(
            _ first: Entries, _ columns: Range<Int>, _ pivots: UnsafeMutableBufferPointer<Int>
        ) -> Bool {
            for column in columns {
                let rows = column + 1..<max(column + 1, min(size, column + reach + 1))
                var pivot = column
                for candidate in rows
                where abs(row(first, candidate)[column]) > abs(row(first, pivot)[column]) {
                    pivot = candidate
                }
                pivots[column] = pivot
                let upper = row(first, column)
                if pivot != column {
                    let other = row(first, pivot)
                    for index in columns.lowerBound..<min(size, column + 2 * reach + 1) {
                        swap(&upper[index], &other[index])
                    }
                }
                guard abs(upper[column]) > BandedMatrix.smallestPivot else { return false }
                for lower in column + 1..<max(column + 1, rowEnd(columns)) {
                    let target = row(first, lower)
                    guard target[column] != 0 else { continue }
                    target[column] /= upper[column]
                    subtract(
                        target[column], upper + column + 1, from: target + column + 1,
                        columns.upperBound - column - 1)
                }
            }
            return true
        }

        /// Brings what lies right of a panel up to date.
        func update(_ first: Entries, _ columns: Range<Int>, threads: Int) {
            let rest = columns.upperBound..<max(columns.upperBound, columnEnd(columns))
            for column in columns {
                let source = row(first, column)
                for lower in column + 1..<max(column + 1, columns.upperBound) {
                    subtract(
                        row(first, lower)[column], source + rest.lowerBound,
                        from: row(first, lower) + rest.lowerBound, rest.count)
                }
            }
            let rows = columns.upperBound..<max(columns.upperBound, rowEnd(columns))
            // Below some milliseconds' work waiting for the other threads takes longer than they save.
            let isLarge = rows.count * rest.count > 1 << 19
            let bands = isLarge ? max(1, min(threads, rows.count / 32)) : 1
            guard bands > 1 else { return updateRows(first, rows, columns, rest) }
            concurrently(bands, threads: bands) { band in
                let share =
                    rows.lowerBound + rows.count * band / bands..<rows.lowerBound + rows.count * (band + 1) / bands
                updateRows(first, share, columns, rest)
            }
        }

        /// Rows less their multiples of a panel's rows, sixteen columns at a time.
        private func updateRows(_ first: Entries, _ rows: Range<Int>, _ panel: Range<Int>, _ rest: Range<Int>) {
            let width = 16
            for tile in Swift.stride(from: rest.lowerBound, to: rest.upperBound, by: width) {
                let count = min(width, rest.upperBound - tile)
                for lower in rows {
                    let target = row(first, lower)
                    guard count == width else {
                        for column in panel {
                            subtract(target[column], row(first, column) + tile, from: target + tile, count)
                        }
                        continue
                    }
                    var (left, right) = (load(target + tile), load(target + tile + 8))
                    for column in panel {
                        let (factor, source) = (target[column], row(first, column) + tile)
                        left -= factor * load(source)
                        right -= factor * load(source + 8)
                    }
                    store(left, target + tile)
                    store(right, target + tile + 8)
                }
            }
        }

        @inline(__always) private func load(_ source: Entries) -> SIMD8<Double> {
            UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Double>.self)
        }

        @inline(__always) private func store(_ value: SIMD8<Double>, _ target: Entries) {
            UnsafeMutableRawPointer(target).storeBytes(of: value, as: SIMD8<Double>.self)
        }
    }
}

import BBCUNetworks
import CBBCUKernels

/// What the rows between two stages hold.
struct RowFormat {
    var channels: Int
    var height: Int
    var width: Int
    /// Pixels of border on either side, as the stage that reads the rows needs them.
    var margin: Int
    /// The unit that takes their signs.
    var signs: UnitValues<Float>?

    fileprivate var rowPixels: Int { width + 2 * margin }
    fileprivate var words: Int { (channels + 63) / 64 }

    /// Bytes of so many rows of values, and of so many of signs.
    func byteCount(valueRows: Int, rows: Int) -> Int {
        let signBytes = signs == nil ? 0 : rowPixels * (16 * words + 1)
        return valueRows * rowPixels * channels * 4 + rows * signBytes
    }
}

/// The values of rows, in memory that is used round and round. Units write their result over their input, which
/// nothing else reads by then; so a chain of units has one.
struct ValueRing: BitwiseCopyable {
    private let capacity: Int
    /// Values of a row with its border.
    private let rowCount: Int
    private let values: UnsafeMutablePointer<Float>

    /// - Parameter capacity: rows that there is room for.
    init(_ format: RowFormat, capacity: Int, _ arena: StreamArena) {
        self.capacity = capacity
        rowCount = format.rowPixels * format.channels
        // One row more than the ring has: the zeros above and below the image.
        values = arena.allocate((capacity + 1) * rowCount, 0)
    }

    /// A row with its border; rows outside the image share one.
    func row(_ row: Int, isInside: Bool) -> UnsafeMutablePointer<Float> {
        values + (isInside ? row % capacity : capacity) * rowCount
    }
}

/// The rows between two stages that are still needed, in memory that is used round and round: pointers into an arena.
struct RowRing: BitwiseCopyable {
    let channels: Int
    let width: Int
    let hasSigns: Bool
    let height: Int
    private let margin: Int
    /// Rows of signs that there is room for.
    private let capacity: Int
    /// Pixels of a row with its border.
    private let rowPixels: Int
    private let words: Int
    let values: ValueRing
    private let signs: UnsafeMutablePointer<UInt64>
    private let valid: UnsafeMutablePointer<UInt64>
    private let hasZero: UnsafeMutablePointer<UInt8>
    private let shift: UnsafePointer<Float>
    private let zeroSign: Int32

    init(_ format: RowFormat, capacity: Int, values: ValueRing, _ arena: StreamArena) {
        (channels, width, height, margin) = (format.channels, format.width, format.height, format.margin)
        (rowPixels, words) = (format.rowPixels, format.words)
        self.capacity = capacity
        self.values = values
        hasSigns = format.signs != nil
        zeroSign = Int32(format.signs?.unit.signOfZero.rawValue ?? 0)
        // One row more than the ring has: what lies above and below the image.
        let pixels = (capacity + 1) * rowPixels
        signs = arena.allocate(hasSigns ? pixels * words : 0, 0)
        valid = arena.allocate(hasSigns ? pixels * words : 0, 0)
        hasZero = arena.allocate(hasSigns ? pixels : 0, 0)
        shift = arena.copy(format.signs?.shift ?? [])
        if let signs = format.signs { fillBorder(signs.unit.padding) }
    }

    /// Border pixels never change.
    private func fillBorder(_ padding: Padding) {
        for row in 0...capacity {
            for pixel in 0..<rowPixels where row == capacity || pixel < margin || pixel >= margin + width {
                let at = row * rowPixels + pixel
                hasZero[at] = padding == .zero ? 1 : 0
                for word in 0..<words {
                    let rest = channels - word * 64
                    let all: UInt64 = rest >= 64 ? .max : (1 << UInt64(rest)) - 1
                    signs[at * words + word] = padding == .plusOne ? all : 0
                    valid[at * words + word] = padding == .zero ? 0 : all
                }
            }
        }
    }

    private func isInside(_ row: Int) -> Bool { row >= 0 && row < height }

    /// Where a row of the image lies; rows outside share one.
    private func slot(_ row: Int) -> Int { isInside(row) ? row % capacity : capacity }

    // MARK: Reading

    /// The rows under a filter, from the border's first pixel on.
    func rows(around row: Int, kernel: Int) -> bbcu_rows { rows(from: row - kernel / 2, count: kernel) }

    /// So many rows, from the border's first pixel on.
    func rows(from first: Int, count: Int) -> bbcu_rows {
        var result = bbcu_rows()
        for kernelRow in 0..<count {
            let source = first + kernelRow
            bbcu_set_row(&result, kernelRow, values.row(source, isInside: isInside(source)))
        }
        return result
    }

    /// The signs under a filter, from the border's first pixel on.
    func setSigns(_ rows: inout bbcu_binary_rows, around row: Int, kernel: Int) {
        for kernelRow in 0..<kernel {
            let pixel = slot(row + kernelRow - kernel / 2) * rowPixels
            bbcu_set_binary_row(&rows, kernelRow, signs + pixel * words, valid + pixel * words, hasZero + pixel)
        }
    }

    // MARK: Writing

    /// A row without its border.
    func row(_ row: Int) -> bbcu_row {
        let pixel = slot(row) * rowPixels + margin
        var result = bbcu_row()
        result.values = values(ofRow: row)
        guard hasSigns else { return result }
        result.signs.signs = signs + pixel * words
        result.signs.valid = valid + pixel * words
        result.signs.has_zero = hasZero + pixel
        result.signs.shift = shift
        result.signs.zero_sign = zeroSign
        return result
    }

    /// The first value of a row without its border.
    func values(ofRow row: Int) -> UnsafeMutablePointer<Float> {
        values.row(row, isInside: isInside(row)) + margin * channels
    }
}

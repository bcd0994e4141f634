import CKernels
import Networks

/// What the rows between two stages hold.
struct RowFormat {
    var channels: Int
    var height: Int
    var width: Int
    /// Pixels of border on either side, as the stage that reads the rows needs them.
    var margin: Int
    /// Channels innermost.
    var hasValues = true
    /// The unit that takes their signs.
    var signs: Signs?
    /// One plane a channel.
    var hasPlanes = false

    /// Bytes of so many rows of values, and of so many of signs or planes.
    func byteCount(valueRows: Int, rows: Int) -> Int {
        let pixels = width + 2 * margin
        let signBytes = signs == nil ? 0 : pixels * (16 * ((channels + 63) / 64) + 1)
        let planeBytes = hasPlanes ? (pixels + RowRing.slack) * channels * 4 : 0
        return valueRows * pixels * channels * 4 + rows * (signBytes + planeBytes)
    }

    /// How signs are taken.
    struct Signs {
        var shift: [Float]
        var zeroSign: SignOfZero
        var padding: Padding
    }
}

/// The values of rows, in memory that is used round and round. Units write their result over their input, which
/// nothing else reads by then; so a chain of units has one.
///
/// Unchecked: the stages write rows that no thread reads, and wait for each other before they are read.
final class ValueRing: @unchecked Sendable {
    /// Rows that there is room for.
    let capacity: Int
    /// Values of a row with its border.
    let rowCount: Int
    private let values: UnsafeMutablePointer<Float>

    init(_ format: RowFormat, capacity: Int) {
        self.capacity = capacity
        rowCount = (format.width + 2 * format.margin) * format.channels
        // One row more than the ring has: the zeros above and below the image.
        let count = (capacity + 1) * rowCount + RowRing.slack
        values = .allocate(capacity: count)
        values.initialize(repeating: 0, count: count)
    }

    deinit { values.deallocate() }

    /// A row with its border; rows outside the image share one.
    func row(_ row: Int, isInside: Bool) -> UnsafeMutablePointer<Float> {
        values + (isInside ? row % capacity : capacity) * rowCount
    }
}

/// The rows between two stages that are still needed, in memory that is used round and round.
///
/// Unchecked: the stages write rows that no thread reads, and wait for each other before they are read.
final class RowRing: @unchecked Sendable {
    let format: RowFormat
    /// Rows of signs or planes that there is room for.
    let capacity: Int
    /// Channels innermost; nil where nobody reads them.
    let values: ValueRing?
    /// Pixels of a row with its border.
    private let rowPixels: Int
    private let words: Int
    /// Values of a plane.
    let planeStride: Int
    private let planes: UnsafeMutablePointer<Float>
    private let signs: UnsafeMutablePointer<UInt64>
    private let valid: UnsafeMutablePointer<UInt64>
    private let hasZero: UnsafeMutablePointer<UInt8>
    private let shift: UnsafeMutablePointer<Float>

    /// The vectors of a kernel may reach so far beyond the last value that counts.
    static let slack = Int(BBCU_PLANAR_MARGIN)

    init(_ format: RowFormat, capacity: Int, values: ValueRing?) {
        self.format = format
        self.capacity = capacity
        self.values = values
        rowPixels = format.width + 2 * format.margin
        words = (format.channels + 63) / 64
        planeStride = rowPixels + Self.slack
        // One row more than the ring has: what lies above and below the image.
        let rows = capacity + 1
        func allocate<Element>(_ isWanted: Bool, _ count: Int, _ value: Element) -> UnsafeMutablePointer<Element> {
            let count = isWanted ? count + Self.slack : 1
            let pointer = UnsafeMutablePointer<Element>.allocate(capacity: count)
            pointer.initialize(repeating: value, count: count)
            return pointer
        }
        let hasSigns = format.signs != nil
        let pixels = rows * rowPixels
        planes = allocate(format.hasPlanes, rows * planeStride * format.channels, 0)
        signs = allocate(hasSigns, pixels * words, 0)
        valid = allocate(hasSigns, pixels * words, 0)
        hasZero = allocate(hasSigns, pixels, 0)
        let shifts = (format.signs?.shift ?? []) + [Float](repeating: 0, count: 16)
        shift = allocate(hasSigns, shifts.count, 0)
        if let signs = format.signs {
            for (index, value) in shifts.enumerated() { shift[index] = value }
            fillBorder(signs.padding)
        }
    }

    deinit {
        planes.deallocate()
        signs.deallocate()
        valid.deallocate()
        hasZero.deallocate()
        shift.deallocate()
    }

    /// Border pixels never change.
    private func fillBorder(_ padding: Padding) {
        for row in 0...capacity {
            for pixel in 0..<rowPixels
            where row == capacity || pixel < format.margin || pixel >= format.margin + format.width {
                let at = row * rowPixels + pixel
                hasZero[at] = padding == .zero ? 1 : 0
                for word in 0..<words {
                    let rest = format.channels - word * 64
                    let all: UInt64 = rest >= 64 ? .max : (1 << UInt64(rest)) - 1
                    signs[at * words + word] = padding == .plusOne ? all : 0
                    valid[at * words + word] = padding == .zero ? 0 : all
                }
            }
        }
    }

    private func isInside(_ row: Int) -> Bool { (0..<format.height).contains(row) }

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
            bbcu_set_row(
                &result, kernelRow,
                values?.row(source, isInside: isInside(source))
                    ?? planes + slot(source) * planeStride * format.channels)
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
        let pixel = slot(row) * rowPixels + format.margin
        var result = bbcu_row()
        result.values = values(ofRow: row)
        guard let format = format.signs else { return result }
        result.signs.signs = signs + pixel * words
        result.signs.valid = valid + pixel * words
        result.signs.has_zero = hasZero + pixel
        result.signs.shift = UnsafePointer(shift)
        result.signs.zero_sign = Int32(format.zeroSign.rawValue)
        return result
    }

    /// The first value of a row without its border.
    func values(ofRow row: Int) -> UnsafeMutablePointer<Float> {
        (values?.row(row, isInside: isInside(row)) ?? planes) + format.margin * format.channels
    }

    /// The planes of a row without its border.
    func planes(ofRow row: Int) -> UnsafeMutablePointer<Float> {
        planes + slot(row) * planeStride * format.channels + format.margin
    }
}

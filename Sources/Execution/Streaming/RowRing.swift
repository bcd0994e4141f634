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

    /// How signs are taken.
    struct Signs {
        var shift: [Float]
        var zeroSign: SignOfZero
        var padding: Padding
    }
}

/// The rows between two stages that are still needed, in memory that is used round and round.
///
/// Unchecked: the stages write rows that no thread reads, and wait for each other before they are read.
final class RowRing: @unchecked Sendable {
    let format: RowFormat
    /// Rows that there is room for.
    let capacity: Int
    /// Pixels of a row with its border.
    private let rowPixels: Int
    private let words: Int
    /// Values of a plane.
    let planeStride: Int
    private let values: UnsafeMutablePointer<Float>
    private let planes: UnsafeMutablePointer<Float>
    private let signs: UnsafeMutablePointer<UInt64>
    private let valid: UnsafeMutablePointer<UInt64>
    private let hasZero: UnsafeMutablePointer<UInt8>
    private let shift: UnsafeMutablePointer<Float>
    /// Bytes allocated.
    let byteCount: Int

    /// The vectors of a kernel may reach so far beyond the last value that counts.
    private static let slack = Int(BBCU_PLANAR_MARGIN)

    init(_ format: RowFormat, capacity: Int) {
        self.format = format
        self.capacity = capacity
        rowPixels = format.width + 2 * format.margin
        words = (format.channels + 63) / 64
        planeStride = rowPixels + Self.slack
        // One row more than the ring has: what lies above and below the image.
        let rows = capacity + 1
        func allocate<Element>(_ type: Element.Type, _ isWanted: Bool, _ count: Int, _ value: Element)
            -> (UnsafeMutablePointer<Element>, Int)
        {
            let count = isWanted ? count + Self.slack : 1
            let pointer = UnsafeMutablePointer<Element>.allocate(capacity: count)
            pointer.initialize(repeating: value, count: count)
            return (pointer, count * MemoryLayout<Element>.stride)
        }
        let hasSigns = format.signs != nil
        var total = 0
        func keep<Element>(_ pair: (UnsafeMutablePointer<Element>, Int)) -> UnsafeMutablePointer<Element> {
            total += pair.1
            return pair.0
        }
        values = keep(allocate(Float.self, format.hasValues, rows * rowPixels * format.channels, 0))
        planes = keep(allocate(Float.self, format.hasPlanes, rows * planeStride * format.channels, 0))
        signs = keep(allocate(UInt64.self, hasSigns, rows * rowPixels * words, 0))
        valid = keep(allocate(UInt64.self, hasSigns, rows * rowPixels * words, 0))
        hasZero = keep(allocate(UInt8.self, hasSigns, rows * rowPixels, 0))
        let shifts = (format.signs?.shift ?? []) + [Float](repeating: 0, count: 16)
        shift = keep(allocate(Float.self, hasSigns, shifts.count, 0))
        byteCount = total
        if let signs = format.signs {
            for (index, value) in shifts.enumerated() { shift[index] = value }
            fillBorder(signs.padding)
        }
    }

    deinit {
        values.deallocate()
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

    /// Where a row of the image lies; rows outside share one.
    private func slot(_ row: Int) -> Int { (0..<format.height).contains(row) ? row % capacity : capacity }

    // MARK: Reading

    /// The rows under a filter, from the border's first pixel on.
    func rows(around row: Int, kernel: Int) -> bbcu_rows {
        var result = bbcu_rows()
        for kernelRow in 0..<kernel {
            let source = slot(row + kernelRow - kernel / 2)
            bbcu_set_row(
                &result, kernelRow,
                format.hasPlanes
                    ? planes + source * planeStride * format.channels
                    : values + source * rowPixels * format.channels)
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
        result.values = values + (format.hasValues ? pixel * format.channels : 0)
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
        values + (slot(row) * rowPixels + format.margin) * format.channels
    }

    /// The planes of a row without its border.
    func planes(ofRow row: Int) -> UnsafeMutablePointer<Float> {
        planes + slot(row) * planeStride * format.channels + format.margin
    }
}

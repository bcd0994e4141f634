import BBCUPlatform
import TensorBytes

/// A feature map that several threads read and write at the same time, each its own tiles.
///
/// The only file of these that handles pointers.
package final class SharedMap<Scalar: BinaryFloatingPoint & Sendable>: @unchecked Sendable {
    // Unchecked: whoever shares it sees to it that no tile is read or written while another thread writes it.
    package let channels: Int
    package let height: Int
    package let width: Int
    private let storage: UnsafeMutableBufferPointer<Scalar>

    /// A map of zeros; the system hands out its memory when it is first written.
    package init(channels: Int, height: Int, width: Int) {
        self.channels = channels
        self.height = height
        self.width = width
        storage = allocateZeros(channels * height * width, of: Scalar.self)
    }

    /// A copy of a map.
    package convenience init(_ map: FeatureMap<Scalar>) {
        self.init(channels: map.channels, height: map.height, width: map.width)
        _ = storage.update(from: map.values)
    }

    deinit { freeZeros(storage) }

    /// A copy of the whole.
    package var map: FeatureMap<Scalar> {
        FeatureMap(height: height, width: width, channels: channels, filled: Array(storage))
    }

    /// A copy of a part.
    package func tile(_ tile: PixelRectangle) -> FeatureMap<Scalar> {
        FeatureMap(
            height: tile.height, width: tile.width, channels: channels,
            filled: window(tile, margin: 0, padding: 0))
    }

    /// A copy of a part and `margin` pixels on each side of it; those beyond the map hold `padding`.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    func window(_ tile: PixelRectangle, margin: Int, padding: Scalar) -> [Scalar] {
        let rowPixels = tile.width + 2 * margin
        let count = (tile.height + 2 * margin) * rowPixels * channels
        let left = max(0, margin - tile.columns.lowerBound)
        let right = max(0, tile.columns.upperBound + margin - width)
        return [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
            var target = 0
            func pad(_ pixels: Int) {
                let end = target + pixels * channels
                buffer[target..<end].initialize(repeating: padding)
                target = end
            }
            for row in tile.rows.lowerBound - margin..<tile.rows.upperBound + margin {
                guard (0..<height).contains(row) else {
                    pad(rowPixels)
                    continue
                }
                pad(left)
                let start = (row * width + tile.columns.lowerBound - margin + left) * channels
                let end = target + (rowPixels - left - right) * channels
                _ = buffer[target..<end].initialize(fromContentsOf: storage[start..<start + end - target])
                target = end
                pad(right)
            }
            initialized = count
        }
    }

    /// Writes a part.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package func write(_ values: [Scalar], to tile: PixelRectangle) {
        let rowCount = tile.width * channels
        precondition(
            values.count == tile.height * rowCount && tile.rows.upperBound <= height
                && tile.columns.upperBound <= width,
            "the part is within the map")
        values.withUnsafeBufferPointer { values in
            for (index, row) in tile.rows.enumerated() {
                let start = (row * width + tile.columns.lowerBound) * channels
                _ = storage[start..<start + rowCount].update(
                    fromContentsOf: values[index * rowCount..<(index + 1) * rowCount])
            }
        }
    }
}

import TensorBytes

extension ByteImage: PixelGrid {
    package var pixelValues: [UInt8] { samples }

    package func with(height: Int, width: Int, _ values: [UInt8]) -> ByteImage {
        ByteImage(unchecked: width, height, channels, values)
    }

    /// A part of the image; nil for one that is empty or does not lie within it.
    public func part(_ part: PixelRectangle) -> ByteImage? {
        guard !part.rows.isEmpty, !part.columns.isEmpty, part.lies(inHeight: height, width: width) else { return nil }
        return cropped(to: part)
    }

    /// The image at the size of another: each pixel stands for the nearest one.
    public func enlarged(to other: ByteImage) -> ByteImage {
        guard width != other.width || height != other.height else { return self }
        return gathered(height: other.height, width: other.width) {
            ($0 * height / other.height, $1 * width / other.width)
        }
    }

    /// The square, at half its side's steps from the top left corner, in which another image has the largest sum of squared
    /// differences; the whole image where it is smaller. Nil where the sizes differ.
    public func worstSquare(of other: ByteImage, side: Int) -> PixelRectangle? {
        guard width == other.width, height == other.height, channels == other.channels, side > 1 else { return nil }
        let (columns, rows) = (min(side, width), min(side, height))
        var worst: (part: PixelRectangle, sum: Int)?
        for top in Self.starts(height, rows, step: side / 2) {
            for left in Self.starts(width, columns, step: side / 2) {
                let part = PixelRectangle(rows: top..<top + rows, columns: left..<left + columns)
                let sum = zip(cropped(to: part).samples, other.cropped(to: part).samples).reduce(0) { sum, pair in
                    let difference = Int(pair.0) - Int(pair.1)
                    return sum + difference * difference
                }
                if sum > (worst?.sum ?? -1) { worst = (part, sum) }
            }
        }
        return worst?.part
    }

    /// Where parts of `length` begin in `whole`, the last at its end.
    private static func starts(_ whole: Int, _ length: Int, step: Int) -> [Int] {
        Array(stride(from: 0, to: whole - length, by: step)) + [whole - length]
    }
}

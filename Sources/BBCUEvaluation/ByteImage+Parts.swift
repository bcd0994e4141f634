/// A part of an image.
public struct ImagePart: Sendable, Hashable {
    /// The first column.
    public var left: Int
    /// The first row.
    public var top: Int
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// A part of an image.
    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

extension ByteImage {
    /// A part of the image; nil for one that is empty or does not lie within it.
    public func part(_ part: ImagePart) -> ByteImage? {
        guard part.left >= 0, part.top >= 0, part.width > 0, part.height > 0, part.left < width, part.top < height,
            part.width <= width - part.left, part.height <= height - part.top
        else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(part.width * part.height * channels)
        for row in part.top..<part.top + part.height {
            let start = (row * width + part.left) * channels
            result += samples[start..<start + part.width * channels]
        }
        return ByteImage(unchecked: part.width, part.height, channels, result)
    }

    /// The image at the size of another: each pixel stands for the nearest one.
    public func enlarged(to other: ByteImage) -> ByteImage {
        guard width != other.width || height != other.height else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(other.width * other.height * channels)
        for row in 0..<other.height {
            let start = row * height / other.height * width
            for column in 0..<other.width {
                let pixel = (start + column * width / other.width) * channels
                result += samples[pixel..<pixel + channels]
            }
        }
        return ByteImage(unchecked: other.width, other.height, channels, result)
    }

    /// The square, at half its side's steps from the top left corner, in which another image has the largest sum of squared
    /// differences; the whole image where it is smaller. Nil where the sizes differ.
    public func worstSquare(of other: ByteImage, side: Int) -> ImagePart? {
        guard width == other.width, height == other.height, channels == other.channels, side > 1 else { return nil }
        let (columns, rows) = (min(side, width), min(side, height))
        var worst: (part: ImagePart, sum: Int)?
        for top in Self.starts(height, rows, step: side / 2) {
            for left in Self.starts(width, columns, step: side / 2) {
                let part = ImagePart(left: left, top: top, width: columns, height: rows)
                guard let ours = self.part(part), let theirs = other.part(part) else { continue }
                let sum = zip(ours.samples, theirs.samples).reduce(0) { sum, pair in
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

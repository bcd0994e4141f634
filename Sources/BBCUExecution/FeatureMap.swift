import TensorBytes

/// A feature map or image: `height` rows of `width` pixels of `channels` values, channels innermost, so that one
/// output pixel's channels lie side by side for the kernels.
public struct FeatureMap<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// Values a pixel.
    public let channels: Int
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// The values: row, then column, then channel.
    public package(set) var values: [Scalar]

    /// A map of the given values, or nil where their number is not height x width x channels.
    public init?(channels: Int, height: Int, width: Int, values: [Scalar]) {
        guard channels > 0, height > 0, width > 0, TensorShape.elementCount([channels, height, width]) == values.count
        else { return nil }
        self.init(height: height, width: width, channels: channels, filled: values)
    }

    /// For values that are known to fit.
    package init(height: Int, width: Int, channels: Int, filled values: [Scalar]) {
        self.channels = channels
        self.height = height
        self.width = width
        self.values = values
    }

    /// A map of the same size with other values.
    package func with(_ values: [Scalar]) -> FeatureMap {
        FeatureMap(height: height, width: width, channels: channels, filled: values)
    }

    /// A map of zeros.
    package init(zeros channels: Int, height: Int, width: Int) {
        self.init(
            height: height, width: width, channels: channels,
            filled: [Scalar](repeating: 0, count: channels * height * width))
    }

    /// Where a value is in the order of `values`.
    public func index(channel: Int, row: Int, column: Int) -> Int { (row * width + column) * channels + channel }

    /// The place of a value.
    public func place(of index: Int) -> FeatureIndex {
        FeatureIndex(
            channel: index % channels, row: index / (channels * width), column: (index / channels) % width)
    }

    /// The values in PyTorch's order: channel, then row, then column.
    public var channelMajorValues: [Scalar] {
        var result = [Scalar](repeating: 0, count: values.count)
        let pixels = height * width
        for pixel in 0..<pixels {
            for channel in 0..<channels { result[channel * pixels + pixel] = values[pixel * channels + channel] }
        }
        return result
    }

    /// A map of values in PyTorch's order, or nil where their number does not fit.
    public init?(channels: Int, height: Int, width: Int, channelMajorValues: [Scalar]) {
        guard channels > 0, height > 0, width > 0,
            TensorShape.elementCount([channels, height, width]) == channelMajorValues.count
        else { return nil }
        var values = channelMajorValues
        let pixels = height * width
        for pixel in 0..<pixels {
            for channel in 0..<channels {
                values[pixel * channels + channel] = channelMajorValues[channel * pixels + pixel]
            }
        }
        self.init(height: height, width: width, channels: channels, filled: values)
    }
}

extension FeatureMap: PixelGrid {
    package var pixelValues: [Scalar] { values }

    package func with(height: Int, width: Int, _ values: [Scalar]) -> FeatureMap {
        FeatureMap(height: height, width: width, channels: channels, filled: values)
    }
}

/// The place of a value in a feature map.
public struct FeatureIndex: JSONModel, Codable, Sendable, Hashable {
    /// The channel.
    public var channel: Int
    /// The row, from the top.
    public var row: Int
    /// The column, from the left.
    public var column: Int

    /// A place, counted from 0.
    public init(channel: Int, row: Int, column: Int) {
        self.channel = channel
        self.row = row
        self.column = column
    }

    /// The place in words.
    public var text: String { "channel \(channel), row \(row), column \(column)" }
    /// The place in a column of a table: channel, row, column.
    package var list: String { "\(channel), \(row), \(column)" }
}

extension FeatureMap where Scalar == Float {
    /// The values in float64; exact.
    public var asDouble: FeatureMap<Double> {
        var result = [Double](repeating: 0, count: values.count)
        var target = result.mutableSpan
        let source = values.span
        for index in 0..<source.count { target[index] = Double(source[index]) }
        return FeatureMap<Double>(height: height, width: width, channels: channels, filled: result)
    }

    /// The map as a tensor of shape (1, C, H, W), as PyTorch returns it.
    public var tensor: Tensor? { Tensor(channelMajorValues, shape: [1, channels, height, width]) }
}

extension FeatureMap where Scalar == Double {
    /// The values rounded to float32.
    public var asFloat: FeatureMap<Float> {
        FeatureMap<Float>(height: height, width: width, channels: channels, filled: values.map(Float.init))
    }

    /// The map as a tensor of shape (1, C, H, W), as PyTorch returns it.
    public var tensor: Tensor? { Tensor(channelMajorValues, shape: [1, channels, height, width]) }
}

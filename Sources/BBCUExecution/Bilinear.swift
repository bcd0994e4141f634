/// Bilinear upsampling by a whole factor, as `torch.nn.functional.interpolate` does with `align_corners=False`.
package enum Bilinear {
    /// For every output place the two source places and the share of the second.
    ///
    /// The source position of output i is (i + 1/2) / r - 1/2, not below 0. It is a fraction with the denominator 2 r,
    /// so it is computed in integers; PyTorch's float32 position has an error that grows with the image.
    package static func axis<Scalar: ReferenceScalar>(_ type: Scalar.Type, size: Int, factor: Int)
        -> [(first: Int, second: Int, share: Scalar)]
    {
        (0..<size * factor).map { place(type, $0, size: size, factor: factor) }
    }

    /// The same for one output place.
    static func place<Scalar: ReferenceScalar>(_ type: Scalar.Type, _ index: Int, size: Int, factor: Int)
        -> (first: Int, second: Int, share: Scalar)
    {
        let numerator = max(0, 2 * index + 1 - factor)
        let first = numerator / (2 * factor)
        let share = Scalar(numerator % (2 * factor)) / Scalar(2 * factor)
        return (first, min(first + 1, size - 1), share)
    }

    /// Upsamples a map. Each value is (1 - v) ((1 - h) a + h b) + v ((1 - h) c + h d), in that order, unfused.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    package static func upsample<Scalar: ReferenceScalar>(_ map: FeatureMap<Scalar>, factor: Int)
        -> FeatureMap<Scalar>
    {
        guard factor > 1 else { return map }
        let rows = axis(Scalar.self, size: map.height, factor: factor)
        let columns = axis(Scalar.self, size: map.width, factor: factor)
        var values: [Scalar] = []
        values.reserveCapacity(map.values.count * factor * factor)
        let stride = map.width * map.channels
        for row in rows {
            let top = row.first * stride
            let bottom = row.second * stride
            for column in columns {
                let left = column.first * map.channels
                let right = column.second * map.channels
                for channel in 0..<map.channels {
                    let upper =
                        (1 - column.share) * map.values[top + left + channel]
                        + column.share * map.values[top + right + channel]
                    let lower =
                        (1 - column.share) * map.values[bottom + left + channel]
                        + column.share * map.values[bottom + right + channel]
                    values.append((1 - row.share) * upper + row.share * lower)
                }
            }
        }
        return FeatureMap(
            height: map.height * factor, width: map.width * factor, channels: map.channels, filled: values)
    }
}

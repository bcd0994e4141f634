import BBCUExecution
import TensorBytes

extension PortDump.Array {
    /// The array as a map in the given layout, leading axes of one taken off; nil where it has another number of axes.
    /// - Parameter size: the height and width, by which a flat array is cut.
    package func map(_ layout: FeatureLayout, channels: Int, size: (height: Int, width: Int)?) -> FeatureMap<Double>? {
        var sizes = shape
        while sizes.count > 3, sizes[0] == 1 { sizes.removeFirst() }
        if sizes.count == 2 { sizes.insert(1, at: layout == .nchw ? 0 : 2) }
        if sizes.count == 1, let size, sizes[0] == channels * size.height * size.width {
            sizes =
                layout == .nchw ? [channels, size.height, size.width] : [size.height, size.width, channels]
        }
        guard sizes.count == 3, sizes.allSatisfy({ $0 > 0 }) else { return nil }
        switch layout {
        case .nchw:
            return FeatureMap(channels: sizes[0], height: sizes[1], width: sizes[2], channelMajorValues: values)
        case .nhwc: return FeatureMap(channels: sizes[2], height: sizes[0], width: sizes[1], values: values)
        }
    }

    /// Half a unit in the last place of every value of a map in a type of 16 bits, half a level of an image's, and
    /// what its values in float32 may have lost; nil for a wider type.
    func storageRadius(_ map: FeatureMap<Double>) -> [Double]? {
        if let pixels { return [Double](repeating: pixels.step / 2 + 0x1p-22, count: map.values.count) }
        guard storage == .float16 || storage == .bfloat16 else { return nil }
        return map.values.map { (storage.unitInTheLastPlace($0) ?? 0) / 2 }
    }
}

import Execution
import Tensors

/// How the axes of a dumped array are arranged.
public enum Layout: String, Sendable, Hashable, CaseIterable {
    case nchw = "NCHW"
    case nhwc = "NHWC"
}

extension PortDump.Array {
    /// The array as a map in the given layout, a batch of one taken off; nil where it has another number of axes.
    func map(_ layout: Layout) -> FeatureMap<Double>? {
        var sizes = shape
        if sizes.count == 4, sizes[0] == 1 { sizes.removeFirst() }
        if sizes.count == 2 { sizes.insert(1, at: layout == .nchw ? 0 : 2) }
        guard sizes.count == 3, sizes.allSatisfy({ $0 > 0 }) else { return nil }
        switch layout {
        case .nchw:
            return FeatureMap(channels: sizes[0], height: sizes[1], width: sizes[2], channelMajorValues: values)
        case .nhwc: return FeatureMap(channels: sizes[2], height: sizes[0], width: sizes[1], values: values)
        }
    }

    /// Half a unit in the last place of every value of a map in a type of 16 bits; zero for a wider one.
    func storageRadius(_ map: FeatureMap<Double>) -> [Double] {
        guard storage == .float16 || storage == .bfloat16 else {
            return [Double](repeating: 0, count: map.values.count)
        }
        return map.values.map { (storage.unitInTheLastPlace($0) ?? 0) / 2 }
    }
}

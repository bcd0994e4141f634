import BBCUExecution
import BBCUNetworks
import TensorBytes

/// Upsamplings that wrong ports use in place of the network's.
package enum Resampling {
    /// Upsamples by a whole factor; the shortcut's kinds that are no upsampling return the map as it is.
    package static func upsample(
        _ map: FeatureMap<Double>, factor: Int, _ kind: InjectedFault.Shortcut
    ) -> FeatureMap<Double> {
        switch kind {
        case .missing, .missingAndSign, .added, .shifted: return map
        case .nearest: return Rearranging.upsampleNearest(map, factor: factor)
        case .bilinear(false): return Bilinear.upsample(map, factor: factor)
        case .bilinear(true):
            return separable(map, factor) { index, size in
                let scale = size * factor > 1 ? Double(size - 1) / Double(size * factor - 1) : 0
                let position = Double(index) * scale
                let first = min(Int(position), size - 1)
                let share = position - Double(first)
                return [(first, 1 - share), (min(first + 1, size - 1), share)]
            }
        case .bicubic(let a):
            return separable(map, factor) { index, size in
                let position = (Double(index) + 0.5) / Double(factor) - 0.5
                let first = Int(position.rounded(.down))
                let share = position - Double(first)
                return (-1...2).map { offset in
                    (min(max(first + offset, 0), size - 1), cubic(abs(share - Double(offset)), a))
                }
            }
        case .moved(let rows, let columns, let wraps):
            let upsampled = Rearranging.upsampleNearest(map, factor: factor)
            return move(upsampled, rows: rows, columns: columns, wraps: wraps)
        }
    }

    /// Keys' cubic convolution kernel (IEEE Transactions on Acoustics, Speech, and Signal Processing 29, 1981).
    private static func cubic(_ x: Double, _ a: Double) -> Double {
        if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return ((x - 5) * x + 8) * x * a - 4 * a }
        return 0
    }

    /// Every output is a weighted sum of inputs along rows, then along columns.
    private static func separable(
        _ map: FeatureMap<Double>, _ factor: Int, _ taps: (Int, Int) -> [(Int, Double)]
    ) -> FeatureMap<Double> {
        let rows = (0..<map.height * factor).map { taps($0, map.height) }
        let columns = (0..<map.width * factor).map { taps($0, map.width) }
        var values: [Double] = []
        for row in rows {
            for column in columns {
                for channel in 0..<map.channels {
                    var sum = 0.0
                    for (y, vertical) in row {
                        for (x, horizontal) in column {
                            sum += vertical * horizontal * map.values[map.index(channel: channel, row: y, column: x)]
                        }
                    }
                    values.append(sum)
                }
            }
        }
        return FeatureMap(
            height: rows.count, width: columns.count, channels: map.channels, filled: values)
    }

    package static func move(
        _ map: FeatureMap<Double>, rows: Int, columns: Int, wraps: Bool
    ) -> FeatureMap<Double> {
        func source(_ index: Int, _ shift: Int, _ size: Int) -> Int {
            let moved = index - shift
            return wraps ? ((moved % size) + size) % size : min(max(moved, 0), size - 1)
        }
        return map.gathered(height: map.height, width: map.width) {
            (source($0, rows, map.height), source($1, columns, map.width))
        }
    }
}

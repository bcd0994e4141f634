import BBCUExecution

/// Maps made part by part: what is computed of a few pixels stays in a processor's cache, and threads share the parts.
/// No value depends on how many there are, as it is made of what stands at its own place alone.
extension Kernels {
    /// Pixels of a part.
    private static let partPixels = 64

    /// Two arrays with a number of values for each pixel. Pointers are handled here alone.
    /// - Parameter part: both arrays' values of some pixels; none for zeros.
    func parts<Value: BinaryFloatingPoint & Sendable>(
        pixels: Int, channels: Int, _ part: (_ pixels: Range<Int>) -> (first: [Value], second: [Value])
    ) -> (first: [Value], second: [Value]) {
        let count = pixels * channels
        var second: [Value] = []
        let first = [Value](unsafeUninitializedCapacity: count) { first, initialized in
            second = [Value](unsafeUninitializedCapacity: count) { second, initialized in
                // Each place is written by one part, and read after all have ended.
                nonisolated(unsafe) let arrays = (first: first, second: second)
                forEachBand(rows: (pixels + Self.partPixels - 1) / Self.partPixels) { parts in
                    for index in parts {
                        let range = index * Self.partPixels..<min(pixels, (index + 1) * Self.partPixels)
                        let made = part(range)
                        let places = range.lowerBound * channels..<range.upperBound * channels
                        for (array, values) in [(arrays.first, made.first), (arrays.second, made.second)] {
                            precondition(values.isEmpty || values.count == places.count, "a part of another size")
                            let target = UnsafeMutableBufferPointer(rebasing: array[places])
                            if values.isEmpty {
                                target.initialize(repeating: 0)
                            } else {
                                _ = target.initialize(from: values)
                            }
                        }
                    }
                }
                initialized = count
            }
            initialized = count
        }
        return (first, second)
    }

    /// An estimate of the sizes of a map.
    /// - Parameter part: of some pixels, one after the other.
    func enclosure<Scalar>(
        like map: FeatureMap<Scalar>, channels: Int, _ part: (_ pixels: Range<Int>) -> Enclosure
    ) -> Enclosure {
        let made = parts(pixels: map.height * map.width, channels: channels) { pixels -> ([Double], [Double]) in
            let made = part(pixels)
            return (made.map.values, made.radius)
        }
        return Enclosure(
            FeatureMap(height: map.height, width: map.width, channels: channels, filled: made.first),
            radius: made.second)
    }
}

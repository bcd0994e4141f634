import BBCUNetworks
import CBBCUKernels

/// Winograd's side of the C kernels.
extension Kernels {
    /// A row of tiles, of which `height` rows are within the image.
    func convolve(
        _ filter: WinogradFilter, _ activation: Activation?, _ rows: inout bbcu_rows, _ width: Int,
        _ part: Range<Int>, _ output: UnsafePointer<bbcu_row>?, _ height: Int,
        _ scratch: UnsafeMutablePointer<Float>
    ) -> Bool {
        filter.weights.withUnsafeBufferPointer { weights in
            filter.bias.withUnsafeBufferPointer { bias in
                var arguments = bbcu_winograd(
                    width: width, inputs: filter.inputs, group: filter.group, factor: filter.factor,
                    channels: filter.channels, blocks: filter.blocks, weights: weights.baseAddress,
                    bias: bias.baseAddress, activation: activation.code, leaky_slope: activation.slope,
                    scratch: scratch)
                return table.pointee.winograd_row(
                    &arguments, &rows, output, height, part.lowerBound, part.upperBound) != 0
            }
        }
    }

    /// The convolution and the shuffle of rows that have a border of one pixel, without an activation. The first row
    /// lies at a multiple of a tile's height.
    func convolve(_ filter: WinogradFilter, height: Int, width: Int, padded: [Float]) -> FeatureMap<Float> {
        precondition(
            padded.count == (height + 2) * (width + 2) * filter.inputs,
            "the kernel would read out of bounds")
        let outputWidth = width * filter.factor
        let rowCount = outputWidth * filter.channels
        let count = height * filter.factor * rowCount
        // What lies below the border, where the last tiles are not whole.
        let below = [Float](repeating: 0, count: (width + 2) * filter.inputs)
        let values = [Float](unsafeUninitializedCapacity: count) { output, initialized in
            nonisolated(unsafe) let output = output
            let tile = WinogradFilter.tile
            let tiles = (height + tile - 1) / tile
            forEachBand(rows: tiles) { band in
                let arena = StreamArena()
                let scratch = arena.allocate(filter.scratchCount, Float(0))
                for row in band.map({ $0 * tile }) {
                    padded.withUnsafeBufferPointer { padded in
                        below.withUnsafeBufferPointer { below in
                            var rows = bbcu_rows()
                            for index in 0..<WinogradFilter.side {
                                let source = row + index < height + 2 ? padded.baseAddress : below.baseAddress
                                let offset = row + index < height + 2 ? (row + index) * below.count : 0
                                if let source { bbcu_set_row(&rows, index, source + offset) }
                            }
                            let inside = min(tile, height - row)
                            let targets = (0..<inside * filter.factor).map { index in
                                var target = bbcu_row()
                                target.values = output.baseAddress.map {
                                    $0 + (row * filter.factor + index) * rowCount
                                }
                                return target
                            }
                            _ = convolve(
                                filter, nil, &rows, width, 0..<width, targets, inside, scratch)
                        }
                    }
                }
            }
            initialized = count
        }
        return FeatureMap(
            height: height * filter.factor, width: outputWidth, channels: filter.channels, filled: values)
    }
}

import BBCUNetworks
import CBBCUKernels

/// Winograd's side of the C kernels.
extension Kernels {
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
                    convolve(
                        filter, filter.weights, filter.bias, padded, below, below.count, row: row, height: height,
                        width: width, output.baseAddress, scratch)
                }
            }
            initialized = count
        }
        return FeatureMap(
            height: height * filter.factor, width: outputWidth, channels: filter.channels, filled: values)
    }

    /// A row of tiles. Arrays are pointers as long as the call lasts.
    private func convolve(
        _ filter: WinogradFilter, _ weights: UnsafePointer<Float>, _ bias: UnsafePointer<Float>,
        _ padded: UnsafePointer<Float>, _ below: UnsafePointer<Float>, _ rowValues: Int, row: Int, height: Int,
        width: Int, _ output: UnsafeMutablePointer<Float>?, _ scratch: UnsafeMutablePointer<Float>
    ) {
        var rows = bbcu_rows()
        for index in 0..<WinogradFilter.side {
            let isInside = row + index < height + 2
            bbcu_set_row(&rows, index, isInside ? padded + (row + index) * rowValues : below)
        }
        let inside = min(WinogradFilter.tile, height - row)
        let outputValues = width * filter.factor * filter.channels
        let targets = (0..<inside * filter.factor).map { index in
            var target = bbcu_row()
            target.values = output.map { $0 + (row * filter.factor + index) * outputValues }
            return target
        }
        var arguments = bbcu_winograd(filter, nil, weights: weights, bias: bias)
        (arguments.width, arguments.scratch) = (width, scratch)
        _ = table.pointee.winograd_row(&arguments, &rows, targets, inside, 0, width)
    }
}

extension bbcu_winograd {
    /// The convolution, without the rows and what is in between.
    init(
        _ filter: WinogradFilter, _ activation: Activation?, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>
    ) {
        self.init(
            width: 0, inputs: filter.inputs, group: filter.group, factor: filter.factor, channels: filter.channels,
            blocks: filter.blocks, weights: weights, bias: bias, activation: activation.code,
            leaky_slope: activation.slope, scratch: nil)
    }
}

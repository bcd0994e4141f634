import BBCUNetworks
import CBBCUKernels

/// The images at both ends of a network, as a strip sees them.
struct StreamImages {
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    /// The column of the image that the strip's rows begin with.
    let start: Int
}

/// A stage as the kernels are called for it: pointers and numbers alone, so that nothing is counted or copied for a row.
struct StageCall: BitwiseCopyable {
    private enum Work: BitwiseCopyable {
        case scale(Float, imageWidth: Int)
        case convolution(bbcu_geometry, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>, factor: Int)
        case unit(bbcu_unit)
        case winograd(bbcu_winograd)
        case output(OutputCall)
    }

    private var work: Work
    private var activation: Int32 = Int32(BBCU_NO_ACTIVATION)
    private var slope: Float = 0
    /// What it reads; nil for the first stage, which reads the image.
    private let input: RowRing?
    /// What it writes; nil for the last stage, which writes the result.
    private let output: RowRing?

    /// - Parameters:
    ///   - input, output: the rows before and behind it.
    ///   - arena: keeps the weights.
    init(
        _ stage: StreamStage, input: RowRing?, output: RowRing?, height: Int, width: Int, _ arena: StreamArena
    ) {
        self.input = input
        self.output = output
        switch stage.work {
        case .scale(let factor): work = .scale(factor, imageWidth: width)
        case .convolution(let filters, let activation):
            let geometry = bbcu_geometry(
                width: width * stage.scale, inputs: stage.inputs, outputs: stage.factor * stage.outputs,
                kernel: 2 * stage.margin + 1, first_row: 0, end_row: 0)
            work = .convolution(
                geometry, weights: arena.copy(filters.flatMap(\.weights)), bias: arena.copy(filters.flatMap(\.bias)),
                factor: stage.factor)
            (self.activation, slope) = (activation.code, activation.slope)
        case .winograd(let filter, let activation):
            let arguments = bbcu_winograd(
                filter, activation, weights: arena.copy(filter.weights), bias: arena.copy(filter.bias))
            work = .winograd(arguments)
        case .unit(let unit, let activation):
            var arguments = bbcu_unit(unit, arena)
            arguments.activation = activation.code
            arguments.leaky_slope = activation.slope
            work = .unit(arguments)
        case .output(let filter, let end):
            work = .output(OutputCall(filter, end, height: height, width: width, scale: stage.scale, arena))
        }
    }

    /// Runs the stage for a part of a row. Every stage but the first and the last has rows on both sides.
    ///
    /// - Parameters:
    ///   - row: the first of those that are taken at once, which are `grid`.
    ///   - part: pixels of the stage's input, counted from the strip's first one.
    ///   - scratch: for this thread alone.
    /// - Returns: false where a value is not finite.
    func run(
        _ kernels: bbcu_kernels, _ row: Int, _ part: Range<Int>, _ images: StreamImages,
        scratch: UnsafeMutablePointer<Float>
    ) -> Bool {
        switch (work, input, output) {
        case (.scale(let factor, let imageWidth), _, let output?):
            let first = row * imageWidth + images.start + part.lowerBound
            kernels.scale(
                images.input + first * output.channels, factor, part.count * output.channels,
                output.values(ofRow: row) + part.lowerBound * output.channels)
            return true
        case (.convolution(var geometry, let weights, let bias, let factor), let input?, let output?):
            var rows = input.rows(around: row, kernel: geometry.kernel)
            (geometry.first_row, geometry.end_row) = (row, row + 1)
            return withRows(output, row, factor) { targets in
                kernels.float_row(
                    &geometry, &rows, weights, bias, part.lowerBound, part.upperBound, targets, factor, activation,
                    slope) != 0
            }
        case (.winograd(var arguments), let input?, let output?):
            arguments.width = input.width
            arguments.scratch = scratch
            let height = min(WinogradFilter.tile, input.height - row)
            var rows = input.rows(from: row - 1, count: WinogradFilter.side)
            return withRows(output, row, arguments.factor, height) { targets in
                kernels.winograd_row(&arguments, &rows, targets, height, part.lowerBound, part.upperBound) != 0
            }
        case (.unit(var unit), let input?, let output?):
            input.setSigns(&unit.rows, around: row, kernel: unit.rows.kernel)
            unit.shortcut = UnsafePointer(input.values(ofRow: row))
            return withRows(output, row, unit.factor) { rows in
                kernels.unit_row(&unit, rows, part.lowerBound, part.upperBound) != 0
            }
        case (.output(let call), let input?, _): return call.run(kernels, input, row, part, images, scratch)
        default: return false
        }
    }

    /// The rows that become of one, or of several.
    private func withRows(
        _ output: RowRing, _ row: Int, _ factor: Int, _ count: Int = 1,
        _ body: (UnsafeMutablePointer<bbcu_row>) -> Bool
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: bbcu_row.self, capacity: factor * count) { rows in
            for index in 0..<factor * count { rows.initializeElement(at: index, to: output.row(row * factor + index)) }
            return rows.baseAddress.map(body) ?? false
        }
    }
}

extension StageCall {
    /// Bytes that all threads need for what is in between in any stage of a plan.
    static func scratchBytes(_ plan: StreamPlan, threads: Int) -> Int {
        plan.scratchCount * MemoryLayout<Float>.size * threads
    }
}

/// The last convolution, the skip and the division by k.
private struct OutputCall: BitwiseCopyable {
    private let geometry: bbcu_geometry
    private let weights: UnsafePointer<Float>
    private let bias: UnsafePointer<Float>
    private let skip: bbcu_skip
    private let height: Int
    private let width: Int

    init(
        _ filter: PlanarFilter, _ end: StreamEnd, height: Int, width: Int, scale: Int, _ arena: StreamArena
    ) {
        (self.height, self.width) = (height, width)
        geometry = bbcu_geometry(
            width: width * scale, inputs: filter.shape.inputs, outputs: filter.shape.outputs,
            kernel: filter.shape.kernel, first_row: 0, end_row: 0)
        weights = arena.copy(filter.weights)
        bias = arena.copy(filter.bias)
        // Where each column of the upsampled image comes from.
        let places = Bilinear.axis(Float.self, size: width, factor: end.upscale)
        skip = bbcu_skip(
            channels: filter.shape.outputs, upscale: end.upscale, subtracts: end.subtracts ? 1 : 0,
            factor: end.amplification, divisor: end.amplification, top: nil, bottom: nil, row_share: 0,
            left: arena.copy(places.map { UInt32($0.first) }), right: arena.copy(places.map { UInt32($0.second) }),
            share: arena.copy(places.map(\.share)))
    }

    func run(
        _ kernels: bbcu_kernels, _ input: RowRing, _ row: Int, _ part: Range<Int>, _ images: StreamImages,
        _ sums: UnsafeMutablePointer<Float>
    ) -> Bool {
        var geometry = geometry
        (geometry.first_row, geometry.end_row) = (row, min(row + PlanarFilter.rowsAtOnce, input.height))
        var rows = input.rows(from: row - geometry.kernel / 2, count: geometry.end_row - row + geometry.kernel - 1)
        var isFinite = true
        for first in Swift.stride(from: part.lowerBound, to: part.upperBound, by: Self.pixelsAtOnce) {
            let end = min(first + Self.pixelsAtOnce, part.upperBound)
            kernels.planar_rows(&geometry, &rows, weights, bias, first, end, sums)
            for place in row..<geometry.end_row
            where !emit(kernels, place, first..<end, images, sums + (place - row) * Self.rowSums) { isFinite = false }
        }
        return isFinite
    }

    /// What follows the convolution's result for some pixels of a row.
    private func emit(
        _ kernels: bbcu_kernels, _ row: Int, _ part: Range<Int>, _ images: StreamImages,
        _ sums: UnsafeMutablePointer<Float>
    ) -> Bool {
        var skip = skip
        let place = Bilinear.place(Float.self, row, size: height, factor: skip.upscale)
        // An upsampled image's columns say where they come from, counted from the image's first.
        let column = skip.upscale > 1 ? 0 : images.start
        skip.top = images.input + (place.first * width + column) * skip.channels
        skip.bottom = images.input + (place.second * width + column) * skip.channels
        skip.row_share = place.share
        let start = images.start * skip.upscale
        skip.left += start
        skip.right += start
        skip.share += start
        let output = images.output + (row * width * skip.upscale + start) * skip.channels
        return kernels.emit(&skip, sums, Self.stride, part.lowerBound, part.upperBound, output) != 0
    }

    /// Pixels that are worked on at a time, what an output of a row of them takes, and what all of them take.
    private static let pixelsAtOnce = Int(BBCU_PLANAR_PIXELS)
    private static let stride = Int(BBCU_PLANAR_STRIDE)
    private static let rowSums = stride * PlanarFilter.mostOutputs
}

extension bbcu_unit {
    /// A unit without its rows.
    fileprivate init(_ unit: StreamUnit, _ arena: StreamArena) {
        self.init()
        rows = bbcu_binary_rows(
            unit.filter, signs: arena.copy(unit.filter.signs), valid: arena.copy(unit.filter.valid))
        factor = unit.factor
        channels = unit.channels
        blocks = unit.blocks
        alpha = arena.copy(unit.values.alpha)
        bias = unit.values.bias.isEmpty ? nil : arena.copy(unit.values.bias)
        first_bias = arena.copy(unit.values.firstBias)
        slope = arena.copy(unit.values.slope)
        second_bias = arena.copy(unit.values.secondBias)
    }
}

extension Activation? {
    /// The C kernels' number.
    var code: Int32 {
        switch self {
        case nil: Int32(BBCU_NO_ACTIVATION)
        case .relu: Int32(BBCU_RELU)
        case .leakyReLU: Int32(BBCU_LEAKY)
        }
    }

    var slope: Float {
        if case .leakyReLU(let slope) = self { Float(slope) } else { 0 }
    }
}

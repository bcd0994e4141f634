import CKernels
import Networks

/// The rows' side of the C kernels.
extension Kernels {
    func scale(_ input: UnsafePointer<Float>, _ factor: Float, _ count: Int, _ output: UnsafeMutablePointer<Float>) {
        table.pointee.scale(input, factor, count, output)
    }

    func convolve(
        _ filter: FloatFilter<Float>, _ activation: Activation?, _ input: RowRing, _ output: RowRing, _ row: Int,
        _ part: Range<Int>
    ) -> Bool {
        var geometry = bbcu_geometry(
            width: input.format.width, inputs: filter.inputs, outputs: filter.outputs, kernel: filter.kernel,
            first_row: row, end_row: row + 1)
        var rows = input.rows(around: row, kernel: filter.kernel)
        var target = output.row(row)
        table.pointee.float_row(
            &geometry, &rows, filter.weights, filter.bias, part.lowerBound, part.upperBound, target.values)
        return finish(&target, output.format.channels, activation, part)
    }

    private func finish(_ row: inout bbcu_row, _ channels: Int, _ activation: Activation?, _ part: Range<Int>) -> Bool {
        table.pointee.finish_row(
            &row, channels, activation.code, activation.slope, part.lowerBound, part.upperBound) != 0
    }

    func run(
        _ unit: StreamUnit, _ activation: Activation?, _ input: RowRing, _ output: RowRing, _ row: Int,
        _ part: Range<Int>
    ) -> Bool {
        withParameters(of: unit) { (arguments: inout bbcu_unit) in
            input.setSigns(&arguments.rows, around: row, kernel: unit.filter.kernel)
            arguments.shortcut = UnsafePointer(input.values(ofRow: row))
            arguments.activation = activation.code
            arguments.leaky_slope = activation.slope
            return withUnsafeTemporaryAllocation(of: bbcu_row.self, capacity: unit.factor) { rows in
                for index in 0..<unit.factor {
                    rows.initializeElement(at: index, to: output.row(row * unit.factor + index))
                }
                return table.pointee.unit_row(&arguments, rows.baseAddress, part.lowerBound, part.upperBound) != 0
            }
        }
    }

    private func withParameters<Result>(of unit: StreamUnit, _ body: (inout bbcu_unit) -> Result) -> Result {
        unit.filter.signs.withUnsafeBufferPointer { signs in
            unit.filter.valid.withUnsafeBufferPointer { valid in
                unit.alpha.withUnsafeBufferPointer { alpha in
                    unit.bias.withUnsafeBufferPointer { bias in
                        unit.firstBias.withUnsafeBufferPointer { firstBias in
                            unit.slope.withUnsafeBufferPointer { slope in
                                unit.secondBias.withUnsafeBufferPointer { secondBias in
                                    var result = bbcu_unit()
                                    result.rows.inputs = unit.filter.inputs
                                    result.rows.kernel = unit.filter.kernel
                                    result.rows.weight_signs = signs.baseAddress
                                    result.rows.weight_valid = valid.baseAddress
                                    result.rows.weights_have_zero = unit.filter.hasZero ? 1 : 0
                                    result.factor = unit.factor
                                    result.channels = unit.channels
                                    result.blocks = unit.blocks
                                    result.alpha = alpha.baseAddress
                                    result.bias = unit.bias.isEmpty ? nil : bias.baseAddress
                                    result.first_bias = firstBias.baseAddress
                                    result.slope = slope.baseAddress
                                    result.second_bias = secondBias.baseAddress
                                    return body(&result)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    func shuffle(_ factor: Int, _ input: RowRing, _ output: RowRing, _ row: Int, _ part: Range<Int>) -> Bool {
        withUnsafeTemporaryAllocation(of: bbcu_row.self, capacity: factor) { rows in
            for index in 0..<factor { rows.initializeElement(at: index, to: output.row(row * factor + index)) }
            table.pointee.shuffle(
                input.values(ofRow: row), input.format.channels, factor, part.lowerBound, part.upperBound,
                rows.baseAddress)
            guard output.format.signs != nil else { return true }
            var isFinite = true
            let wide = part.lowerBound * factor..<part.upperBound * factor
            for index in 0..<factor where !finish(&rows[index], output.format.channels, nil, wide) { isFinite = false }
            return isFinite
        }
    }

    func toPlanes(_ input: RowRing, _ output: RowRing, _ row: Int, _ part: Range<Int>) {
        table.pointee.to_planes(
            input.values(ofRow: row), input.format.channels, part.lowerBound, part.upperBound,
            output.planes(ofRow: row), output.planeStride)
    }

    func emit(
        _ filter: PlanarFilter, _ skip: StreamSkip, _ input: RowRing, _ row: Int, _ part: Range<Int>,
        _ output: UnsafeMutablePointer<Float>
    ) -> Bool {
        var geometry = bbcu_geometry(
            width: input.format.width, inputs: filter.shape.inputs, outputs: filter.shape.outputs,
            kernel: filter.shape.kernel, first_row: row, end_row: row + 1)
        var rows = input.rows(around: row, kernel: filter.shape.kernel)
        let segment = Int(BBCU_SEGMENT)
        let stride = segment + Int(BBCU_PLANAR_MARGIN)
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: stride * PlanarFilter.mostOutputs) { planes in
            skip.withRow(row) { skip in
                var isFinite = true
                for first in Swift.stride(from: part.lowerBound, to: part.upperBound, by: segment) {
                    let end = min(first + segment, part.upperBound)
                    table.pointee.planar_row(
                        &geometry, &rows, input.planeStride, filter.weights, filter.bias, first, end,
                        planes.baseAddress, stride)
                    if table.pointee.emit(&skip, planes.baseAddress, stride, first, end, output) == 0 {
                        isFinite = false
                    }
                }
                return isFinite
            }
        }
    }
}

/// Where the columns of an upsampled image come from: the pixels left and right, and the share of the right one.
struct StreamColumns: Sendable {
    let left: [UInt32]
    let right: [UInt32]
    let share: [Float]

    init(width: Int, factor: Int) {
        let places = Bilinear.axis(Float.self, size: width, factor: factor)
        left = places.map { UInt32($0.first) }
        right = places.map { UInt32($0.second) }
        share = places.map(\.share)
    }
}

/// The skip at the end of a network.
struct StreamSkip {
    let end: StreamEnd
    let image: UnsafePointer<Float>
    let channels: Int
    let height: Int
    let width: Int
    let columns: StreamColumns

    /// The skip of one row of the result.
    func withRow<Result>(_ row: Int, _ body: (inout bbcu_skip) -> Result) -> Result {
        let place = Bilinear.place(Float.self, row, size: height, factor: end.upscale)
        return columns.left.withUnsafeBufferPointer { left in
            columns.right.withUnsafeBufferPointer { right in
                columns.share.withUnsafeBufferPointer { share in
                    var skip = bbcu_skip(
                        channels: channels, upscale: end.upscale, subtracts: end.subtracts ? 1 : 0,
                        factor: end.amplification, divisor: end.amplification,
                        top: image + place.first * width * channels, bottom: image + place.second * width * channels,
                        row_share: place.share, left: left.baseAddress, right: right.baseAddress,
                        share: share.baseAddress)
                    return body(&skip)
                }
            }
        }
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

import CBBCUKernels

/// The side of the C kernels that takes single values.
extension Kernels {
    typealias Rectifier<Scalar> = (
        UnsafePointer<Scalar>, Int, Int, UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>,
        UnsafeMutablePointer<Scalar>
    ) -> Void

    func rectify<Scalar>(
        _ values: [Scalar], _ firstBias: [Scalar], _ slope: [Scalar], _ secondBias: [Scalar],
        _ kernel: Rectifier<Scalar>
    ) -> [Scalar] {
        let pixels = Self.pixels(values.count, firstBias.count, slope.count, secondBias.count)
        return [Scalar](unsafeUninitializedCapacity: values.count) { output, initialized in
            guard let target = output.baseAddress else { return }
            kernel(values, pixels, firstBias.count, firstBias, slope, secondBias, target)
            initialized = values.count
        }
    }

    /// From what a unit's convolution can be off to what its branch can be.
    ///
    /// With z0 = y + b0, z = PReLU(z0) and z1 = z + b1: L (E + u |z0|) + u (|z| + |z1|) + `underflow`.
    ///
    /// - Parameters:
    ///   - errors: E, channels innermost; becomes the result.
    ///   - convolved: y.
    ///   - steepest: L, one a channel.
    ///   - unit: u.
    package func carryThroughBranch(
        _ errors: inout [Double], convolved: [Double], _ values: UnitValues<Double>, steepest: [Double], unit: Double,
        underflow: Double
    ) {
        let pixels = Self.pixels(
            errors.count, values.firstBias.count, values.slope.count, values.secondBias.count, steepest.count)
        precondition(convolved.count == errors.count, "the kernel would read out of bounds")
        func carry(
            _ firstBias: UnsafePointer<Double>, _ slope: UnsafePointer<Double>, _ secondBias: UnsafePointer<Double>,
            _ steepest: UnsafePointer<Double>, channels: Int
        ) {
            var branch = bbcu_branch(
                channels: channels, first_bias: firstBias, slope: slope, second_bias: secondBias, steepest: steepest,
                unit: unit, underflow: underflow)
            table.pointee.branch_errors(&branch, convolved, pixels, &errors)
        }
        carry(values.firstBias, values.slope, values.secondBias, steepest, channels: steepest.count)
    }

    /// Whether the values in a range are as close to the expected ones as all of the limits say and have finite bounds.
    ///
    /// - Parameters:
    ///   - difference: the limit of |value - expected|.
    ///   - share: the same as a share of each value's bound.
    ///   - steps: the same in float32 numbers between the value and the expected one rounded.
    package func areWithin(
        _ values: [Float], expected: [Double], bounds: [Double], range: Range<Int>, difference: Double, share: Double,
        steps: UInt32
    ) -> Bool {
        precondition(
            values.indices.contains(range.lowerBound) && range.upperBound <= values.count
                && values.count == expected.count && values.count == bounds.count,
            "the kernel would read out of bounds")
        var limits = bbcu_limits(difference: difference, share: share, steps: steps)
        let start = range.lowerBound
        func areWithin(
            _ values: UnsafePointer<Float>, _ expected: UnsafePointer<Double>, _ bounds: UnsafePointer<Double>
        ) -> Bool {
            table.pointee.within(values + start, expected + start, bounds + start, range.count, &limits) != 0
        }
        return areWithin(values, expected, bounds)
    }

    /// The pixels that so many values are, given the number of each parameter.
    private static func pixels(_ values: Int, _ channels: Int...) -> Int {
        let first = channels[0]
        precondition(
            first > 0 && channels.allSatisfy { $0 == first } && values % first == 0,
            "the kernel would read out of bounds")
        return values / first
    }
}

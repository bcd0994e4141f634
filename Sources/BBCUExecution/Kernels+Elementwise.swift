import CBBCUKernels

/// The side of the C kernels that takes single values.
extension Kernels {
    func rectify(_ values: [Float], firstBias: [Float], slope: [Float], secondBias: [Float]) -> [Float] {
        let pixels = Self.pixels(values.count, firstBias.count, slope.count, secondBias.count)
        return [Float](unsafeUninitializedCapacity: values.count) { output, initialized in
            guard let target = output.baseAddress else { return }
            table.pointee.rectify_floats(values, pixels, firstBias.count, firstBias, slope, secondBias, target)
            initialized = values.count
        }
    }

    func rectify(_ values: [Double], firstBias: [Double], slope: [Double], secondBias: [Double]) -> [Double] {
        let pixels = Self.pixels(values.count, firstBias.count, slope.count, secondBias.count)
        return [Double](unsafeUninitializedCapacity: values.count) { output, initialized in
            guard let target = output.baseAddress else { return }
            table.pointee.rectify_doubles(values, pixels, firstBias.count, firstBias, slope, secondBias, target)
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
        _ errors: inout [Double], convolved: [Double], firstBias: [Double], slope: [Double], secondBias: [Double],
        steepest: [Double], unit: Double, underflow: Double
    ) {
        let pixels = Self.pixels(errors.count, firstBias.count, slope.count, secondBias.count)
        precondition(
            convolved.count == errors.count && steepest.count == slope.count, "the kernel would read out of bounds")
        firstBias.withUnsafeBufferPointer { firstBias in
            slope.withUnsafeBufferPointer { slope in
                secondBias.withUnsafeBufferPointer { secondBias in
                    steepest.withUnsafeBufferPointer { steepest in
                        var branch = bbcu_branch(
                            channels: slope.count, first_bias: firstBias.baseAddress, slope: slope.baseAddress,
                            second_bias: secondBias.baseAddress, steepest: steepest.baseAddress, unit: unit,
                            underflow: underflow)
                        table.pointee.branch_errors(&branch, convolved, pixels, &errors)
                    }
                }
            }
        }
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
        return values.withUnsafeBufferPointer { values in
            expected.withUnsafeBufferPointer { expected in
                bounds.withUnsafeBufferPointer { bounds in
                    guard let values = values.baseAddress, let expected = expected.baseAddress,
                        let bounds = bounds.baseAddress
                    else { return true }
                    let start = range.lowerBound
                    return table.pointee.within(values + start, expected + start, bounds + start, range.count, &limits)
                        != 0
                }
            }
        }
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

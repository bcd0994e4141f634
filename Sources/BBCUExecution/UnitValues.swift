import BBCUNetworks

/// A unit's parameters in the numbers that an execution computes with, one a channel, and what follows the 1-bit
/// convolution: RPReLU and the shortcut, the same in all of them.
package struct UnitValues<Scalar: ReferenceScalar>: Sendable {
    package let unit: BinaryUnit
    package private(set) var shift: [Scalar]
    package private(set) var alpha: [Scalar]
    /// Empty for a convolution without one.
    package private(set) var bias: [Scalar]
    package private(set) var firstBias: [Scalar]
    package private(set) var slope: [Scalar]
    package private(set) var secondBias: [Scalar]

    /// - Parameters:
    ///   - alpha: in place of the parameters' own.
    ///   - converted: what becomes of the numbers of the file, by what they are for.
    package init(
        _ parameters: UnitParameters, alpha: [Scalar]? = nil,
        _ converted: (Parameter.Role, [Float]) -> [Scalar] = { $1.map { Scalar($0) } }
    ) {
        unit = parameters.unit
        shift = converted(.shift, parameters.shift)
        self.alpha = alpha ?? parameters.alpha.map { Scalar($0) }
        bias = converted(.binaryConvolutionBias, parameters.bias)
        firstBias = converted(.firstBias, parameters.firstBias)
        slope = converted(.slope, parameters.slope)
        secondBias = converted(.secondBias, parameters.secondBias)
    }

    /// The same with the outputs in another order; 0 for places that have none.
    func reordered(_ order: [Int?]) -> UnitValues {
        func ordered(_ values: [Scalar]) -> [Scalar] { order.map { $0.map { values[$0] } ?? 0 } }
        var result = self
        (result.alpha, result.bias) = (ordered(alpha), bias.isEmpty ? [] : ordered(bias))
        (result.firstBias, result.slope, result.secondBias) = (ordered(firstBias), ordered(slope), ordered(secondBias))
        return result
    }

    func branch(_ convolved: FeatureMap<Scalar>, _ kernels: Kernels) -> FeatureMap<Scalar> {
        convolved.with(
            Scalar.rectify(kernels, convolved.values, firstBias: firstBias, slope: slope, secondBias: secondBias))
    }

    /// Adds the shortcut to the branch.
    /// - Parameters:
    ///   - input: the unit's input.
    ///   - scaledInput: the network's scaled input, which BBCU-T reads.
    func output(_ branch: FeatureMap<Scalar>, input: FeatureMap<Scalar>, scaledInput: FeatureMap<Scalar>)
        -> FeatureMap<Scalar>
    {
        output(
            branch,
            shortcut: unit.shortcut(
                input, scaledInput: scaledInput, height: branch.height * unit.shuffleFactor, with: Bilinear.upsample))
    }

    /// Adds a shortcut that is made already.
    func output(_ branch: consuming FeatureMap<Scalar>, shortcut: FeatureMap<Scalar>) -> FeatureMap<Scalar> {
        Elementwise.add(unit.shuffled(consume branch), shortcut)
    }
}

extension BinaryUnit {
    /// The branch as it meets the shortcut.
    package func shuffled<Scalar: BinaryFloatingPoint & Sendable>(_ branch: FeatureMap<Scalar>) -> FeatureMap<Scalar> {
        switch shortcut {
        case .upsampled(let shuffle), .scaledInput(let shuffle): Rearranging.shuffle(branch, shuffle)
        case .identity, .repeatedChannels: branch
        }
    }

    /// What is added to the branch, given how a map is upsampled bilinearly.
    package func shortcut<Scalar: BinaryFloatingPoint & Sendable>(
        _ input: FeatureMap<Scalar>, scaledInput: FeatureMap<Scalar>, height: Int,
        with bilinear: (FeatureMap<Scalar>, Int) -> FeatureMap<Scalar>
    ) -> FeatureMap<Scalar> {
        switch shortcut {
        case .identity: input
        case .upsampled(let shuffle): Rearranging.upsampleNearest(input, factor: shuffle.factor)
        case .repeatedChannels: Rearranging.repeatChannels(input, outputs: outputs)
        case .scaledInput: bilinear(scaledInput, height / scaledInput.height)
        }
    }
}

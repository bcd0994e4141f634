import BBCUNetworks

/// What follows the 1-bit convolution, the same in both paths: RPReLU and the shortcut.
struct Epilogue<Scalar: ReferenceScalar>: Sendable {
    let unit: BinaryUnit
    let firstBias: [Scalar]
    let slope: [Scalar]
    let secondBias: [Scalar]

    init(_ parameters: UnitParameters) {
        unit = parameters.unit
        firstBias = parameters.firstBias.map { Scalar($0) }
        slope = parameters.slope.map { Scalar($0) }
        secondBias = parameters.secondBias.map { Scalar($0) }
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

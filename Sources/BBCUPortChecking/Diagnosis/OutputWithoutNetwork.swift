import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension HypothesisBuilder {
    /// The image itself in place of the output, upsampled where the network does: what is seen of a network whose last
    /// convolution adds nothing, or that never ran.
    ///
    /// Libraries differ in what they do at the border and round in between; there the dump itself stands in, and elsewhere
    /// a level of 8 bits is allowed for.
    package mutating func addOutputsWithoutNetwork(_ image: FeatureMap<Double>, _ dump: FeatureMap<Double>) {
        let factor = network.hyperparameters.upscale
        guard layers.upperBound == network.layers.count, dump.channels == image.channels,
            (dump.height, dump.width) == (image.height * factor, image.width * factor)
        else { return }
        guard factor > 1 else {
            return addOutput("network-missing", "the output is the image itself: the network changes nothing") { _ in
                Enclosure(exactly: image)
            }
        }
        addWithoutNetwork("repeated pixels", Enclosure(exactly: Resampling.upsample(image, factor: factor, .nearest)))
        let border = 2 * factor
        guard min(image.height, image.width) >= Self.leastSide else { return }
        let kinds: [(String, InjectedFault.Shortcut)] = [
            ("bilinear", .bilinear(alignsCorners: false)), ("bicubic, a = -0.5", .bicubic(a: -0.5)),
            ("bicubic, a = -0.75", .bicubic(a: -0.75)),
        ]
        for (words, kind) in kinds {
            let map = Resampling.upsample(image, factor: factor, kind)
            let values = map.values.indices.map { index in
                let place = map.place(of: index)
                let isInside =
                    (border..<map.height - border).contains(place.row)
                    && (border..<map.width - border).contains(place.column)
                return isInside ? map.values[index] : dump.values[index]
            }
            let radius = [Double](repeating: 1.0 / 255, count: values.count)
            addWithoutNetwork(words, Enclosure(map.with(values), radius: radius))
        }
    }

    /// Smaller images are all border.
    private static let leastSide = 8

    private mutating func addWithoutNetwork(_ words: String, _ enclosure: Enclosure) {
        addOutput(
            "network-missing", "the output is the image upsampled (\(words)): what the network adds to it is missing"
        ) { _ in enclosure }
    }
}

import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// A crop of one step of a dump: enough to run the step's layers again and to judge what a port made of them.
///
/// The layers are run on the given values; of what they make only the core is judged, since the rest lies so close to the
/// crop's edge that the values beyond it matter. Where the crop ends at the border of the whole map there is nothing beyond
/// it, and the core reaches up to there: what a port does at the border still shows.
public struct ReducedCase: Sendable {
    /// The values that the first layer is given, with what storing them may have lost.
    package var start: Enclosure
    /// The module that they are the output of, or `input`.
    public var startName: String
    /// The layers.
    package var layers: Range<Int>
    /// The port's values in the core, and where it lies.
    package var tap: Tap
    /// The same part of the network's input, where the layers read that too.
    package var image: FeatureMap<Float>?
    /// The crop in the whole map that the first layer is given.
    public var crop: CropPlace
    /// What was done to ``startName``'s output before it became ``input``, in words: activations and the like.
    public var applied: [String]
    /// What makes the port's values of ``input``, in words, in its order.
    public var operations: [String]

    /// Where a crop lies.
    public struct CropPlace: Sendable, Hashable {
        /// Its rows.
        public var rows: Range<Int>
        /// Its columns.
        public var columns: Range<Int>
        /// The height of the whole map.
        public var height: Int
        /// The width of the whole map.
        public var width: Int

        package init(rows: Range<Int>, columns: Range<Int>, height: Int, width: Int) {
            (self.rows, self.columns, self.height, self.width) = (rows, columns, height, width)
        }

        /// The sides at which the crop ends because the map does: there the layers pad as they do in the network. Beyond the
        /// others lie values that are left out.
        public var borders: [String] {
            [
                ("top", rows.lowerBound == 0), ("bottom", rows.upperBound == height),
                ("left", columns.lowerBound == 0), ("right", columns.upperBound == width),
            ].filter(\.1).map(\.0)
        }
    }

    /// The module that is wrong.
    public var module: String { tap.name }
    /// The values that the first layer is given.
    public var input: FeatureMap<Double> { start.map }
    /// The port's values in the core.
    public var values: FeatureMap<Double> { tap.map }
    /// The rows of the core in what the layers make of the crop.
    public var coreRows: Range<Int> { tap.window?.rows ?? 0..<tap.map.height }
    /// The columns of the core in what the layers make of the crop.
    public var coreColumns: Range<Int> { tap.window?.columns ?? 0..<tap.map.width }

    /// The case as the step of a dump.
    package func session(_ check: PortCheck) -> PortSession {
        let step = PortSession.Step(start: start, startName: startName, layers: layers, tap: tap)
        // The whole network's image is what its first layer is given.
        let image = layers.lowerBound == 0 ? start.map.asFloat : image
        return PortSession(step, input: image.map { PortInput(check.evaluator, image: $0) })
    }

    /// A case of its parts.
    package init(
        start: Enclosure, startName: String, layers: Range<Int>, tap: Tap, image: FeatureMap<Float>?, crop: CropPlace,
        of network: BBCUNetwork
    ) {
        (self.start, self.startName, self.layers, self.tap, self.image) = (start, startName, layers, tap, image)
        self.crop = crop
        applied = network.texts(ofLayers: network.layers(from: startName, to: layers.lowerBound))
        operations = network.texts(ofLayers: layers.lowerBound..<tap.end + 1)
    }
}

/// Cuts cases out of a step.
package struct CaseCutter {
    private let network: BBCUNetwork
    private let step: PortSession.Step
    private let image: FeatureMap<Double>?
    package let grid: ReductionGrid

    /// - Parameters:
    ///   - image: the network's input, where it is known.
    ///   - end: the last layer whose work is in the port's values.
    package init(_ network: BBCUNetwork, _ step: PortSession.Step, image: FeatureMap<Double>?, end: Int) {
        (self.network, self.image) = (network, image)
        var step = step
        step.tap.end = end
        self.step = step
        grid = ReductionGrid(network, step.ending(before: end + 1))
    }

    /// The step cut down to some cells.
    package func cut(_ core: PixelRectangle) -> ReducedCase {
        let cells = core.grown(by: grid.halo, height: grid.height, width: grid.width)
        let crop = cells.scaled(by: grid.cell)
        let kept = core.scaled(by: grid.outputs)
        var tap = step.tap
        tap.window = core.within(cells).scaled(by: grid.outputs)
        tap.map = step.tap.map.cropped(to: kept)
        tap.storageRadius = step.tap.storageRadius.map {
            step.tap.map.with($0).cropped(to: kept).values
        }
        return ReducedCase(
            start: step.start.moved { $0.cropped(to: crop) }, startName: step.startName,
            layers: step.layers, tap: tap,
            image: grid.readsImage ? image?.cropped(to: cells).asFloat : nil,
            crop: .init(
                rows: crop.rows, columns: crop.columns, height: step.start.map.height, width: step.start.map.width),
            of: network)
    }
}

extension PortCheck {
    /// Judges a reduced case as a dump of one module.
    ///
    /// - Parameter values: what the port makes of the crop now, in place of what it made: the core, or all that the layers
    ///   make of the crop.
    /// - Throws: ``PortError`` where the values have other sizes.
    public func run(_ reduced: ReducedCase, values: FeatureMap<Double>? = nil) throws(PortError) -> PortReport {
        var reduced = reduced
        if let values { reduced.tap.map = try reduced.core(of: values, evaluator) }
        let session = reduced.session(self)
        let comparison = bestEnd(session.wrong[0], session).1
        var module = PortReport.Module(name: reduced.module, verdict: comparison?.holds == true ? .holds : .fails)
        module.local = comparison
        module.start = reduced.startName
        var report = PortReport(evaluator)
        report.isOfReducedCase = true
        report.modules = [module]
        report.firstWrong = module.verdict == .fails ? reduced.module : nil
        if module.verdict == .fails { report.diagnoses = knownFaults(session, previous: nil) }
        return report
    }

    /// What a right port makes of a reduced case, in the core, and how far from it one may be.
    /// - Throws: ``PortError`` where the layers cannot be run.
    public func expected(_ reduced: ReducedCase) throws(PortError) -> (
        values: FeatureMap<Double>, bounds: FeatureMap<Double>
    ) {
        let session = reduced.session(self)
        let step = session.wrong[0].ending(before: reduced.tap.end + 1)
        guard let enclosure = right(step, session).map(step.tap.recorded) else {
            throw PortError(
                .contradiction, found: "the layers up to \(reduced.module) cannot be run on the crop alone")
        }
        return (enclosure.map, enclosure.radiusMap)
    }
}

extension ReducedCase {
    /// The core of what a port made of the crop.
    fileprivate func core(
        of values: FeatureMap<Double>, _ evaluator: EnclosureEvaluator
    ) throws(PortError) -> FeatureMap<Double> {
        if (values.channels, values.height, values.width) == (tap.map.channels, tap.map.height, tap.map.width) {
            return values
        }
        let network = evaluator.network
        let before = network.steps[layers.lowerBound].input.scale
        let factor = network.steps[layers.upperBound - 1].output.scale / before
        let (height, width) = (start.map.height * factor, start.map.width * factor)
        guard values.channels == tap.map.channels, values.height == height, values.width == width else {
            throw PortError(
                .array, found: "found \(values.channels.counted("channel")) of \(values.height) x \(values.width)",
                expected:
                    "\(tap.map.channels) of \(height) x \(width), all that the layers make of the crop, or of \(tap.map.height) x "
                    + "\(tap.map.width), the core")
        }
        return tap.cropped(values)
    }
}

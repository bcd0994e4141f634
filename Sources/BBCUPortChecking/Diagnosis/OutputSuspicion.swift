import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension PortCheck {
    /// Whether a bound that tells nothing hides a fault of the output: the dump is at least twice as close to the right
    /// output with that fault. Flips only take a dump further from either, so a right port never is.
    /// Of a few values some wrong output is closer by chance.
    /// - Parameter step: is given the tilings that are found.
    func hidesOutputFault(_ step: inout PortSession.Step, _ session: PortSession, _ right: PortComparison) -> Bool {
        guard right.isLoose, right.holds, step.layers.upperBound == network.layers.count,
            let enclosure = self.right(step, session), step.tap.map.values.count >= Thresholds.leastValues
        else { return false }
        let most = step.tap.improved(right.rootMeanSquare)
        func isCloser(_ wrong: Enclosure) -> Bool {
            let comparison = PortComparison(
                step.tap.map, step.tap.recorded(wrong), storageRadius: step.tap.storageRadius)
            return (comparison?.rootMeanSquare ?? .infinity) < most
        }
        // Where rounding to pixels explains all, as on a flat image, nothing is left to be closer by.
        if right.leavesDoubt,
            FaultContext(evaluator, layers: step.layers, tap: step.tap).hypotheses([.output, .outputValues])
                .compactMap(\.changesOutput).contains(where: { isCloser($0(enclosure)) })
        {
            return true
        }
        guard step.layers == network.layers.indices, let image = session.input?.image else { return false }
        let finder = TileFinder(
            step.tap, network, image: image.map, right: enclosure, ValueRun(evaluator),
            standsOut: Thresholds.seamsStandOut)
        let found = finder.find()
        step.tilings = found
        return !found.isEmpty
    }
}

extension Tap {
    /// The root mean square of the values' distance from what somebody would have recorded; nil where the sizes differ.
    package func distance(from recorded: Enclosure) -> Double? {
        guard recorded.map.values.count == map.values.count else { return nil }
        let squares = zip(recorded.map.values, map.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (squares / Double(map.values.count)).squareRoot()
    }

    /// The root mean square that a change has to come to so as to explain an error of the given one: half of it, apart
    /// from the rounding of an image's pixels, which stays.
    package func improved(_ rootMeanSquare: Double) -> Double {
        let rounding = pixels?.rounding ?? 0
        // A port may keep chroma in 8 bits.
        let chroma = colouredInput == nil ? 0 : ColouredOutput.usualLoss
        let floor = rounding * rounding + chroma * chroma
        let rest = rootMeanSquare * rootMeanSquare - floor
        // What is hardly more than the rounding leaves nothing to explain.
        guard rest > Thresholds.leastUnexplained * floor else { return rootMeanSquare * Thresholds.improvement }
        return (floor + Thresholds.improvement * Thresholds.improvement * rest).squareRoot()
    }
}

import Execution
import Networks

extension PortCheck {
    /// Whether a bound that tells nothing hides a fault of the output: the dump is at least twice as close to the right
    /// output with that fault. Flips only take a dump further from either, so a right port never is.
    func hidesOutputFault(_ step: PortSession.Step, _ session: PortSession, _ right: PortComparison) -> Bool {
        guard right.isLoose, right.holds, step.layers.upperBound == network.layers.count,
            let estimate = interpreter.run(step.layers, from: step.start, scaledInput: session.input?.scaled)
        else { return false }
        var builder = HypothesisBuilder(interpreter, layers: step.layers)
        builder.addOutputHypotheses(levels: step.tap.levels)
        return builder.hypotheses.compactMap(\.changesOutput).contains { change in
            let wrong = PortComparison(
                step.tap.map, step.tap.recorded(change(estimate)), storageRadius: step.tap.storageRadius)
            return (wrong?.rootMeanSquare ?? .infinity) < right.rootMeanSquare * Doctor.improvement
        }
    }
}

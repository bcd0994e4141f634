import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

/// A sign by which two runs differ.
package struct SignChange: Sendable {
    var column: Int
    var channel: Int
    /// One sign - the other.
    var change: Float

    /// What turns the signs of a row into others.
    package static func changes(from first: FeatureMap<Float>, to second: FeatureMap<Float>) -> [SignChange] {
        var result: [SignChange] = []
        for index in first.values.indices where first.values[index] != second.values[index] {
            result.append(
                SignChange(
                    column: index / first.channels, channel: index % first.channels,
                    change: second.values[index] - first.values[index]))
        }
        return result
    }
}

/// What changed signs do to the integer sums of a unit. They are few, so that the sums of one run are cheaply made from
/// another's; integers of this size are exact in float32, whatever the order.
package struct SignEffect: Sendable {
    private let unit: BinaryUnit
    /// The weights' signs: filter row, filter column, input, output.
    private let weights: [Float]

    package init(_ parameters: UnitParameters) {
        unit = parameters.unit
        let taps = unit.kernel * unit.kernel
        let signs = parameters.weightSigns
        var weights = [Float](repeating: 0, count: signs.count)
        for output in 0..<unit.outputs {
            for input in 0..<unit.inputs {
                for tap in 0..<taps {
                    weights[(tap * unit.inputs + input) * unit.outputs + output] =
                        signs[(output * unit.inputs + input) * taps + tap]
                }
            }
        }
        self.weights = weights
    }

    /// Adds the effect of the changes, which are given for each row of the image, to a part of the sums.
    package func add(_ changes: [[SignChange]], tile: PixelRectangle, to sums: inout FeatureMap<Float>) {
        let margin = unit.kernel / 2
        for (index, row) in tile.rows.enumerated() {
            for tapRow in 0..<unit.kernel {
                let source = row + tapRow - margin
                guard changes.indices.contains(source) else { continue }
                for change in changes[source] {
                    for tapColumn in 0..<unit.kernel {
                        let column = change.column + margin - tapColumn
                        guard tile.columns.contains(column) else { continue }
                        let target = (index * tile.width + column - tile.columns.lowerBound) * unit.outputs
                        let weight = ((tapRow * unit.kernel + tapColumn) * unit.inputs + change.channel) * unit.outputs
                        for output in 0..<unit.outputs {
                            sums.values[target + output] += change.change * weights[weight + output]
                        }
                    }
                }
            }
        }
    }
}

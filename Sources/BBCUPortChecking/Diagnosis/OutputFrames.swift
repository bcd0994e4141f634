import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

extension HypothesisBuilder {
    /// The frame before, or part of it, in place of the right image.
    /// - Parameters:
    ///   - right: the right output.
    ///   - previous: what the network makes of the frame before.
    package mutating func addFrames(right: FeatureMap<Double>, previous: Enclosure, _ tap: Tap) {
        guard layers.upperBound == network.layers.count, previous.map.values.count == tap.map.values.count,
            right.values.count == tap.map.values.count
        else { return }
        addOutput("stale-frame", "the output is that of the frame before: wait for the run to end") { _ in previous }
        for startsNew in [true, false] {
            let (first, second) = startsNew ? (right, previous.map) : (previous.map, right)
            guard let row = tear(tap.map, first: first, second: second) else { continue }
            let words = startsNew ? "from row \(row) on" : "above row \(row)"
            addOutput("stale-frame", "the output is that of the frame before \(words): swap buffers between frames") {
                output in
                let start = row * output.map.width * output.map.channels
                func joined(_ new: [Double], _ old: [Double]) -> [Double] {
                    startsNew
                        ? Array(new[..<start] + old[start...]) : Array(old[..<start] + new[start...])
                }
                return Enclosure(
                    output.map.with(joined(output.map.values, previous.map.values)),
                    radius: joined(output.radius, previous.radius))
            }
        }
    }

    /// The row at which the dump goes from one image to the other, as least squares have it; nil at either end.
    private func tear(
        _ dump: FeatureMap<Double>, first: FeatureMap<Double>, second: FeatureMap<Double>
    ) -> Int? {
        let length = dump.width * dump.channels
        func square(_ row: Int, _ map: FeatureMap<Double>) -> Double {
            (row * length..<(row + 1) * length).reduce(0) { sum, index in
                let difference = dump.values[index] - map.values[index]
                return sum + difference * difference
            }
        }
        var error = (0..<dump.height).reduce(0) { $0 + square($1, second) }
        var best = (row: 0, error: error)
        for row in 0..<dump.height {
            error += square(row, first) - square(row, second)
            if error < best.error { best = (row + 1, error) }
        }
        return (1..<dump.height).contains(best.row) ? best.row : nil
    }
}

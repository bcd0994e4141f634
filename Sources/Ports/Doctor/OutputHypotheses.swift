import Execution
import Networks

extension HypothesisBuilder {
    /// What can be done to the network's output that the network does not do.
    mutating func addOutputHypotheses() {
        guard layers.upperBound == network.layers.count else { return }
        if network.hyperparameters.outputChannels == 3 {
            addOutput("output-bgr", "the output's channels are red, green, blue, not blue, green, red") { output in
                output.moved { map in map.with(map.values.indices.map { map.values[$0 / 3 * 3 + 2 - $0 % 3] }) }
            }
        }
        addOutput("output-0-255", "the output is in [0, 1], not in [0, 255]") { output in
            Estimate(output.map.with(output.map.values.map { $0 * 255 }), radius: output.radius.map { $0 * 255 })
        }
        addOutput("output-clamped", "compare what the network returns, before it is clamped to [0, 1]") { output in
            Estimate(output.map.with(output.map.values.map { min(max($0, 0), 1) }), radius: output.radius)
        }
        for truncates in [false, true] {
            for scale in [1.0, 255] {
                let how = truncates ? "cut to" : "rounded to"
                addOutput("output-8-bit", "compare what the network returns, before it is \(how) 8 bits") { output in
                    output.quantized(truncates: truncates, scale: scale)
                }
            }
        }
    }
}

extension Estimate {
    /// The pixels of an image of 8 bits; a value that may fall on either side of a step can be a step away.
    fileprivate func quantized(truncates: Bool, scale: Double) -> Estimate {
        var (values, radii) = (map.values, radius)
        for index in values.indices {
            let level = min(max(values[index], 0), 1) * 255
            let pixel = truncates ? level.rounded(.down) : level.rounded(.toNearestOrEven)
            let reach = radii[index] * 255 + 0x1p-16
            let nearest = truncates ? level.rounded() : level.rounded(.down) + 0.5
            values[index] = pixel / 255 * scale
            radii[index] = (abs(level - nearest) <= reach ? 1.0 / 255 : 0x1p-24) * scale
        }
        return Estimate(map.with(values), radius: radii)
    }
}

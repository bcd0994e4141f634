import BBCUExecution
import BBCUNetworks
import TensorBytes

/// An input that golden data are made of.
public struct GoldenInput: Sendable {
    /// The name, fit for a file.
    public var name: String
    /// What it is, in words.
    public var text: String
    /// The image.
    public var map: FeatureMap<Float>

    /// Names an input.
    public init(_ name: String, _ text: String, _ map: FeatureMap<Float>) {
        (self.name, self.text, self.map) = (name, text, map)
    }

    /// Small inputs that find bugs.
    /// - Parameter photograph: what the first is cut from; a drawn scene where it is nil.
    public static func suite(for network: BBCUNetwork, photograph: FeatureMap<Float>?) -> [GoldenInput] {
        let channels = network.hyperparameters.inputChannels
        func image(_ height: Int, _ width: Int, _ value: (Int, Int, Int) -> Float) -> FeatureMap<Float> {
            var values: [Float] = []
            for row in 0..<height {
                for column in 0..<width {
                    for channel in 0..<channels { values.append(value(channel, row, column)) }
                }
            }
            return FeatureMap(height: height, width: width, channels: channels, filled: values)
        }
        let scene = image(24, 24) { channel, row, column in
            // A ramp, a disc and a stripe, each channel a little different.
            let isInDisc = (row - 10) * (row - 10) + (column - 9) * (column - 9) < 36
            let ramp = Float(row * 3 + column * 5 + channel * 7) / 256
            return isInDisc ? 1 - ramp : (column + row) % 11 == 0 ? 0.9 : ramp
        }
        func noise(_ height: Int, _ width: Int, _ seed: UInt64) -> FeatureMap<Float> {
            FeatureMap(noise: channels, height: height, width: width, seed: seed)
        }
        return [
            photograph.map {
                GoldenInput("photograph", "the middle of the photograph", $0.cropped(to: $0.whole.middle(24)))
            } ?? GoldenInput("scene", "a drawn scene of ramps and edges", scene),
            GoldenInput("noise", "noise, seed 1", noise(16, 16, 1)),
            GoldenInput("noise-2", "noise, seed 2", noise(16, 16, 2)),
            GoldenInput("black", "all 0", image(8, 8) { _, _, _ in 0 }),
            GoldenInput("white", "all 1", image(8, 8) { _, _, _ in 1 }),
            GoldenInput(
                "impulse", "1 at row 4, column 5 of the first channel, else 0",
                image(9, 11) { $0 == 0 && $1 == 4 && $2 == 5 ? 1 : 0 }),
            GoldenInput("odd", "noise of odd, unequal sides, seed 3", noise(7, 5, 3)),
            GoldenInput("pixel", "a single pixel, seed 4", noise(1, 1, 4)),
        ]
    }

    /// Runs that find state left from the run before: cases to be run one after the other, by name.
    public static let sequences = [
        GoldenSequence(name: "same-frame-twice", cases: ["noise", "noise"]),
        GoldenSequence(name: "two-frames", cases: ["noise", "noise-2", "noise"]),
        GoldenSequence(name: "sizes", cases: ["noise", "odd", "noise"]),
    ]
}

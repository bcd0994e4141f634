import BBCUNetworks
import CBBCUKernels

/// A stage of a network that is run by rows: what it computes of the rows under its filter.
struct StreamStage: Sendable {
    /// What a stage computes.
    enum Work: Sendable {
        /// The image times k.
        case scale(Float)
        /// One filter for each row that becomes of one, with the shuffle that follows.
        case convolution([FloatFilter<Float>], activation: Activation?)
        /// Winograd's, with the shuffle that follows.
        case winograd(WinogradFilter, activation: Activation?)
        case unit(StreamUnit, activation: Activation?)
        /// The last convolution, the skip and the division by k.
        case output(PlanarFilter, StreamEnd)
    }

    let work: Work
    /// The module that it is, for reports.
    let name: String
    /// Channels of the rows that it reads.
    let inputs: Int
    /// Channels of the rows that it makes.
    let outputs: Int
    /// Rows above and below that it reads.
    let margin: Int
    /// How many rows, and pixels of a row, become of one.
    let factor: Int
    /// How many times as wide as the image its input is.
    let scale: Int
    /// Multiplications with 1-bit weights, and with floats, for a pixel of its input.
    let binaryProducts: Int
    let floatProducts: Int

    /// A stage that does the work of some layers.
    init(_ work: Work, _ first: LayerStep, to last: LayerStep) {
        self.work = work
        let operation = first.layer.operation
        name = operation == .scaleByK ? "k" : first.layer.prefix
        (inputs, scale) = (first.input.channels, first.input.scale)
        (outputs, factor) = (last.output.channels, last.output.scale / first.input.scale)
        margin = (operation.weights?.kernel ?? 1) / 2
        binaryProducts = operation.unit?.weightCount ?? 0
        floatProducts = operation.convolution?.weightCount ?? 0
    }

    /// How its float convolution is computed; nil where it has none.
    var method: String? {
        switch work {
        case .scale, .unit: nil
        case .winograd: WinogradFilter.method
        case .convolution, .output: "direct"
        }
    }

    /// Rows and columns of its input that it takes in multiples of this, but for the last ones of the image: tiles must
    /// not depend on how an image is cut, and some rows together cost less.
    var grid: Int {
        switch work {
        case .scale, .unit, .convolution: 1
        case .winograd: WinogradFilter.tile
        case .output: PlanarFilter.rowsAtOnce
        }
    }
}

/// A 1-bit unit in the order in which its outputs are written.
struct StreamUnit: Sendable {
    let values: UnitValues<Float>
    let filter: BinaryFilter
    let factor: Int
    /// Channels of a pixel of the result.
    let channels: Int
    /// Blocks of 16 outputs for each of the factor x factor pixels that become of one.
    let blocks: Int

    /// Nil for a unit whose shortcut is neither its input nor that repeated.
    init?(_ parameters: UnitParameters) {
        let unit = parameters.unit
        var order: [Int?] = []
        switch unit.shortcut {
        case .identity:
            guard unit.inputs == unit.outputs else { return nil }
            (factor, channels) = (1, unit.outputs)
            order = BinaryFilter.padded(Array(0..<unit.outputs))
        case .upsampled(let shuffle):
            (factor, channels) = (shuffle.factor, unit.inputs)
            guard unit.outputs == channels * factor * factor else { return nil }
            order = BinaryFilter.padded(shuffle.pixelOrder(of: unit.outputs), groupsOf: channels)
        case .repeatedChannels, .scaledInput: return nil
        }
        blocks = order.count / (factor * factor) / Int(BBCU_BINARY_BLOCK)
        filter = BinaryFilter(parameters, order: order)
        values = UnitValues(parameters).reordered(order)
    }
}

/// The weights of a convolution to a few outputs: kernel row, kernel column, input, output padded to four.
struct PlanarFilter: Sendable {
    /// The most outputs.
    static let mostOutputs = Int(BBCU_PLANAR_OUTPUTS)
    /// Rows that are made together, so that what they read is turned into planes once.
    static let rowsAtOnce = Int(BBCU_PLANAR_ROWS)
    let shape: FloatConvolution
    let weights: [Float]
    let bias: [Float]

    init(_ shape: FloatConvolution, weights: [Float], bias: [Float]) {
        self.shape = shape
        let taps = shape.kernel * shape.kernel
        var packed = [Float](repeating: 0, count: taps * shape.inputs * Self.mostOutputs)
        for output in 0..<shape.outputs {
            for input in 0..<shape.inputs {
                for tap in 0..<taps {
                    packed[(tap * shape.inputs + input) * Self.mostOutputs + output] =
                        weights[(output * shape.inputs + input) * taps + tap]
                }
            }
        }
        self.weights = packed
        self.bias = (0..<Self.mostOutputs).map { $0 < bias.count ? bias[$0] : 0 }
    }
}

/// What follows the last convolution.
struct StreamEnd: Sendable {
    /// How many times larger the result is than the image.
    var upscale: Int
    /// Whether the convolution's result is subtracted from the image, not added.
    var subtracts: Bool
    var amplification: Float
}

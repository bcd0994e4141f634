import BBCUNetworks
import CBBCUKernels

/// The signs of a unit's weights, one bit each (bit 1 is +1), in the kernels' order: block of outputs, kernel row,
/// kernel column, word of 32 inputs, output within the block. Bit i of a word is input channel 32 word + i; words come
/// in pairs, as the planes' do.
struct BinaryFilter: Sendable {
    let inputs: Int
    let outputs: Int
    let kernel: Int
    let signs: [UInt32]
    /// Bit 1 where the weight is not zero.
    let valid: [UInt32]
    /// Whether any weight is zero.
    let hasZero: Bool

    /// - Parameter order: for each place of the result the output that lands there, nil for none; nil for the unit's own
    ///   order.
    init(_ parameters: UnitParameters, order: [Int?]? = nil) {
        let unit = parameters.unit
        let places = order ?? Self.padded((0..<unit.outputs).map { $0 })
        inputs = unit.inputs
        outputs = unit.outputs
        kernel = unit.kernel
        let block = Int(BBCU_BINARY_BLOCK)
        let words = (unit.inputs + 63) / 64 * 2
        let taps = unit.kernel * unit.kernel
        var signs = [UInt32](repeating: 0, count: places.count * taps * words)
        var valid = signs
        var hasZero = false
        for (place, output) in places.enumerated() {
            guard let output else { continue }
            for tap in 0..<taps {
                for word in 0..<words {
                    let first = word * 32
                    var bits: (sign: UInt32, valid: UInt32) = (0, 0)
                    for input in first..<max(first, min(first + 32, unit.inputs)) {
                        let weight = parameters.latent[(output * unit.inputs + input) * taps + tap]
                        bits.sign |= (weight > 0 ? 1 : 0) << UInt32(input - first)
                        bits.valid |= (weight != 0 ? 1 : 0) << UInt32(input - first)
                    }
                    let count = min(32, max(0, unit.inputs - first))
                    if bits.valid.nonzeroBitCount < count { hasZero = true }
                    let target = ((place / block * taps + tap) * words + word) * block + place % block
                    signs[target] = bits.sign
                    valid[target] = bits.valid
                }
            }
        }
        self.signs = signs
        self.valid = valid
        self.hasZero = hasZero
    }

    /// Places filled up to whole blocks, group by group.
    static func padded(_ outputs: [Int], groupsOf count: Int) -> [Int?] {
        stride(from: 0, to: outputs.count, by: count).flatMap { padded(Array(outputs[$0..<$0 + count])) }
    }

    /// Places filled up to whole blocks.
    static func padded(_ outputs: [Int]) -> [Int?] {
        let block = Int(BBCU_BINARY_BLOCK)
        let missing = (block - outputs.count % block) % block
        return outputs.map { $0 } + [Int?](repeating: nil, count: missing)
    }

    func fits(_ shape: ConvolutionShape) -> Bool {
        shape.inputs == inputs && shape.outputs == outputs && shape.kernel == kernel
    }
}

import CKernels
import Networks

/// The signs of a unit's weights, one bit each (bit 1 is +1), in the kernels' order: block of outputs, kernel row,
/// kernel column, word of 64 inputs, output within the block. Bit i of a word is input channel 64 word + i.
struct BinaryFilter: Sendable {
    let inputs: Int
    let outputs: Int
    let kernel: Int
    let signs: [UInt64]
    /// Bit 1 where the weight is not zero.
    let valid: [UInt64]
    /// Whether any weight is zero.
    let hasZero: Bool

    init(_ parameters: UnitParameters) {
        let unit = parameters.unit
        inputs = unit.inputs
        outputs = unit.outputs
        kernel = unit.kernel
        let block = Int(BBCU_BINARY_BLOCK)
        let words = (unit.inputs + 63) / 64
        let taps = unit.kernel * unit.kernel
        let count = (unit.outputs + block - 1) / block * taps * words * block
        var signs = [UInt64](repeating: 0, count: count)
        var valid = signs
        var hasZero = false
        for output in 0..<unit.outputs {
            for input in 0..<unit.inputs {
                for tap in 0..<taps {
                    let weight = parameters.latent[(output * unit.inputs + input) * taps + tap]
                    let word = ((output / block * taps + tap) * words + input / 64) * block + output % block
                    let bit = UInt64(1) << UInt64(input % 64)
                    if weight > 0 { signs[word] |= bit }
                    if weight != 0 { valid[word] |= bit } else { hasZero = true }
                }
            }
        }
        self.signs = signs
        self.valid = valid
        self.hasZero = hasZero
    }

    func fits(_ shape: ConvolutionShape) -> Bool {
        shape.inputs == inputs && shape.outputs == outputs && shape.kernel == kernel
    }
}

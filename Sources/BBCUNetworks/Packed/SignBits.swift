import BBCUPlatform
import TensorBytes

/// The signs of a unit's weights as bits, in the one order that packed models have.
///
/// A unit with O outputs, I inputs and a K x K kernel has O * K * K * B bytes, B = ceil(I / 8): filter, then kernel row,
/// then kernel column, then byte. Bit i of byte b (bit 0 is the least significant) is input channel 8 b + i. In
/// `signs` bit 1 is +1 and bit 0 is -1 (or 0 for a weight that is exactly zero); the bits past the last channel are 0.
/// `Documentation/PackedModel.md` is the format's document.
public struct SignBits: Sendable, Hashable {
    /// Channels out.
    public let outputs: Int
    /// Channels in.
    public let inputs: Int
    /// Height and width of the kernel.
    public let kernel: Int
    /// Bit 1 where the weight is greater than 0, of every filter.
    public let signs: [UInt8]
    /// The filters that have a weight that is exactly zero, in order.
    public let filtersWithZeros: [Int]
    /// Bit 1 where the weight is not zero: for each of those filters.
    public let nonzero: [UInt8]

    /// Bytes of one filter.
    public var filterByteCount: Int { kernel * kernel * bytesPerTap }

    private var bytesPerTap: Int { (inputs + 7) / 8 }

    /// Packs latent weights of PyTorch's shape (outputs, inputs, kernel, kernel).
    public init(unit: BinaryUnit, latent: [Float]) {
        outputs = unit.outputs
        inputs = unit.inputs
        kernel = unit.kernel
        let taps = unit.kernel * unit.kernel
        let perTap = (unit.inputs + 7) / 8
        let filterBytes = taps * perTap
        var signs = [UInt8](repeating: 0, count: unit.outputs * filterBytes)
        var nonzero: [UInt8] = []
        var filters: [Int] = []
        for output in 0..<unit.outputs {
            var plane = [UInt8](repeating: 0, count: filterBytes)
            var nonzeroCount = 0
            for input in 0..<unit.inputs {
                for tap in 0..<taps {
                    let weight = latent[(output * unit.inputs + input) * taps + tap]
                    let byte = tap * perTap + input / 8
                    let bit = UInt8(input % 8)
                    // Without a branch: signs are as random as anything, and every second one would be guessed wrong.
                    let (isPositive, isNonzero): (UInt8, UInt8) = (weight > 0 ? 1 : 0, weight != 0 ? 1 : 0)
                    signs[output * filterBytes + byte] |= isPositive << bit
                    plane[byte] |= isNonzero << bit
                    nonzeroCount += Int(isNonzero)
                }
            }
            if nonzeroCount < unit.inputs * taps {
                filters.append(output)
                nonzero += plane
            }
        }
        self.signs = signs
        self.nonzero = nonzero
        filtersWithZeros = filters
    }

    /// Takes bits as a file has them.
    /// - Throws: ``PackedModelError`` where their number is wrong, or a bit is set that has to be 0.
    public init(
        unit: BinaryUnit, signs: [UInt8], filtersWithZeros: [Int], nonzero: [UInt8]
    ) throws(PackedModelError) {
        outputs = unit.outputs
        inputs = unit.inputs
        kernel = unit.kernel
        self.signs = signs
        self.filtersWithZeros = filtersWithZeros
        self.nonzero = nonzero
        guard signs.count == outputs * filterByteCount else {
            throw PackedModelError(
                .count, found: "\(signs.count.counted("byte")) of signs", expected: "\(outputs * filterByteCount)")
        }
        let isAscending = zip(filtersWithZeros, filtersWithZeros.dropFirst()).allSatisfy { $0 < $1 }
        guard isAscending, filtersWithZeros.allSatisfy({ (0..<outputs).contains($0) }) else {
            throw PackedModelError(
                .value, found: "filters with zeros out of order or beyond the \(outputs) that there are")
        }
        guard nonzero.count == filtersWithZeros.count * filterByteCount else {
            throw PackedModelError(
                .count, found: "\(nonzero.count.counted("byte")) of the second plane",
                expected: "\(filtersWithZeros.count * filterByteCount)")
        }
        try checkUnusedBits()
    }

    private func checkUnusedBits() throws(PackedModelError) {
        if inputs % 8 != 0 {
            let tail = UInt8(truncatingIfNeeded: 0xFF << (inputs % 8))
            for plane in [signs, nonzero] {
                for last in stride(from: bytesPerTap - 1, to: plane.count, by: bytesPerTap)
                where plane[last] & tail != 0 {
                    throw PackedModelError(
                        .value, found: "bits set past the last of \(inputs.counted("channel"))", expected: "0 there")
                }
            }
        }
        for (index, filter) in filtersWithZeros.enumerated() {
            for byte in 0..<filterByteCount
            where signs[filter * filterByteCount + byte] & ~nonzero[index * filterByteCount + byte] != 0 {
                throw PackedModelError(
                    .value, found: "a weight of filter \(filter) that is +1 and exactly zero at once")
            }
        }
    }

    /// The weights' signs -1, 0 and +1 in PyTorch's order (outputs, inputs, kernel, kernel).
    public var numbers: [Float] {
        let taps = kernel * kernel
        var planes: [Int: Int] = [:]
        for (index, filter) in filtersWithZeros.enumerated() { planes[filter] = index * filterByteCount }
        var result = [Float](repeating: 0, count: outputs * inputs * taps)
        for output in 0..<outputs {
            let plane = planes[output]
            for input in 0..<inputs {
                for tap in 0..<taps {
                    let byte = tap * bytesPerTap + input / 8
                    let bit = UInt8(1) << UInt8(input % 8)
                    if let plane, nonzero[plane + byte] & bit == 0 { continue }
                    let isPositive = signs[output * filterByteCount + byte] & bit != 0
                    result[(output * inputs + input) * taps + tap] = isPositive ? 1 : -1
                }
            }
        }
        return result
    }
}

/// The kinds of failure of a packed model.
public enum PackedModelCode: String, Sendable, Hashable, CaseIterable {
    /// It is of another version of the format.
    case version
    /// Its metadata describe none of the networks.
    case metadata
    /// A tensor is not there.
    case missing
    /// A tensor has another number of elements than its unit.
    case count
    /// A tensor holds a value that it cannot have.
    case value
}

/// Why a packed model cannot be used.
public typealias PackedModelError = ReadingError<PackedModelCode>

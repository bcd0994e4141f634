import BBCUPlatform
import OrderedCollections
import TensorBytes

/// The packed model: what a network needs to run with exact signs and nothing else, one bit a 1-bit weight.
/// `Documentation/PackedModel.md` is the format's document.
public enum PackedModel {
    /// The value of the metadata's `format`.
    public static let format = "bbcu-packed"
    /// The version that is written, and the only one that is read.
    public static let version = "1"

    /// The keys of a unit's packed weights, below its prefix.
    public enum Key {
        /// Bits: uint8 (outputs, kernel, kernel, ceil(inputs / 8)).
        public static let signs = "binary_conv.signs"
        /// The filters that hold a zero: int32, ascending; absent where none does.
        public static let filtersWithZeros = "binary_conv.filters_with_zeros"
        /// Bits of those filters, 1 where the weight is not zero; absent where none has one.
        public static let nonzero = "binary_conv.nonzero"
    }

    /// The metadata of a packed file.
    public static func metadata(
        _ network: NetworkMetadata, isHalf: Bool
    ) -> OrderedDictionary<String, String> {
        var texts: OrderedDictionary = ["format": format, "version": version]
        texts.merge(network.texts) { first, _ in first }
        texts["precision"] = (isHalf ? DType.float16 : .float32).rawValue
        return texts
    }

    /// The tensors of a packed file in order.
    ///
    /// - Parameters:
    ///   - alpha: the scale of each filter of a unit, given its prefix.
    ///   - isHalf: whether floats are rounded to float16.
    /// - Throws: ``PackedModelError`` for a value that float16 cannot hold.
    public static func tensors(
        _ model: BBCUModel, alpha: (String) -> [Float], isHalf: Bool
    ) throws(PackedModelError) -> [(name: String, tensor: Tensor)] {
        var result: [(name: String, tensor: Tensor)] = []
        func add(_ name: String, _ tensor: Tensor?) { tensor.map { result.append((name, $0)) } }
        for layer in model.network.layers {
            for parameter in layer.parameters {
                guard parameter.role == .latentWeight, let unit = layer.operation.unit else {
                    let values = model.values[parameter.key] ?? []
                    add(parameter.key, try floats(values, parameter.shape, isHalf: isHalf, parameter.key))
                    continue
                }
                let bits = SignBits(unit: unit, latent: model.values[parameter.key] ?? [])
                let plane = [unit.kernel, unit.kernel, (unit.inputs + 7) / 8]
                let key = layer.prefix + "."
                add(key + Key.signs, Tensor(dtype: .uint8, shape: [unit.outputs] + plane, bytes: bits.signs))
                if !bits.filtersWithZeros.isEmpty {
                    let filters = bits.filtersWithZeros
                    add(
                        key + Key.filtersWithZeros,
                        Tensor(
                            dtype: .int32, shape: [filters.count],
                            bytes: LittleEndian.bytes(filters.map { Int32(truncatingIfNeeded: $0) })))
                    add(
                        key + Key.nonzero,
                        Tensor(dtype: .uint8, shape: [filters.count] + plane, bytes: bits.nonzero))
                }
                add(
                    key + UnitKey.alpha,
                    try floats(alpha(layer.prefix), [unit.outputs], isHalf: isHalf, key + UnitKey.alpha))
            }
        }
        return result
    }

    private static func floats(
        _ values: [Float], _ shape: [Int], isHalf: Bool, _ key: String
    ) throws(PackedModelError) -> Tensor? {
        guard isHalf else { return Tensor(values, shape: shape) }
        if let bad = values.first(where: { DType.float16.rounded(Double($0))?.isFinite != true }) {
            throw PackedModelError(
                .value, place: key, found: "\(bad), which float16 cannot hold", advice: .singlePrecision)
        }
        return Tensor(halves: values, shape: shape)
    }
}

extension UnitKey {
    /// The scale of each filter of a packed unit: (outputs).
    public static let alpha = "binary_conv.alpha"
}

import BBCUPlatform
import TensorBytes

extension TensorSource {
    /// The tensors of a packed file as a state dict has them: in place of the bits a latent weight, alpha or -alpha or
    /// 0, and floats in float32. So a packed model is recognised, validated and run as any other.
    ///
    /// - Parameter texts: the file's metadata.
    /// - Throws: ``PackedModelError`` where the file contradicts the format.
    public func unpacked(_ texts: [String: String]) throws(PackedModelError) -> TensorSource {
        guard texts["version"] == PackedModel.version else {
            throw PackedModelError(
                .version, found: "version '\(texts["version"] ?? "none")' of the packed format",
                expected: PackedModel.version)
        }
        guard let metadata = NetworkMetadata(texts),
            let network = metadata.family.network(metadata.hyperparameters, amplification: metadata.amplification)
        else {
            let keys = ["network", "input_channels", "output_channels", "features", "blocks", "upscale", "bias", "k"]
            let found = keys.map { "\($0) \(texts[$0].map { "'\($0)'" } ?? "missing")" }.joined(separator: ", ")
            throw PackedModelError(
                .metadata, found: "metadata that describe none of the networks: \(found)", advice: Self.again)
        }
        guard let precision = texts["precision"], [DType.float32, .float16].map(\.rawValue).contains(precision) else {
            throw PackedModelError(
                .metadata, found: "precision '\(texts["precision"] ?? "none")'", expected: "float32 or float16",
                advice: Self.again)
        }
        let names = PackedNames(network)
        let described = stateDictDescriptions(names).map { (key: $0.0, value: $0.1) }
        return TensorSource(
            descriptions: described, metadata: metadata, isPacked: true,
            load: { [load, descriptions = self.descriptions] name in
                guard let unit = names.units[name] else { return try Self.widened(load(name), name) }
                let bits = try Self.bits(unit, descriptions, load)
                let prefix = name.without(suffix: UnitKey.weight) ?? name
                let alpha = try Self.widened(load(prefix + UnitKey.alpha), prefix + UnitKey.alpha).floats() ?? []
                guard alpha.count == unit.unit.outputs else {
                    throw PackedModelError(
                        .count, place: prefix + UnitKey.alpha, found: alpha.count.counted("value"),
                        expected: "\(unit.unit.outputs)", advice: Self.again)
                }
                let size = unit.unit.filterSize
                if let bad = alpha.first(where: { !($0 >= 0 && $0.isFinite) }) {
                    throw PackedModelError(
                        .value, place: prefix + UnitKey.alpha, found: "\(bad)", expected: "a mean of magnitudes")
                }
                var values = bits.numbers
                for index in values.indices { values[index] *= Self.magnitude(alpha[index / size]) }
                guard let tensor = Tensor(values, shape: unit.shape) else {
                    throw PackedModelError(.count, place: name, found: values.count.counted("weight"))
                }
                return tensor
            })
    }

    private static var again: Advice { "convert the checkpoint again" }

    /// The bits hold signs whatever alpha is; a filter's alpha of zero must not hide them.
    private static func magnitude(_ alpha: Float) -> Float { alpha == 0 ? 1 : alpha }

    /// What the file's tensors stand for: a unit's signs for its latent weight, everything else for itself.
    private func stateDictDescriptions(_ names: PackedNames) -> [(String, TensorDescription)] {
        descriptions.compactMap { name, description in
            if let weight = names.weightOfSigns[name] {
                guard let unit = names.units[weight] else { return nil }
                let plane = [unit.unit.kernel, unit.unit.kernel, (unit.unit.inputs + 7) / 8]
                let isRight = description.shape == [unit.unit.outputs] + plane && description.dtype == .uint8
                // A wrong shape is left as it is, for the validation to find.
                return (weight, isRight ? TensorDescription(shape: unit.shape) : description)
            }
            if names.others.contains(name) { return nil }
            let dtype = description.dtype == .float16 ? .float32 : description.dtype
            return (name, TensorDescription(dtype: dtype, shape: description.shape))
        }
    }

    private static func bits(
        _ unit: PackedNames.Unit, _ descriptions: ExactDictionary<TensorDescription>,
        _ load: (String) throws -> Tensor
    ) throws -> SignBits {
        func tensor(_ key: String) throws -> Tensor? {
            descriptions[unit.prefix + key] == nil ? nil : try load(unit.prefix + key)
        }
        let filters = try tensor(PackedModel.Key.filtersWithZeros).map { tensor in
            LittleEndian.integers(Int32.self, tensor.bytes).map { Int($0) }
        }
        // What cannot be read is an error of the file; an array that is not there has no bytes.
        let signs = try tensor(PackedModel.Key.signs)?.bytes ?? []
        let nonzero = try tensor(PackedModel.Key.nonzero)?.bytes ?? []
        do throws(PackedModelError) {
            return try SignBits(unit: unit.unit, signs: signs, filtersWithZeros: filters ?? [], nonzero: nonzero)
        } catch { throw error.recoded(error.code, place: unit.prefix + PackedModel.Key.signs) }
    }

    private static func widened(_ tensor: Tensor, _ name: String) throws(PackedModelError) -> Tensor {
        guard tensor.dtype == .float16 else { return tensor }
        guard let floats = tensor.floats(), let wide = Tensor(floats, shape: tensor.shape) else {
            throw PackedModelError(.value, place: name, found: "values that are no float16")
        }
        return wide
    }
}

/// Which names a packed file has in place of a state dict's.
private struct PackedNames: Sendable {
    struct Unit: Sendable {
        var unit: BinaryUnit
        /// With the dot at its end.
        var prefix: String
        /// The latent weights' shape.
        var shape: [Int]
    }

    var units: [String: Unit] = [:]
    var weightOfSigns: [String: String] = [:]
    var others: Set<String> = []

    init(_ network: BBCUNetwork) {
        for layer in network.layers {
            guard let unit = layer.operation.unit else { continue }
            let prefix = layer.prefix + "."
            let shape = [unit.outputs, unit.inputs, unit.kernel, unit.kernel]
            units[prefix + UnitKey.weight] = Unit(unit: unit, prefix: prefix, shape: shape)
            weightOfSigns[prefix + PackedModel.Key.signs] = prefix + UnitKey.weight
            others.formUnion([
                prefix + PackedModel.Key.filtersWithZeros, prefix + PackedModel.Key.nonzero, prefix + UnitKey.alpha,
            ])
        }
    }
}

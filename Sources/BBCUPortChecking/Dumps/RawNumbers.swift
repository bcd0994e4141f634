import BBCUErrorBounds
import BBCUNetworks
import TensorBytes

extension PortDump {
    /// Reads integer arrays of modules that are stored in fixed point as what hardware holds: units of the last place.
    /// - Parameter names: modules by the dump's names, where the user gave them.
    /// - Returns: notes on what was read so.
    package mutating func scaleRawNumbers(
        _ formats: PortFormats, _ network: BBCUNetwork, _ names: [String: String]
    ) -> [PortNote] {
        var notes: [PortNote] = []
        for index in arrays.indices where !arrays[index].storage.isFloatingPoint {
            let name = names[arrays[index].name] ?? DumpMatching.plain(arrays[index].name)
            guard let layer = network.layers.indices.first(where: { network.tapName(ofLayer: $0) == name }),
                let tensor = network.storedTensor(ofLayer: layer), let format = formats.tensors[tensor],
                let fraction = format.fractionBits
            else { continue }
            let step = Double(sign: .plus, exponent: -fraction, significand: 1)
            arrays[index].values = arrays[index].values.map { $0 * step }
            arrays[index].storage = .float64
            notes.append(.rawNumbers(array: arrays[index].name, fractionBits: fraction, format: format.text))
        }
        return notes
    }
}

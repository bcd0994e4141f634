import BBCUExecution
import BBCUNetworks
import TensorBytes
import TensorFiles

/// Writes the feature maps of a run under PyTorch's module names.
public enum Tracing {
    /// Runs a network and adds every tapped module, and the output, to an archive.
    ///
    /// - Parameter inside: whether the modules within a unit are written too.
    /// - Throws: `ExecutionError` where the input does not fit or a value is not finite, `CheckpointError` where the
    ///   archive cannot be written.
    public static func write<Path: ExecutionPath>(
        _ path: Path, _ input: FeatureMap<Path.Scalar>, _ inside: Bool, to writer: inout NPZWriter
    ) throws {
        var modules: [(String, FeatureMap<Path.Scalar>)] = []
        _ = try path.run(input) { index, layerInput, result in
            modules.removeAll(keepingCapacity: true)
            if inside, let unit = result.unit {
                let prefix = path.network.layers[index].prefix
                modules += path.insideTaps(ofUnitAt: index, input: layerInput, unit).map { ("\(prefix).\($0)", $1) }
            }
            if let name = path.network.tapName(ofLayer: index) { modules.append((name, result.output)) }
            for (name, map) in modules {
                if let tensor = map.anyTensor { try writer.add(name, tensor) }
            }
        }
    }
}

extension FeatureMap {
    /// The map as a tensor of its own precision, shape (1, C, H, W).
    var anyTensor: Tensor? {
        if let map = self as? FeatureMap<Float> { return map.tensor }
        if let map = self as? FeatureMap<Double> { return map.tensor }
        return nil
    }
}

import BBCUPlatform
import TensorBytes

/// A tensor to be written: its name, what is known of it, and how to get its values.
public struct NamedTensor: Sendable {
    /// The name under which it is written.
    public var name: String
    /// Element type and sizes.
    public var description: TensorDescription
    /// Bytes of the values; nil for more than can be counted.
    public var byteCount: Int?
    /// Reads the values; called once, when the tensor is written.
    public var load: @Sendable () throws -> Tensor

    /// A tensor whose values are read later.
    ///
    /// - Parameter byteCount: bytes of the values, where the description does not say it: of an unknown dtype.
    public init(
        _ name: String, _ description: TensorDescription, byteCount: Int? = nil,
        load: @escaping @Sendable () throws -> Tensor
    ) {
        self.name = name
        self.description = description
        self.byteCount = byteCount ?? description.dtype.byteCount(ofShape: description.shape)
        self.load = load
    }

    /// A tensor whose values are there.
    public init(_ name: String, _ tensor: Tensor) {
        self.init(name, tensor.description, byteCount: tensor.bytes.count) { tensor }
    }
}

extension NPZWriter {
    /// Writes a whole archive.
    ///
    /// - Throws: what `add` throws, with the tensor's name; what reading a tensor throws.
    public static func write(_ tensors: [NamedTensor], to path: String) throws {
        var writer = try NPZWriter(path)
        for tensor in tensors {
            let values = try tensor.load()
            do throws(CheckpointError) {
                try writer.add(tensor.name, values)
            } catch { throw error.recoded(error.code, file: path, place: tensor.name) }
        }
        try writer.finish()
    }
}

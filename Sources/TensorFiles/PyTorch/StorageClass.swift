import BBCUPlatform
import TensorBytes

/// The storage classes by which PyTorch's pickles name element types.
///
/// Source: the classes `torch.*Storage` in `torch/__init__.py`.
enum StorageClass {
    /// The element type of a storage class, or nil for the untyped ones, which leave it to the tensor.
    ///
    /// - Returns: nil within nil where the name is no storage class.
    static func dtype(of name: String) -> DType?? {
        switch name {
        case "torch.storage.UntypedStorage", "torch.UntypedStorage", "torch.storage.TypedStorage",
            "torch.TypedStorage", "torch.storage._UntypedStorage":
            .some(nil)
        // Old versions named the device in the class: torch.cuda.FloatStorage.
        default: dtypes[name.without(prefix: "torch.cuda.").map { "torch." + $0 } ?? name].map { .some($0) }
        }
    }

    /// The name of the class, below `torch`, of an element type's storages; nil for the types that came later and
    /// have none.
    static func name(of dtype: DType) -> String? {
        dtypes.first { $0.value == dtype }.flatMap { $0.key.without(prefix: "torch.") }
    }

    private static let dtypes: [String: DType] = [
        "torch.DoubleStorage": .float64, "torch.FloatStorage": .float32, "torch.HalfStorage": .float16,
        "torch.BFloat16Storage": .bfloat16, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool, "torch.ComplexDoubleStorage": .complex128,
        "torch.ComplexFloatStorage": .complex64, "torch.QUInt8Storage": .quint8, "torch.QInt8Storage": .qint8,
        "torch.QInt32Storage": .qint32, "torch.QUInt4x2Storage": .quint4x2, "torch.QUInt2x4Storage": .quint2x4,
    ]
}

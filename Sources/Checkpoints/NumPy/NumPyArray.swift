import Bytes
import Tensors

/// Reading and writing `.npy` files: versions 1 to 3, C and Fortran order, either byte order.
public enum NumPyArray {
    /// The array of a file, as a row-major, little-endian tensor.
    ///
    /// - Throws: what is wrong with the file: `file(...)`, or `npy` for its content.
    public static func read(_ path: String) throws(CheckpointError) -> Tensor {
        let region: ByteRegion
        do throws(BytesError) {
            region = try ByteRegion.mapping(path)
        } catch { throw error.recoded(.file(error.code), file: path) }
        do throws(CheckpointError) { return try decode(region) } catch { throw error.inFile(path) }
    }

    /// The array that the bytes of a `.npy` file hold.
    ///
    /// - Throws: `npy`, also where data are missing or left over.
    public static func decode(_ region: ByteRegion) throws(CheckpointError) -> Tensor {
        let header = try NPYHeader(region)
        let available = region.count - header.dataOffset
        guard let byteCount = Shape.elementCount(header.shape)?.times(header.dtype.byteCount),
            byteCount == available
        else {
            throw NPYHeader.failure(
                found: "\(available) bytes of values",
                expected: "\(header.dtype.rawValue) values of shape \(Shape.text(header.shape))")
        }
        var bytes: [UInt8]
        do throws(BytesError) {
            bytes = try values(try region.slice(at: header.dataOffset, count: byteCount), header)
        } catch { throw error.recoded(.npy) }
        if header.isBigEndian { Checkpoint.swap(&bytes, unit: header.dtype.swapUnit) }
        guard let tensor = Tensor(dtype: header.dtype, shape: header.shape, bytes: bytes) else {
            throw NPYHeader.failure(found: "values that do not fill the shape", expected: "as many as its product")
        }
        return tensor
    }

    private static func values(_ data: ByteRegion, _ header: NPYHeader) throws(BytesError) -> [UInt8] {
        guard header.isFortranOrder, header.shape.count > 1, data.count > 0 else { return data.bytes }
        var strides: [Int] = []
        var step = 1
        for size in header.shape {
            strides.append(step)
            step *= size
        }
        let layout = TensorLayout(
            dtype: header.dtype, shape: header.shape, strides: strides, storageOffset: 0, storageKey: "",
            storageByteCount: data.count, byteCount: data.count)
        return StridedCopy(layout).bytes(of: data)
    }

    /// The bytes of a `.npy` file (version 1.0) with the tensor's values.
    ///
    /// - Throws: `npy` for a dtype that NumPy lacks, such as bfloat16.
    public static func encode(_ tensor: Tensor) throws(CheckpointError) -> [UInt8] {
        guard let header = NPYHeader.bytes(dtype: tensor.dtype, shape: tensor.shape) else {
            throw CheckpointError(
                .npy, found: "a tensor of dtype \(tensor.dtype.rawValue) and \(tensor.shape.count) dimensions",
                expected: "one that NumPy has", advice: "convert it to float32 first")
        }
        return header + tensor.bytes
    }

    /// Writes a tensor as a `.npy` file, whole or not at all.
    ///
    /// - Throws: `npy` for a dtype that NumPy lacks, `file(.unwritable)`.
    public static func write(_ tensor: Tensor, to path: String) throws(CheckpointError) {
        let bytes = try encode(tensor)
        do throws(BytesError) {
            let file = try AtomicFile(path)
            try file.write(bytes)
            try file.commit()
        } catch { throw error.recoded(.file(error.code), file: path) }
    }
}

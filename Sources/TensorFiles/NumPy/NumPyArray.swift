import BBCUPlatform
import TensorBytes

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
        let reading = Reading(file: "")
        _ = try NPYHeader.byteCount(region, limit: reading.limits.headerBytes)
        let isTensor = try NPYHeader(region).dtype != nil
        let checkpoint = try isTensor ? NPYCheckpoint.open(region, reading) : nil
        if let end = checkpoint?.end, end < region.count {
            throw NPYHeader.failure(
                found: "\((region.count - end).counted("byte")) behind the array",
                expected: "one array and nothing else")
        }
        guard let checkpoint, let entry = checkpoint.tensors.first else {
            throw NPYHeader.failure(
                found: "an array that is no tensor", expected: "floats, integers, bool or complex numbers")
        }
        return try checkpoint.tensor(entry)
    }

    /// The bytes of a `.npy` file (version 1.0) with the tensor's values.
    ///
    /// - Throws: `npy` for a dtype that NumPy lacks, such as bfloat16.
    public static func encode(_ tensor: Tensor) throws(CheckpointError) -> [UInt8] {
        guard let header = NPYHeader.bytes(dtype: tensor.dtype, shape: tensor.shape) else {
            throw CheckpointError(
                .npy, found: "a tensor of dtype \(tensor.dtype.rawValue) and \(tensor.shape.count) dimensions",
                expected: "one that NumPy has", advice: "safetensors and pth can hold it: convert to one of these")
        }
        return header + tensor.bytes
    }

    /// Writes a tensor as a `.npy` file, whole or not at all.
    ///
    /// - Throws: `npy` for a dtype that NumPy lacks, `file(.unwritable)`.
    public static func write(_ tensor: Tensor, to path: String) throws(CheckpointError) {
        try WholeFile.write(try encode(tensor), to: path)
    }
}

import Bytes
import Tensors

/// A `.npy` file: one array, whose name is empty.
enum NPYCheckpoint {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        _ = try NPYHeader.byteCount(region, limit: reading.limits.headerBytes)
        let header = try NPYHeader(region)
        let node = try header.node(key: "", byteCount: region.count)
        var storages = StoredRegions()
        var tensors: [TensorEntry] = []
        if case .tensor(let layout) = node {
            do throws(BytesError) {
                storages.regions[""] = try region.slice(at: header.dataOffset, count: layout.byteCount)
            } catch { throw error.recoded(.npy) }
            if header.isBigEndian { storages.bigEndian.insert("") }
            tensors.append(TensorEntry(path: [], layout: layout))
        }
        return Checkpoint(
            reading, format: .npy, root: node, tensors: tensors, region: region, storages: storages)
    }
}

extension NPYHeader {
    /// The array as a node: a tensor, or an object where NumPy keeps what no tensor can hold.
    ///
    /// - Parameter byteCount: bytes of the whole file.
    /// - Throws: `npy` where values are missing or left over.
    func node(key: String, byteCount: Int) throws(CheckpointError) -> CheckpointNode {
        guard let dtype else {
            return .object(
                .init(
                    type: "numpy.ndarray of \(descriptor)", arguments: [.tuple(shape.map { .integer($0) })],
                    elements: [], items: []))
        }
        let available = byteCount - dataOffset
        guard let needed = dtype.byteCount(ofShape: shape), needed == available,
            let strides = isFortranOrder ? Shape.fortranStrides(shape) : Shape.contiguousStrides(shape)
        else {
            throw Self.failure(
                found: "\(available) bytes of values",
                expected: "\(dtype.rawValue) values of shape \(Shape.text(shape))")
        }
        return .tensor(
            TensorLayout(
                dtype: dtype, shape: shape, strides: strides, storageOffset: 0, storageKey: key,
                storageByteCount: needed, byteCount: needed))
    }
}

import Bytes
import Pickle
import Tensors

/// A `.npy` file: one array, whose name is empty, or the objects of an array of objects.
enum NPYCheckpoint {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        _ = try NPYHeader.byteCount(region, limit: reading.limits.headerBytes)
        let header = try NPYHeader(region)
        if header.holdsObjects { return try objects(header, region, reading) }
        let layout = try header.layout(key: "", byteCount: region.count, reading)
        var storages = StoredRegions()
        do throws(BytesError) {
            if header.dataOffset + layout.byteCount <= region.count {
                storages.regions[""] = try region.slice(at: header.dataOffset, count: layout.byteCount)
            }
        } catch { throw error.recoded(.npy) }
        if header.isBigEndian { storages.bigEndian.insert("") }
        return Checkpoint(
            reading, format: .npy, root: .tensor(layout), tensors: [TensorEntry(path: [], layout: layout)],
            region: region, storages: storages)
    }

    private static func objects(
        _ header: NPYHeader, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        let (tree, end) = try header.tree(region, keyPrefix: "", reading)
        var checkpoint = Checkpoint(
            reading, format: .npy, root: tree.root, tensors: try TensorListing.tensors(in: tree, reading),
            region: region, storages: tree.storages)
        checkpoint.notes += tree.notes
        if end < region.count {
            checkpoint.notes.append("\(region.count - end) bytes follow the array; bbcu scan looks at them.")
        }
        return checkpoint
    }
}

extension NPYHeader {
    /// The array as a tensor.
    ///
    /// - Parameter byteCount: bytes of the whole file.
    /// - Throws: `npy` where values are missing or left over.
    func layout(key: String, byteCount: Int, _ reading: Reading) throws(CheckpointError) -> TensorLayout {
        let available = byteCount - dataOffset
        let strides = isFortranOrder ? Shape.fortranStrides(shape) : Shape.contiguousStrides(shape)
        guard let dtype else {
            guard let strides, Shape.elementCount(shape) != nil else {
                throw Self.failure(found: "the shape \(Shape.text(shape))", expected: "fewer than 2^63 elements")
            }
            return .uninterpreted(
                OtherDType(descriptor, .numpy), shape: shape, strides: strides, key: key, byteCount: available)
        }
        guard let needed = dtype.byteCount(ofShape: shape), let strides else {
            throw Self.failure(found: "the shape \(Shape.text(shape))", expected: "fewer than 2^63 bytes")
        }
        guard needed <= available || reading.isSalvaging else {
            throw CheckpointError(
                .npy, offset: byteCount,
                found: "the file ends early: \(needed - available) of \(needed) bytes are missing",
                expected: "\(dtype.rawValue) values of shape \(Shape.text(shape))", advice: "download it again")
        }
        guard needed >= available else {
            throw Self.failure(
                found: "\(available) bytes of values",
                expected: "\(dtype.rawValue) values of shape \(Shape.text(shape))")
        }
        return TensorLayout(
            dtype: dtype, shape: shape, strides: strides, storageOffset: 0, storageKey: key, storageByteCount: needed,
            byteCount: needed)
    }

    /// What an array of objects holds: the only object of one without axes, otherwise all of them in a list.
    ///
    /// Source: `write_array` in `numpy/lib/_format_impl.py`: the header is followed by a pickle of the array.
    func tree(
        _ region: ByteRegion, keyPrefix: String, _ reading: Reading
    ) throws(CheckpointError) -> (tree: ObjectTree.Result, end: Int) {
        let graph: PickleGraph
        do throws(PickleError) {
            graph = try PickleMachine.run(region, from: dataOffset, limits: reading.limits.pickle)
        } catch { throw error.recoded(.pickle(error.code)) }
        let tree = try ObjectTree.build(graph, storages: StoredRegions(), keyPrefix: keyPrefix, reading)
        guard case .object(let array) = tree.root, shape.isEmpty, array.elements.count == 1 else {
            return (tree, graph.end)
        }
        let inner = ObjectTree.Result(
            root: array.elements[0], storages: tree.storages, valueCount: tree.valueCount, notes: tree.notes)
        return (inner, graph.end)
    }
}

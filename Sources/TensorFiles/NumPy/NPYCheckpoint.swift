import BBCUPlatform
import TensorBytes
import TensorPickle

/// A `.npy` file: one array, whose name is empty, or the objects of an array of objects.
enum NPYCheckpoint {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        _ = try NPYHeader.byteCount(region, limit: reading.limits.headerBytes)
        let header = try NPYHeader(region)
        if header.holdsObjects { return try objects(header, region, reading) }
        let end = header.end(in: region)
        let layout = try header.layout(key: "", byteCount: end ?? region.count, reading)
        var storages = StoredRegions()
        do throws(BytesError) {
            if header.dataOffset + layout.byteCount <= region.count {
                storages.regions[""] = try region.slice(at: header.dataOffset, count: layout.byteCount)
            }
        } catch { throw error.recoded(.npy) }
        if header.isBigEndian { storages.bigEndian.insert("") }
        var checkpoint = Checkpoint(
            reading, format: .npy, root: .tensor(layout), tensors: [TensorEntry(path: [], layout: layout)],
            region: region, storages: storages)
        checkpoint.end = end
        return checkpoint
    }

    private static func objects(
        _ header: NPYHeader, _ region: ByteRegion, _ reading: Reading
    ) throws(CheckpointError) -> Checkpoint {
        let (tree, end) = try header.tree(region, keyPrefix: "", reading)
        var checkpoint = Checkpoint(
            reading, format: .npy, root: tree.root, tensors: try TensorListing.tensors(in: tree, reading),
            region: region, storages: tree.storages)
        checkpoint.notes += tree.notes
        checkpoint.end = end
        return checkpoint
    }
}

extension NPYHeader {
    /// Where the values end in a file; nil if that is not known, or beyond the file.
    func end(in region: ByteRegion) -> Int? {
        let size =
            dtype.flatMap { $0.byteCount(ofShape: shape) }
            ?? itemSize.flatMap { size in TensorShape.elementCount(shape)?.times(size) }
        guard let end = size.flatMap({ $0.adding(dataOffset) }), end <= region.count else { return nil }
        return end
    }

    /// Bytes of an element that no tensor can have: texts of fixed length, runs of bytes, times.
    private var itemSize: Int? {
        guard dtype == nil, let first = descriptor.unicodeScalars.first, "<>|=".unicodeScalars.contains(first) else {
            return nil
        }
        let code = descriptor.unicodeScalars.dropFirst()
        let digits = String(String.UnicodeScalarView(code.dropFirst().prefix { ("0"..."9").contains($0) }))
        guard let kind = code.first, let count = Int(digits) else { return nil }
        switch kind {
        case "U": return count.times(4)
        case "S", "a", "V", "M", "m", "f", "c": return count
        default: return nil
        }
    }

    /// The array as a tensor.
    ///
    /// - Parameter byteCount: bytes of the whole file.
    /// - Throws: `npy` where values are missing or left over.
    func layout(key: String, byteCount: Int, _ reading: Reading) throws(CheckpointError) -> TensorLayout {
        let available = byteCount - dataOffset
        let strides = isFortranOrder ? TensorShape.fortranStrides(shape) : TensorShape.contiguousStrides(shape)
        guard let dtype else {
            guard let strides, TensorShape.elementCount(shape) != nil else {
                throw Self.failure(found: "the shape \(TensorShape.text(shape))", expected: "fewer than 2^63 elements")
            }
            return .uninterpreted(
                OtherDType(descriptor, .numpy), shape: shape, strides: strides, key: key, byteCount: available)
        }
        guard let needed = dtype.byteCount(ofShape: shape), let strides else {
            throw Self.failure(found: "the shape \(TensorShape.text(shape))", expected: "fewer than 2^63 bytes")
        }
        guard needed <= available || reading.isSalvaging else {
            throw CheckpointError(
                .npy, offset: byteCount,
                found: "the file ends early: \(needed - available) of \(needed.counted("byte")) are missing",
                expected: "\(dtype.rawValue) values of shape \(TensorShape.text(shape))", advice: "download it again")
        }
        guard needed >= available else {
            throw Self.failure(
                found: "\(available.counted("byte")) of values",
                expected: "\(dtype.rawValue) values of shape \(TensorShape.text(shape))")
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

import Bytes
import Pickle
import Tensors

/// A `.npy` file: one array, whose name is empty.
enum NPYCheckpoint {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        _ = try NPYHeader.byteCount(region, limit: reading.limits.headerBytes)
        let header = try NPYHeader(region)
        let end = header.end(in: region, reading)
        let node = try header.node(key: "", byteCount: end ?? region.count)
        var storages = StoredRegions()
        var tensors: [TensorEntry] = []
        if case .tensor(let layout) = node {
            do throws(BytesError) {
                storages.regions[""] = try region.slice(at: header.dataOffset, count: layout.byteCount)
            } catch { throw error.recoded(.npy) }
            if header.isBigEndian { storages.bigEndian.insert("") }
            tensors.append(TensorEntry(path: [], layout: layout))
        } else {
            do throws(BytesError) {
                storages.regions[""] = try region.slice(
                    at: header.dataOffset, count: (end ?? region.count) - header.dataOffset)
            } catch { throw error.recoded(.npy) }
        }
        var checkpoint = Checkpoint(
            reading, format: .npy, root: node, tensors: tensors, region: region, storages: storages)
        checkpoint.end = end
        return checkpoint
    }
}

extension NPYHeader {
    /// Where the values end in a file; nil where that is not known, or beyond the file.
    func end(in region: ByteRegion, _ reading: Reading) -> Int? {
        let size: Int?
        if let dtype {
            size = dtype.byteCount(ofShape: shape)
        } else if descriptor.utf8.last == UInt8(ascii: "O") {
            // Objects are a pickle, whatever their number. One that cannot be followed ends where the file does.
            do throws(PickleError) {
                return try PickleMachine.run(region, from: dataOffset, limits: reading.limits.pickle).end
            } catch { return nil }
        } else {
            size = itemSize.flatMap { size in Shape.elementCount(shape)?.times(size) }
        }
        guard let end = size.flatMap({ $0.adding(dataOffset) }), end <= region.count else { return nil }
        return end
    }

    /// Bytes of an element that no tensor can have: texts of fixed length, runs of bytes, times.
    private var itemSize: Int? {
        guard let first = descriptor.unicodeScalars.first, "<>|=".unicodeScalars.contains(first) else { return nil }
        let code = descriptor.unicodeScalars.dropFirst()
        let digits = String(String.UnicodeScalarView(code.dropFirst().prefix { ("0"..."9").contains($0) }))
        guard let kind = code.first, let count = Int(digits) else { return nil }
        switch kind {
        case "U": return count.times(4)
        case "S", "a", "V", "M", "m", "f", "c": return count
        default: return nil
        }
    }

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

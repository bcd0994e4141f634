import Bytes
import Tensors

extension Checkpoint {
    /// The values of a tensor, contiguous in row-major order and little-endian, whatever its strides and the file's
    /// byte order. They are the only copy.
    ///
    /// - Throws: what is wrong with the storage in the file, for example its CRC-32, or `limit` for a tensor that is far
    ///   larger than its storage.
    public func tensor(_ entry: TensorEntry) throws(CheckpointError) -> Tensor {
        do throws(CheckpointError) {
            var bytes = try contiguousBytes(entry)
            if storages.isBigEndian(entry.storageKey) { Self.swap(&bytes, unit: entry.dtype.swapUnit) }
            Self.apply(entry.layout.pending, to: &bytes, entry.dtype)
            guard let tensor = Tensor(dtype: entry.dtype, shape: entry.shape, bytes: bytes) else {
                throw CheckpointError(.tensor, place: entry.name, found: "values that do not fill the tensor's shape")
            }
            return tensor
        } catch { throw error.inFile(file) }
    }

    /// Why a tensor's values are not to be had, or nil where they are.
    public func whyUnreadable(_ layout: TensorLayout) -> String? {
        guard layout.hasValues else { return "a tensor that was saved without values" }
        if layout.elementCount > limits.repeatedElements,
            layout.byteCount / limits.repetition > layout.storageByteCount
        {
            return "\(layout.byteCount) bytes of values in a storage of \(layout.storageByteCount)"
        }
        return nil
    }

    private func contiguousBytes(_ entry: TensorEntry) throws(CheckpointError) -> [UInt8] {
        let layout = entry.layout
        let elementSize = layout.dtype.byteCount
        if let problem = whyUnreadable(layout) {
            throw CheckpointError(
                layout.hasValues ? .limit : .noValues, place: entry.name, found: problem,
                expected: layout.hasValues ? "at most \(limits.repetition) times the storage" : "values in the file")
        }
        guard layout.byteCount > 0 else { return [] }
        let storage = try storages.bytes(of: layout.storageKey)
        do throws(BytesError) {
            let first = layout.storageOffset * elementSize
            if layout.isContiguous { return try storage.slice(at: first, count: layout.byteCount).bytes }
            let rest = try storage.slice(at: first, count: layout.storageByteCount - first)
            return StridedCopy(layout).bytes(of: rest)
        } catch {
            throw error.recoded(.storageSize, place: entry.name)
        }
    }

    /// Changes signs, each the highest bit of a little-endian number.
    private static func apply(_ pending: TensorLayout.Pending, to bytes: inout [UInt8], _ dtype: DType) {
        let unit = dtype.swapUnit
        if pending.contains(.negation) {
            for sign in stride(from: unit - 1, to: bytes.count, by: unit) { bytes[sign] ^= 0x80 }
        }
        if pending.contains(.conjugation), unit < dtype.byteCount {
            for sign in stride(from: 2 * unit - 1, to: bytes.count, by: 2 * unit) { bytes[sign] ^= 0x80 }
        }
    }

    /// Turns round every run of `unit` bytes.
    static func swap(_ bytes: inout [UInt8], unit: Int) {
        guard unit > 1 else { return }
        for start in stride(from: 0, to: bytes.count - unit + 1, by: unit) {
            for offset in 0..<unit / 2 { bytes.swapAt(start + offset, start + unit - 1 - offset) }
        }
    }
}

/// Copies a tensor's elements out of its storage in row-major order.
struct StridedCopy {
    let shape: [Int]
    /// In bytes.
    let strides: [Int]
    let elementSize: Int
    let byteCount: Int

    /// A copy of the layout's elements; the layout is one that was checked against its storage.
    init(_ layout: TensorLayout) {
        shape = layout.shape
        elementSize = layout.dtype.byteCount
        // Along an axis of size 1 nothing is ever stepped, and its stride may be any number.
        strides = zip(layout.shape, layout.strides).map { [elementSize] size, stride in
            size == 1 ? 0 : stride * elementSize
        }
        byteCount = layout.byteCount
    }

    /// The elements, read from the storage from the tensor's first element on.
    func bytes(of storage: ByteRegion) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: byteCount)
        storage.withSpan { span in
            var index = [Int](repeating: 0, count: shape.count)
            var source = 0
            for start in stride(from: 0, to: byteCount, by: elementSize) {
                for offset in 0..<elementSize {
                    output[start + offset] = span.unsafeLoad(fromByteOffset: source + offset, as: UInt8.self)
                }
                // The next index, as an odometer counts.
                var axis = shape.count - 1
                while axis >= 0 {
                    index[axis] += 1
                    source += strides[axis]
                    if index[axis] < shape[axis] { break }
                    source -= strides[axis] * shape[axis]
                    index[axis] = 0
                    axis -= 1
                }
            }
        }
        return output
    }
}

import BBCUPlatform
import TensorBytes

extension Checkpoint {
    /// The values of a tensor, contiguous in row-major order and little-endian, whatever its strides and the file's
    /// byte order. They are the only copy. Of a dtype that this version does not know they are the bytes in the file.
    ///
    /// - Throws: what is wrong with the storage in the file, for example its CRC-32, or `limit` for a tensor that is far
    ///   larger than its storage.
    public func tensor(_ entry: TensorEntry) throws(CheckpointError) -> Tensor {
        let bytes = try orderedValues(entry).bytes
        guard let tensor = Tensor(dtype: entry.dtype, shape: entry.shape, bytes: bytes) else {
            throw CheckpointError(
                .tensor, file: file, place: entry.name, found: "values that do not fill the tensor's shape")
        }
        return tensor
    }

    /// The values of a tensor as `tensor(_:)` has them, without a copy where they lie in the file like that.
    ///
    /// - Throws: what `tensor(_:)` throws.
    public func values(_ entry: TensorEntry) throws(CheckpointError) -> ByteRegion {
        try orderedValues(entry).region
    }

    /// Values where they lie in the file, or the only copy of them.
    private enum Values {
        case stored(ByteRegion)
        case copied([UInt8])

        var bytes: [UInt8] {
            switch self {
            case .stored(let region): region.bytes
            case .copied(let bytes): bytes
            }
        }

        var region: ByteRegion {
            switch self {
            case .stored(let region): region
            case .copied(let bytes): ByteRegion(bytes)
            }
        }
    }

    private func orderedValues(_ entry: TensorEntry) throws(CheckpointError) -> Values {
        do throws(CheckpointError) {
            let values = try contiguousValues(entry)
            let isBigEndian =
                storages.isBigEndian(entry.storageKey) && entry.dtype.isKnown && entry.dtype.swapUnit > 1
            guard isBigEndian || !entry.layout.pending.isEmpty else { return values }
            var bytes = values.bytes
            if isBigEndian { Self.swap(&bytes, unit: entry.dtype.swapUnit) }
            Self.apply(entry.layout.pending, to: &bytes, entry.dtype)
            return .copied(bytes)
        } catch { throw error.inFile(file) }
    }

    /// Why a tensor's values are not to be had, or nil where they are.
    public func whyUnreadable(_ layout: TensorLayout) -> String? {
        guard layout.hasValues else { return "a tensor that was saved without values" }
        if let reason = unreadable[layout.storageKey] { return reason }
        if layout.dtype.isKnown, layout.elementCount > limits.repeatedElements,
            layout.byteCount / limits.repetition > layout.storageByteCount
        {
            return "\(layout.byteCount.counted("byte")) of values in a storage of \(layout.storageByteCount)"
        }
        return nil
    }

    private func contiguousValues(_ entry: TensorEntry) throws(CheckpointError) -> Values {
        let layout = entry.layout
        let elementSize = layout.dtype.byteCount
        if layout.hasValues, let reason = unreadable[layout.storageKey] {
            throw CheckpointError(
                .incomplete, place: entry.name, found: reason, expected: "the whole tensor",
                advice: "get the missing files")
        }
        if let problem = whyUnreadable(layout) {
            throw CheckpointError(
                layout.hasValues ? .limit : .noValues, place: entry.name, found: problem,
                expected: layout.hasValues ? "at most \(limits.repetition) times the storage" : "values in the file")
        }
        guard layout.byteCount > 0 else { return .copied([]) }
        if case .other(let type) = layout.dtype { return try uninterpreted(layout, type) }
        let storage = try storages.bytes(of: layout.storageKey)
        do throws(BytesError) {
            let first = layout.storageOffset * elementSize
            if layout.isContiguous { return .stored(try storage.slice(at: first, count: layout.byteCount)) }
            let rest = try storage.slice(at: first, count: layout.storageByteCount - first)
            return .copied(StridedCopy(layout).bytes(of: rest))
        } catch {
            throw error.recoded(.storageSize, place: entry.name)
        }
    }

    /// The bytes of a dtype that this version does not know. NumPy's say how large an element is, so that their order
    /// can be made row-major; others stay as they lie.
    private func uninterpreted(_ layout: TensorLayout, _ type: OtherDType) throws(CheckpointError) -> Values {
        let storage = try storages.bytes(of: layout.storageKey)
        guard storage.count == layout.byteCount else {
            throw CheckpointError(
                .storageSize, place: layout.storageKey, found: "\(storage.count.counted("byte"))",
                expected: "\(layout.byteCount)")
        }
        let count = layout.elementCount
        guard type.origin == .numpy, !layout.isContiguous, count > 0, layout.byteCount % count == 0,
            layout.strides.count == layout.shape.count
        else { return .stored(storage) }
        return .copied(StridedCopy(layout, elementSize: layout.byteCount / count).bytes(of: storage))
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

import TensorBytes

// One of two files of this target that touch memory without a check at every step: the layout was checked as a whole.

/// Copies a tensor's elements out of its storage in row-major order.
struct StridedCopy {
    let shape: [Int]
    /// In bytes.
    let strides: [Int]
    let elementSize: Int
    let byteCount: Int

    /// A copy of the layout's elements; the layout is one that was checked against its storage.
    init(_ layout: TensorLayout, elementSize: Int? = nil) {
        let elementSize = elementSize ?? layout.dtype.byteCount
        shape = layout.shape
        self.elementSize = elementSize
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

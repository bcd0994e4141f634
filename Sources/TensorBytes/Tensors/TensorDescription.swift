/// What is known of a tensor without reading its values: enough to recognise and validate a network.
public struct TensorDescription: JSONModel, Sendable, Hashable {
    /// The element type.
    public var dtype: DType
    /// The sizes, outermost first; empty for a scalar.
    public var shape: [Int]

    /// Describes a tensor of the given element type and sizes.
    public init(dtype: DType = .float32, shape: [Int]) {
        self.dtype = dtype
        self.shape = shape
    }

    /// The number of elements, or nil where it does not fit an `Int`.
    public var elementCount: Int? { TensorShape.elementCount(shape) }
}

/// Arithmetic on shapes.
public enum TensorShape {
    /// The product of the sizes, or nil where it does not fit an `Int` or a size is negative.
    public static func elementCount(_ shape: [Int]) -> Int? {
        var count = 1
        var isEmpty = false
        for size in shape {
            guard size >= 0 else { return nil }
            if size == 0 {
                isEmpty = true
                continue
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            count = product
        }
        return isEmpty ? 0 : count
    }

    /// The strides, in elements, of a C-contiguous tensor of this shape, as PyTorch computes them: a size of zero
    /// counts as one. Nil on overflow.
    public static func contiguousStrides(_ shape: [Int]) -> [Int]? {
        var strides = [Int](repeating: 1, count: shape.count)
        var step = 1
        for axis in shape.indices.reversed() {
            strides[axis] = step
            let (product, overflow) = step.multipliedReportingOverflow(by: max(1, shape[axis]))
            guard !overflow else { return nil }
            step = product
        }
        return strides
    }

    /// The strides, in elements, of a tensor whose first axis is the innermost, as Fortran and NumPy's `order="F"` have
    /// it. Nil on overflow.
    public static func fortranStrides(_ shape: [Int]) -> [Int]? {
        contiguousStrides(shape.reversed()).map { $0.reversed() }
    }

    /// The shape in words, as PyTorch prints a tuple: `(64, 3, 3, 3)`, `(64,)`, `()`.
    public static func text(_ shape: [Int]) -> String {
        shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
    }
}

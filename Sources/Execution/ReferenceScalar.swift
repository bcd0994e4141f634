/// A float type that the reference path computes in: `Float` and `Double`.
public protocol ReferenceScalar: BinaryFloatingPoint, Sendable {
    /// Convolves a map that already has its border.
    ///
    /// - Parameter bounded: whether the sum of |partial sum| of each value is wanted too; it is empty otherwise.
    static func convolve(
        _ kernels: Kernels, height: Int, width: Int, padded: [Self], filter: FloatFilter<Self>, bounded: Bool
    ) -> (output: [Self], magnitudes: [Self])
}

extension Float: ReferenceScalar {
    public static func convolve(
        _ kernels: Kernels, height: Int, width: Int, padded: [Float], filter: FloatFilter<Float>, bounded: Bool
    ) -> (output: [Float], magnitudes: [Float]) {
        kernels.convolve(filter.shape(height: height, width: width), padded, filter, bounded: bounded)
    }
}

extension Double: ReferenceScalar {
    public static func convolve(
        _ kernels: Kernels, height: Int, width: Int, padded: [Double], filter: FloatFilter<Double>, bounded: Bool
    ) -> (output: [Double], magnitudes: [Double]) {
        kernels.convolve(filter.shape(height: height, width: width), padded, filter, bounded: bounded)
    }
}

import BBCUPlatform
import CBBCUKernels

/// The C kernels of one instruction set, and how many threads share the rows of an image. Pointers are
/// handled here, in the other files of this name, and where threads share memory (`Streaming`, `SharedMap`).
public struct Kernels: Sendable {
    /// The instruction set: `portable`, `avx2`, `avx512` or `neon`.
    public let name: String
    /// How many threads share an image's rows. No result depends on it.
    public var threads: Int {
        didSet { threads = min(max(1, threads), Self.mostThreads) }
    }
    /// The most threads: each has a stack and memory of its own.
    public static let mostThreads = 1024
    /// The kernels' entry points; constant data of the C target.
    nonisolated(unsafe) let table: UnsafePointer<bbcu_kernels>

    /// The fastest kernels of this machine.
    ///
    /// - Parameter threads: nil for one thread a processor that this process may use.
    /// - Throws: ``ExecutionError/threads(_:)`` for a number of threads that is not from 1 to ``mostThreads``.
    public init(threads: Int? = nil) throws(ExecutionError) {
        try self.init(table: bbcu_kernels_best(), threads: threads)
    }

    /// The kernels of one instruction set.
    /// - Throws: ``ExecutionError/kernels(name:)`` where this machine does not have them.
    public init(named name: String, threads: Int? = nil) throws(ExecutionError) {
        guard let table = bbcu_kernels_named(name) else { throw .kernels(name: name) }
        try self.init(table: table, threads: threads)
    }

    private init(table: UnsafePointer<bbcu_kernels>, threads: Int?) throws(ExecutionError) {
        if let threads, !(1...Self.mostThreads).contains(threads) { throw .threads(threads) }
        self.table = table
        name = String(cString: table.pointee.name)
        self.threads = threads ?? min(HostLimits().processors, Self.mostThreads)
    }

    /// The names of the kernels that this machine can run.
    public static var available: [String] {
        ["portable", "avx2", "avx512", "neon"].filter { bbcu_kernels_named($0) != nil }
    }

    /// The same on the caller's thread alone.
    var alone: Kernels {
        var kernels = self
        kernels.threads = 1
        return kernels
    }

    /// Runs `body` for bands of rows that cover 0..<rows, one band a thread.
    package func forEachBand(rows: Int, _ body: (Range<Int>) -> Void) {
        let bands = min(threads, rows)
        guard bands > 1 else { return body(0..<rows) }
        concurrently(bands, threads: bands) { band in body(rows * band / bands..<rows * (band + 1) / bands) }
    }
}

// MARK: Float convolution

extension Kernels {
    typealias Convolution<Scalar> = (
        UnsafePointer<bbcu_geometry>, UnsafePointer<Scalar>, UnsafePointer<Scalar>, UnsafePointer<Scalar>,
        UnsafeMutablePointer<Scalar>?, UnsafeMutablePointer<Scalar>?
    ) -> Void

    func convolve<Scalar: BinaryFloatingPoint & Sendable>(
        _ shape: ConvolutionShape, _ input: [Scalar], _ filter: FloatFilter<Scalar>, bounded: Bool,
        _ kernel: Convolution<Scalar>
    ) -> (output: [Scalar], magnitudes: [Scalar]) {
        precondition(
            input.count == shape.paddedCount && filter.fits(shape) && shape.kernel <= Int(BBCU_MAX_KERNEL),
            "the kernel would read out of bounds")
        let count = shape.height * shape.width * shape.outputs
        var magnitudes = [Scalar](repeating: 0, count: bounded ? count : 0)
        let output = [Scalar](unsafeUninitializedCapacity: count) { output, initialized in
            nonisolated(unsafe) let output = output
            magnitudes.withUnsafeMutableBufferPointer { magnitudes in
                nonisolated(unsafe) let magnitudes = magnitudes
                forEachBand(rows: shape.height) { rows in
                    var geometry = shape.geometry(rows)
                    kernel(
                        &geometry, input, filter.weights, filter.bias, output.baseAddress,
                        bounded ? magnitudes.baseAddress : nil)
                }
            }
            initialized = count
        }
        return (output, magnitudes)
    }
}

// MARK: 1-bit convolution

extension Kernels {
    func convolve(_ shape: ConvolutionShape, _ planes: SignPlanes, _ filter: BinaryFilter) -> [Int32] {
        precondition(
            planes.hasZero.count == (shape.height + shape.kernel - 1) * (shape.width + shape.kernel - 1)
                && planes.words == (shape.inputs + 63) / 64 && filter.fits(shape)
                && shape.kernel <= Int(BBCU_MAX_KERNEL),
            "the kernel would read out of bounds")
        let count = shape.height * shape.width * shape.outputs
        return [Int32](unsafeUninitializedCapacity: count) { output, initialized in
            nonisolated(unsafe) let output = output
            forEachBand(rows: shape.height) { rows in
                sums(
                    shape, rows, planes, planes.signs, planes.valid, planes.hasZero, filter, filter.signs, filter.valid,
                    output.baseAddress)
            }
            initialized = count
        }
    }

    /// The sums of some rows. Arrays are pointers as long as the call lasts.
    private func sums(
        _ shape: ConvolutionShape, _ rows: Range<Int>, _ planes: SignPlanes, _ signs: UnsafePointer<UInt64>,
        _ valid: UnsafePointer<UInt64>, _ hasZero: UnsafePointer<UInt8>, _ filter: BinaryFilter,
        _ weightSigns: UnsafePointer<UInt32>, _ weightValid: UnsafePointer<UInt32>,
        _ output: UnsafeMutablePointer<Int32>?
    ) {
        var binaryRows = bbcu_binary_rows(filter, signs: weightSigns, valid: weightValid)
        let words = planes.words
        let rowPixels = shape.width + shape.kernel - 1
        for row in rows {
            for kernelRow in 0..<shape.kernel {
                let pixel = (row + kernelRow) * rowPixels
                bbcu_set_binary_row(
                    &binaryRows, kernelRow, signs + pixel * words, valid + pixel * words, hasZero + pixel)
            }
            table.pointee.binary_sums(
                &binaryRows, 0, shape.width, shape.outputs, output.map { $0 + row * shape.width * shape.outputs })
        }
    }
}

extension bbcu_binary_rows {
    /// The weights, without the rows under them.
    init(_ filter: BinaryFilter, signs: UnsafePointer<UInt32>, valid: UnsafePointer<UInt32>) {
        self.init()
        (inputs, kernel) = (filter.inputs, filter.kernel)
        (weight_signs, weight_valid) = (signs, valid)
        weights_have_zero = filter.hasZero ? 1 : 0
    }
}

extension ConvolutionShape {
    fileprivate func geometry(_ rows: Range<Int>) -> bbcu_geometry {
        bbcu_geometry(
            width: width, inputs: inputs, outputs: outputs, kernel: kernel, first_row: rows.lowerBound,
            end_row: rows.upperBound)
    }
}

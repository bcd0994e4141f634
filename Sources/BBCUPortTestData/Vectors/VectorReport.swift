import BBCUErrorBounds
import TensorBytes

/// Vectors with what they show: what `vectors` finds.
public struct VectorReport: Sendable {
    /// How a right port sums.
    public var port: SummationKind
    /// The images' rows.
    public var height: Int
    /// The images' columns.
    public var width: Int
    /// What shows what.
    public var matrix: DetectionMatrix
    /// The best image, where none qualifies; else nil.
    public var best: DistinguishingInput?
    /// The arrays of each vector as they were written, in the order of the matrix's vectors.
    public var arrays: [[JSONValue]] = []

    /// Whether every right port has the same signs and sums on some image.
    public var qualifies: Bool { best == nil }

    /// Collects what was found.
    public init(
        port: SummationKind, height: Int, width: Int, inputs: [DistinguishingInput], matrix: DetectionMatrix
    ) {
        (self.port, self.height, self.width, self.matrix) = (port, height, width, matrix)
        best = inputs.contains(where: \.qualifies) ? nil : inputs.first
    }

    /// Writes each vector with what a right port makes of it into a folder of its own.
    ///
    /// - Parameter guarding: called with every file before it is written; throws for one that must not be.
    /// - Throws: what writing a file throws.
    public mutating func write(
        _ search: VectorSearch, taps: VectorTaps, to path: String,
        guarding: @escaping (_ path: String) throws -> Void
    ) throws {
        var folder = try GoldenFolder(path, format: .npy, guarding: guarding)
        arrays = try matrix.vectors.map { vector in
            try folder.write(search.items(vector, taps: taps), group: vector.name)
        }
    }
}

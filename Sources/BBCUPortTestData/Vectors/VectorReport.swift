import BBCUErrorBounds
import BBCUExecution
import TensorBytes

/// Vectors with what they show: what `vectors` finds.
public struct VectorReport: JSONModel, Sendable {
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
    package var arrays: [[GoldenEntry]] = []
    /// The checkpoint and the network.
    public var head: GoldenHead

    /// Whether every right port has the same signs and sums on some image.
    public var qualifies: Bool { best == nil }

    /// Collects what was found.
    public init(
        port: SummationKind, height: Int, width: Int, inputs: [DistinguishingInput], matrix: DetectionMatrix,
        head: GoldenHead
    ) {
        (self.port, self.height, self.width, self.matrix, self.head) = (port, height, width, matrix, head)
        best = inputs.contains(where: \.qualifies) ? nil : inputs.first
    }

    /// Writes the report; `Schemas/vectors.schema.json` describes it.
    public func encode(to encoder: any Encoder) throws {
        try head.encode(to: encoder)
        let inputs = matrix.vectors.enumerated().map { index, vector in
            Described(vector: vector, arrays: index < arrays.count ? arrays[index] : [])
        }
        try encoder.encode([
            "port": port, "size": "\(width)x\(height)", "qualifies": qualifies, "inputs": inputs, "taps": matrix.taps,
            "faults": matrix.faults, "kills": matrix.cells, "inseparable": matrix.inseparable,
        ])
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

/// A vector with its arrays.
private struct Described: Encodable {
    let vector: PortVector
    let arrays: [GoldenEntry]

    func encode(to encoder: any Encoder) throws {
        let (map, margins) = (vector.map, vector.margins)
        try encoder.encode([
            "name": vector.name, "text": vector.text, "kind": vector.layer == nil ? "image" : "unit",
            "shape": [1, map.channels, map.height, map.width], "qualifies": vector.qualifies, "signs": margins?.count,
            "violations": margins?.violations, "worst": margins?.worst, "arrays": arrays,
        ])
    }
}

extension DetectionMatrix {
    /// What became of a fault at a vector's tap; without a vector and a tap for a fault that shows nowhere.
    fileprivate struct Cell: Encodable {
        var fault: String
        var vector: String?
        var tap: String?
        var status: PortFault.Status
    }

    /// One for every fault, vector and tap at which it shows, and for every fault that shows nowhere.
    fileprivate var cells: [Cell] {
        kills.flatMap { kill in
            kill.taps.map { Cell(fault: kill.fault, vector: kill.vector, tap: $0, status: .killed) }
        } + faults.filter { $0.status != .killed }.map { Cell(fault: $0.name, status: $0.status) }
    }
}

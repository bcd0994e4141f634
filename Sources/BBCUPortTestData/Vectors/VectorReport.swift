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
        let inputs = matrix.vectors.enumerated().map { index, vector in
            JSONMembers([:], with: vector, JSONMembers(["arrays": index < arrays.count ? arrays[index] : []]))
        }
        let results = JSONMembers([
            "port": port, "size": "\(width)x\(height)", "qualifies": qualifies, "inputs": inputs, "taps": matrix.taps,
            "faults": matrix.faults, "kills": matrix.cells, "inseparable": matrix.inseparable,
        ])
        try encoder.encode([:], with: head, results)
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

extension PortVector: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "name": name, "text": text, "kind": layer == nil ? "image" : "unit",
            "shape": [1, map.channels, map.height, map.width], "qualifies": qualifies, "signs": margins?.count,
            "violations": margins?.violations, "worst": margins?.worst,
        ])
    }
}

extension DetectionMatrix {
    /// What became of every fault at every vector's tap that shows it; a fault that shows nowhere has one without a vector
    /// and a tap.
    fileprivate var cells: [JSONMembers] {
        func cell(_ fault: String, _ vector: String?, _ tap: String?, _ status: PortFault.Status) -> JSONMembers {
            JSONMembers(["fault": fault, "vector": vector, "tap": tap, "status": status])
        }
        return kills.flatMap { kill in kill.taps.map { cell(kill.fault, kill.vector, $0, .killed) } }
            + faults.filter { $0.status != .killed }.map { cell($0.name, nil, nil, $0.status) }
    }
}

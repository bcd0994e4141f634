import BBCUErrorBounds
import BBCUPlatform
import TensorBytes

extension PortFormats {
    /// Sets a format as it is written, under a tensor's name.
    /// - Throws: ``PortError`` where either is unknown.
    public mutating func set(_ name: String, _ text: String) throws(PortError) {
        if name == Self.accumulatorName {
            guard let format = AccumulatorFormat(text) else {
                throw PortError(
                    .value, place: name, found: "found \"\(text)\"",
                    expected: "bits from 2 to 32, such as 16 or 16:wrap")
            }
            accumulator = format
            return
        }
        guard let tensor = StoredTensor(rawValue: name) else {
            let names = StoredTensor.allCases.map(\.rawValue).joined(separator: ", ")
            throw PortError(
                .value, found: "found the tensor \"\(name)\"", expected: "one of \(names), \(Self.accumulatorName)")
        }
        guard let format = NumberFormat(text) else {
            throw PortError(
                .value, place: name, found: "found \"\(text)\"",
                expected: "fixed:I.F (I from 1 to 32, F from 0 to 48), fixed:I.F:wrap, float16, bfloat16 or float32")
        }
        tensors[tensor] = format
    }

    /// Reads the text of `bbcu budget --json`, or any object with its `formats`.
    /// - Throws: ``PortError`` where it is something else.
    public init(json bytes: [UInt8]) throws(PortError) {
        try self.init(StrictJSON.parsing(bytes, kind: nil))
    }

    /// Reads formats from a file of that text.
    /// - Throws: ``PortError`` where it is something else.
    public static func read(_ path: String) throws(PortError) -> PortFormats {
        try StrictJSON.read(path, atMost: ByteRegion.largestNote) { json throws(PortError) in try PortFormats(json) }
    }

    /// Reads formats from an object that has some.
    package init(_ json: StrictJSON) throws(PortError) {
        guard case .array(let elements)? = json["formats"], !elements.isEmpty else {
            throw PortError(
                .otherKind, found: "found no \"formats\"",
                expected: "\(Advice.savedFormats), at least "
                    + #"{"formats": [{"tensor": "residual", "format": "fixed:9.8"}]}"#)
        }
        self.init()
        for (index, element) in elements.enumerated() {
            guard let name = element["tensor"]?.text, let text = element["format"]?.text else {
                throw PortError(
                    .otherKind, place: "formats[\(index)]", found: "found no texts \"tensor\" and \"format\"")
            }
            guard !named.contains(where: { $0.tensor == name }) else {
                throw PortError(.twice, place: "formats[\(index)]", found: "found \(name) twice")
            }
            try set(name, text)
        }
    }
}

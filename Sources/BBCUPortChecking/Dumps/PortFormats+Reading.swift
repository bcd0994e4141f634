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
        let kind =
            "\(Advice.savedFormats), at least " + #"{"formats": [{"tensor": "residual", "format": "fixed:9.8"}]}"#
        let saved: Saved = try json.model(kind)
        guard !saved.formats.isEmpty else { throw PortError(.otherKind, found: "found no \"formats\"", expected: kind) }
        self.init()
        for (index, named) in saved.formats.enumerated() {
            guard !self.named.contains(where: { $0.tensor == named.tensor }) else {
                throw PortError(.twice, place: "formats[\(index)]", found: "found \(named.tensor) twice")
            }
            try set(named.tensor, named.format)
        }
    }

    private struct Saved: Decodable { let formats: [Named] }
}

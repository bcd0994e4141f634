import BBCUErrorBounds
import TensorBytes

extension PortFormats {
    /// Sets a format as it is written, under a tensor's name.
    /// - Throws: ``PortError`` where either is unknown.
    public mutating func set(_ name: String, _ text: String) throws(PortError) {
        if name == Self.accumulatorName {
            guard let format = AccumulatorFormat(text) else {
                throw PortError("\(name): found \"\(text)\", expected bits from 2 to 32, such as 16 or 16:wrap")
            }
            accumulator = format
            return
        }
        guard let tensor = StoredTensor(rawValue: name) else {
            let names = StoredTensor.allCases.map(\.rawValue).joined(separator: ", ")
            throw PortError("found the tensor \"\(name)\", expected one of \(names), \(Self.accumulatorName)")
        }
        guard let format = NumberFormat(text) else {
            throw PortError(
                "\(name): found \"\(text)\", expected fixed:I.F (I from 1 to 32, F from 0 to 48), fixed:I.F:wrap, "
                    + "float16, bfloat16 or float32")
        }
        tensors[tensor] = format
    }

    /// Reads the text of `bbcu budget --json`, or any object with its `formats`.
    /// - Throws: ``PortError`` where it is something else.
    public init(json bytes: [UInt8]) throws(PortError) {
        let json: StrictJSON
        do throws(StrictJSON.Failure) { json = try StrictJSON.parse(bytes) } catch {
            throw PortError("no JSON at byte \(error.offset), expected \(error.expected)")
        }
        guard case .array(let elements)? = json["formats"], !elements.isEmpty else {
            throw PortError(
                "found no \"formats\", expected what `bbcu budget --json` prints, at least "
                    + #"{"formats": [{"tensor": "residual", "format": "fixed:9.8"}]}"#)
        }
        self.init()
        for (index, element) in elements.enumerated() {
            guard let name = element["tensor"]?.text, let text = element["format"]?.text else {
                throw PortError("formats[\(index)]: found no texts \"tensor\" and \"format\"")
            }
            guard !named.contains(where: { $0.tensor == name }) else {
                throw PortError("formats[\(index)]: found \(name) twice")
            }
            try set(name, text)
        }
    }
}

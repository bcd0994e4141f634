import BBCUPlatform
import TensorBytes

/// A small JSON file that maps a port's names to PyTorch's.
public enum NameMap {
    private static let example = #"the dump's names to PyTorch's, such as {"first": "conv_first", "result": "output"}"#

    /// Reads a map.
    /// - Throws: ``PortError`` where the file is no JSON object of texts.
    public static func read(_ path: String) throws(PortError) -> [String: String] {
        try StrictJSON.read(path, atMost: ByteRegion.largestNote, kind: example, names)
    }

    private static func names(_ json: StrictJSON) throws(PortError) -> [String: String] {
        guard case .object(let members) = json else {
            throw PortError(.otherKind, found: "found no object", expected: example)
        }
        var result: [String: String] = [:]
        for (key, value) in members {
            guard let name = value.text else {
                throw PortError(.otherKind, found: "found no text at '\(key)'", expected: example)
            }
            // Two spellings of one text are one key of the dictionary.
            guard result.updateValue(name, forKey: key) == nil else {
                throw PortError(.twice, found: "found '\(key.printable(atMost: 80))' twice", expected: "it once")
            }
        }
        return result
    }
}

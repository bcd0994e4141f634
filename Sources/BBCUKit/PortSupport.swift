import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNetworks
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUTrainingOptions
import BBCUWeightPacking
import TensorBytes
import TensorFiles

extension LoadedModel {
    /// The same network with the weights under the file's other roots: what a port may have taken by mistake; none if some
    /// cannot be read. Without it a port that took those is wrong or inconclusive all the same; its fault is not named.
    public func alternatives() -> [(root: String, model: BBCUModel)] { (try? readAlternatives()) ?? [] }

    /// The same network with the weights under the file's other roots.
    /// - Throws: what reading a tensor throws. A root whose tensors are not the network's is left out.
    public func readAlternatives() throws -> [(root: String, model: BBCUModel)] {
        try TensorSource(checkpoint).others(than: resolution.selection).compactMap { root, stateDict in
            do {
                return (root, try BBCUModel(network: model.network, stateDict: stateDict, convertsDtype: true))
            } catch is ModelError {
                return nil
            }
        }
    }
}

/// A small JSON file that maps a port's names to PyTorch's.
public enum NameMap {
    private static let example = #"the dump's names to PyTorch's, such as {"first": "conv_first", "result": "output"}"#

    /// Reads a map.
    /// - Throws: ``PortError`` where the file is no JSON object of texts.
    public static func read(_ path: String) throws -> [String: String] {
        let region: ByteRegion
        do throws(BytesError) { region = try ByteRegion.mapping(path, atMost: ByteRegion.largestNote) } catch {
            throw PortError("\(path): \(error.found)" + (error.expected.map { ", expected " + $0 } ?? ""))
        }
        let json: StrictJSON
        do throws(StrictJSON.Failure) { json = try StrictJSON.parse(region.bytes) } catch {
            throw PortError("\(path): no JSON at byte \(error.offset), expected \(example)")
        }
        guard case .object(let members) = json else {
            throw PortError("\(path): found no object, expected \(example)")
        }
        var result: [String: String] = [:]
        for (key, value) in members {
            guard let name = value.text else {
                throw PortError("\(path): found no text at '\(key)', expected \(example)")
            }
            // Two spellings of one text are one key of the dictionary.
            guard result.updateValue(name, forKey: key) == nil else {
                throw PortError("\(path): found '\(key.printable(atMost: 80))' twice, expected it once")
            }
        }
        return result
    }
}

extension SavedReport {
    /// Reads a saved report.
    /// - Throws: ``PortError`` where the file is none.
    public static func read(_ path: String) throws(PortError) -> SavedReport {
        let region: ByteRegion
        do throws(BytesError) { region = try ByteRegion.mapping(path, atMost: ByteRegion.largestReport) } catch {
            throw PortError("\(path): \(error.found)" + (error.expected.map { ", expected " + $0 } ?? ""))
        }
        do throws(PortError) { return try SavedReport(region.bytes) } catch {
            throw PortError("\(path): \(error.description)")
        }
    }
}

extension PortFormats {
    /// Reads formats from the JSON that `bbcu budget` prints.
    /// - Throws: ``PortError`` where the file is none.
    public static func read(_ path: String) throws(PortError) -> PortFormats {
        let region: ByteRegion
        do throws(BytesError) { region = try ByteRegion.mapping(path, atMost: ByteRegion.largestNote) } catch {
            throw PortError("\(path): \(error.found)" + (error.expected.map { ", expected " + $0 } ?? ""))
        }
        do throws(PortError) { return try PortFormats(json: region.bytes) } catch {
            throw PortError("\(path): \(error.description)")
        }
    }
}

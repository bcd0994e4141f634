import OrderedCollections
import TensorBytes
import TensorFiles

extension Inspection {
    /// The inspection as JSON; `Schemas/inspect.schema.json` describes it.
    ///
    /// - Parameter network: the network that was recognised; the member is left out where this is nil.
    public func json(network: JSONValue? = nil) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "file": .string(file), "format": .string(format.rawValue), "written_by": JSONValue(writer),
            "bytes": .integer(byteCount),
        ]
        if hasChecksums {
            members["sha256"] = JSONValue(sha256)
            members["hub_suffix"] = hubSuffix.map { ["digits": .string($0.digits), "holds": .bool($0.holds)] } ?? .null
        }
        if let network { members["network"] = network }
        members["tensors"] = .array(rows.map(json))
        members["totals"] = json(totals)
        members["shared_storages"] = .array(
            sharedStorages.map { ["storage": .string($0.key), "names": JSONValue($0.names)] })
        members["shards"] = .array(
            shards.map {
                ["file": .string($0.name), "format": .string($0.format.rawValue), "bytes": .integer($0.byteCount)]
            })
        members["missing"] = .array(
            missing.map { ["name": .string($0.name), "reason": .string($0.reason)] })
        members["code"] = JSONValue(code)
        members["unlisted"] = .array(unlisted.map(\.json))
        members["uncovered"] = .array(
            uncovered.map {
                [
                    "storage": .string($0.key), "entry": JSONValue($0.entry), "names": JSONValue($0.names),
                    "bytes": .integer($0.byteCount), "storage_bytes": .integer($0.storageByteCount),
                ]
            })
        members["later"] = .array(
            later.map {
                [
                    "name": .string($0.name), "offset": .integer($0.offset), "bytes": .integer($0.byteCount),
                    "format": JSONValue($0.format?.rawValue), "problem": JSONValue($0.problem),
                ]
            })
        members["notes"] = JSONValue(notes)
        return .object(members)
    }

    private func json(_ row: Row) -> JSONValue {
        var members: OrderedDictionary<String, JSONValue> = [
            "name": .string(row.entry.name), "dtype": .string(row.entry.dtype.rawValue),
            "shape": JSONValue(row.entry.shape), "strides": JSONValue(row.entry.strides),
            "bytes": .integer(row.entry.byteCount),
        ]
        if let whole = row.entry.layout.wholeShape { members["whole_shape"] = JSONValue(whole) }
        if let quantization = row.entry.layout.quantization { members["quantization"] = json(quantization) }
        if hasChecksums { members["crc32"] = JSONValue(row.crc32.map { Int($0) }) }
        if let problem = row.problem { members["unread"] = .string(problem) }
        if hasStatistics {
            members["min"] = JSONValue(row.statistics?.min)
            members["max"] = JSONValue(row.statistics?.max)
            members["mean"] = JSONValue(row.statistics?.mean)
            members["std"] = JSONValue(row.statistics?.standardDeviation)
            members["zeros"] = JSONValue(row.statistics?.zeros)
            members["non_finite"] = JSONValue(row.statistics?.nonFinite)
        }
        return .object(members)
    }

    private func json(_ quantization: Quantization) -> JSONValue {
        switch quantization {
        case .perTensor(let scheme, let scale, let zeroPoint):
            ["scheme": .string(scheme), "scale": .number(scale), "zero_point": .integer(zeroPoint)]
        case .perChannel(let scheme, let axis, _, _): ["scheme": .string(scheme), "axis": .integer(axis)]
        case .unknown(let scheme): ["scheme": .string(scheme)]
        }
    }

    private func json(_ totals: Totals) -> JSONValue {
        [
            "tensors": .integer(totals.tensors), "elements": .integer(totals.elements), "bytes": .integer(totals.bytes),
            "storages": .integer(totals.storages), "storage_bytes": .integer(totals.storageBytes),
        ]
    }
}

extension UnlistedStorage {
    /// The storage as reports have it.
    var json: JSONValue {
        [
            "key": JSONValue(key), "entry": JSONValue(entry), "bytes": .integer(byteCount), "path": JSONValue(path),
        ]
    }
}

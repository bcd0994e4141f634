import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUExecution
import BBCUNumberFormats
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import OrderedCollections
import TensorBytes

extension VectorReport {
    /// The report as JSON; `Schemas/vectors.schema.json` describes it.
    /// - Parameter head: the file and network.
    public func json(head: JSONValue) -> JSONValue {
        var members: JSONValue.Members = [:]
        if case .object(let given) = head { members = given }
        members["port"] = .string(port.rawValue)
        members["size"] = .string("\(width)x\(height)")
        members["qualifies"] = .bool(qualifies)
        members["inputs"] = .array(
            matrix.vectors.enumerated().map { $1.json(arrays: $0 < arrays.count ? arrays[$0] : []) })
        members["taps"] = JSONValue(matrix.taps)
        members["faults"] = .array(matrix.faults.map(\.json))
        members["kills"] = .array(matrix.killRows)
        members["inseparable"] = .array(
            matrix.inseparable.map { ["faults": JSONValue($0.faults), "proved_equal": .bool($0.isProved)] })
        return .object(members)
    }
}

extension PortVector {
    fileprivate func json(arrays: [JSONValue]) -> JSONValue {
        [
            "name": .string(name), "text": .string(text), "kind": .string(layer == nil ? "image" : "unit"),
            "shape": JSONValue([1, map.channels, map.height, map.width]), "qualifies": .bool(qualifies),
            "signs": JSONValue(margins?.count), "violations": JSONValue(margins?.violations),
            "worst": margins?.worst?.json ?? .null, "arrays": .array(arrays),
        ]
    }
}

extension SignMargins.Worst {
    fileprivate var json: JSONValue {
        [
            "unit": .string(unit),
            "at": ["channel": .integer(place.channel), "row": .integer(place.row), "column": .integer(place.column)],
            "margin": .number(margin), "bound": .number(bound), "ratio": .number(ratio),
        ]
    }
}

extension PortFault {
    fileprivate var json: JSONValue {
        [
            "fault": .string(name), "id": .string(id.rawValue), "change": .string(change?.text ?? ""),
            "status": .string(status.rawValue),
            "reason": JSONValue(reason?.text),
        ]
    }
}

extension DetectionMatrix {
    /// One row for every fault, vector and tap at which it shows; one without vector and tap for a fault that shows
    /// nowhere.
    fileprivate var killRows: [JSONValue] {
        func row(_ fault: String, _ vector: String?, _ tap: String?, _ status: PortFault.Status) -> JSONValue {
            [
                "fault": .string(fault), "vector": JSONValue(vector), "tap": JSONValue(tap),
                "status": .string(status.rawValue),
            ]
        }
        let killed = kills.flatMap { kill in kill.taps.map { row(kill.fault, kill.vector, $0, .killed) } }
        return killed + faults.filter { $0.status != .killed }.map { row($0.name, nil, nil, $0.status) }
    }
}

import BBCUCheckpointDiff
import OrderedCollections
import TensorBytes
import TensorFiles

extension Difference {
    /// The comparison as JSON; `Schemas/diff.schema.json` describes it.
    public var json: JSONValue {
        [
            "verdict": isSame ? "same" : "differ", "complete": .bool(notCompared.isEmpty),
            "weights_only": .bool(options.weightsOnly),
            "a": json(a, root: options.rootA), "b": json(b, root: options.rootB),
            "tolerance": .number(options.tolerance), "match": JSONValue(options.pattern?.text),
            "equal": .integer(equal), "equal_within_tolerance": .integer(equalWithinTolerance),
            "only_in_a": .array(onlyInA.map(json)), "only_in_b": .array(onlyInB.map(json)),
            "renamed": .array(
                renamed.map { json(["a": .string($0.nameInA), "b": .string($0.nameInB)], $0.description) }),
            "changed": .array(changed.map(json)),
            "explanations": .array(
                explanations.map { ["relation": $0.relation.json, "tensors": JSONValue($0.names)] }),
            "not_compared": .array(
                notCompared.map { ["name": .string($0.name), "reason": .string($0.reason)] }),
            "values": .array(
                values.map { ["name": .string($0.name), "a": JSONValue($0.a), "b": JSONValue($0.b)] }),
            "unlisted": json(unlisted),
            "notes": JSONValue(notes),
        ]
    }

    private func json(_ unlisted: UnlistedDifference) -> JSONValue {
        func json(_ singles: [UnlistedDifference.Single]) -> JSONValue {
            .array(singles.map { ["name": .string($0.name), "bytes": .integer($0.byteCount)] })
        }
        return [
            "equal": .integer(unlisted.equal),
            "changed": .array(
                unlisted.changed.map {
                    ["name": .string($0.name), "bytes_a": .integer($0.bytesInA), "bytes_b": .integer($0.bytesInB)]
                }),
            "only_in_a": json(unlisted.onlyInA), "only_in_b": json(unlisted.onlyInB),
        ]
    }

    private func json(_ side: Side, root: String) -> JSONValue {
        [
            "file": .string(side.file), "format": .string(side.format.rawValue), "root": .string(root),
            "prefix": .string(side.prefix), "tensors": .integer(side.tensors),
        ]
    }

    private func json(_ single: Single) -> JSONValue { json(["name": .string(single.name)], single.description) }

    private func json(_ change: Change) -> JSONValue {
        [
            "name": .string(change.name), "a": json([:], change.a), "b": json([:], change.b),
            "values": change.measures.map(json) ?? .null, "relations": .array(change.relations.map(\.json)),
        ]
    }

    private func json(_ names: JSONValue.Members, _ description: TensorDescription) -> JSONValue {
        var members = names
        members["dtype"] = .string(description.dtype.rawValue)
        members["shape"] = JSONValue(description.shape)
        return .object(members)
    }

    private func json(_ measures: ValueMeasures) -> JSONValue {
        [
            "count": .integer(measures.count), "differing": .integer(measures.differing),
            "zero_signs": .integer(measures.zeroSigns), "non_finite": .integer(measures.nonFinite),
            "max_abs": measures.maxAbsolute.map(json) ?? .null,
            "max_relative": measures.maxRelative.map(json) ?? .null,
            "max_ulp": measures.maxULP.map { Int(exactly: $0).map(JSONValue.integer) ?? .number(Double($0)) } ?? .null,
            "cosine": JSONValue(measures.cosine),
        ]
    }

    private func json(_ extreme: ValueMeasures.Extreme) -> JSONValue {
        [
            "value": .number(extreme.value), "index": JSONValue(extreme.index), "a": .number(extreme.a),
            "b": .number(extreme.b),
        ]
    }
}

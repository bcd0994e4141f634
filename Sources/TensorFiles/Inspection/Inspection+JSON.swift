import TensorBytes

/// The inspection as JSON; `Schemas/inspect.schema.json` describes it.
extension Inspection: JSONModel {
    public func encode(to encoder: any Encoder) throws { try encoder.encode([:], with: head, body) }

    /// The inspection with the network that was recognised; null if there is none.
    package func json(network: (some Encodable)?) -> JSONValue {
        JSONMembers([:], with: head, JSONMembers(["network": network]), body).json
    }

    private var head: JSONMembers {
        JSONMembers(
            ["file": file, "format": format, "written_by": writer, "bytes": byteCount],
            with: hasChecksums ? JSONMembers(["sha256": sha256, "hub_suffix": hubSuffix]) : nil)
    }

    private var body: JSONMembers {
        JSONMembers([
            "tensors": rows.map(model), "totals": totals, "shared_storages": sharedStorages, "shards": shards,
            "missing": missing, "code": code, "unlisted": unlisted, "uncovered": uncovered, "later": later,
            "notes": notes,
        ])
    }

    private func model(_ row: Row) -> JSONMembers {
        let entry = row.entry
        let statistics = JSONMembers([
            "min": row.statistics?.min, "max": row.statistics?.max, "mean": row.statistics?.mean,
            "std": row.statistics?.standardDeviation, "zeros": row.statistics?.zeros,
            "non_finite": row.statistics?.nonFinite,
        ])
        return JSONMembers(
            [
                "name": entry.name, "dtype": entry.dtype, "shape": entry.shape, "strides": entry.strides,
                "bytes": entry.byteCount,
            ],
            with: entry.layout.wholeShape.map { JSONMembers(["whole_shape": $0]) },
            entry.layout.quantization.map { JSONMembers(["quantization": $0]) },
            hasChecksums ? JSONMembers(["crc32": row.crc32]) : nil, row.problem.map { JSONMembers(["unread": $0]) },
            hasStatistics ? statistics : nil)
    }
}

import BBCUEvaluation
import BBCUExecution
import BBCUNetworks
import OrderedCollections
import TensorBytes

extension EvaluationReport {
    /// The report as JSON; `Schemas/evaluate.schema.json` describes it.
    public var json: JSONValue {
        [
            "report": .string(Self.kind), "version": .string(subject.version), "file": .string(subject.file),
            "sha256": .string(subject.sha256), "network": subject.network.json,
            "k": .number(subject.network.amplification), "options": subject.options.json,
            "items": subject.items.json, "shard": shard.json, "shard_items": shardItems.json,
            "images": .array(rows.map(\.json)), "means": .array(means.map(\.json)),
            "between": .array(between.map(\.json)), "excluded": .array(excluded.map(\.json)),
            "root": JSONValue(subject.root), "unused_keys": JSONValue(subject.unusedKeys),
        ]
    }
}

extension EvaluationOptions {
    var json: JSONValue {
        [
            "task": .string(task.rawValue), "settings": .array(settings.map { .number($0) }),
            "paths": JSONValue(paths.map(\.rawValue)), "low": .string(isLowGiven ? "given" : "made"),
            "template": JSONValue(template), "set": JSONValue(set), "self_ensemble": .bool(isSelfEnsemble),
            "limit": JSONValue(limit), "method": .string(method.rawValue), "form": .string(form.rawValue),
        ]
    }
}

extension ItemList {
    var json: JSONValue { ["count": .integer(count), "sha256": .string(sha256)] }
}

extension Shard {
    var json: JSONValue { ["index": .integer(index), "count": .integer(count)] }
}

extension EvaluationRow {
    var json: JSONValue {
        [
            "name": .string(name), "set": .string(set), "setting": .number(setting),
            "path": .string(path.rawValue), "psnr": JSONValue(score.psnr), "ssim": JSONValue(score.ssim),
            "seconds": JSONValue(seconds), "files": JSONValue(files),
        ]
    }
}

extension BetweenRow {
    var json: JSONValue {
        [
            "name": .string(name), "set": .string(set), "setting": .number(setting),
            "psnr": JSONValue(score.psnr), "ssim": JSONValue(score.ssim),
            "psnr_change": JSONValue(psnrChange), "ssim_change": JSONValue(ssimChange),
        ]
    }
}

extension MeanRow {
    var json: JSONValue {
        [
            "set": .string(set), "setting": .number(setting), "path": .string(path.rawValue),
            "psnr": JSONValue(score.psnr), "ssim": JSONValue(score.ssim),
            "psnr_interval": psnrInterval?.json ?? .null, "ssim_interval": ssimInterval?.json ?? .null,
            "count": .integer(count), "equal": .integer(equal), "images_in_set": JSONValue(imagesInSet),
            "published": published.map { ["psnr": JSONValue($0.psnr), "ssim": JSONValue($0.ssim)] } ?? .null,
            "psnr_difference": JSONValue(psnrDifference), "ssim_difference": JSONValue(ssimDifference),
        ]
    }
}

extension Interval {
    var json: JSONValue { [.number(lower), .number(upper)] }
}

import ArgumentParser
import BBCUEvaluation
import BBCUKit
import BBCUPlatform

/// Readers of options' values. The parser says which option a text was given for, and these what it expects.
enum OptionValues {
    /// A whole number of a range.
    static func whole(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
        { text in
            guard let value = Int(text), range.contains(value) else {
                throw ValidationError("expected a whole number \(words(range)).")
            }
            return value
        }
    }

    /// A seed: any whole number that 64 bits hold.
    static func seed(_ text: String) throws -> UInt64 {
        guard let seed = UInt64(text) else {
            throw ValidationError("expected a whole number from 0 to \(UInt64.max).")
        }
        return seed
    }

    /// A tolerance.
    static func tolerance(_ text: String) throws -> Double {
        guard let value = Double(text), value.isFinite, value >= 0 else {
            throw ValidationError("expected a number of at least 0, such as 1e-6.")
        }
        return value
    }

    /// A scale, a sigma or a quality.
    static func setting(_ task: EvaluationTask) -> @Sendable (String) throws -> Double {
        { text in
            guard let value = Double(text), Degradation(task, setting: value) != nil else {
                throw ValidationError("expected \(task.settingRange).")
            }
            return value
        }
    }

    /// Several of them, with commas between them.
    static func settings(_ task: EvaluationTask) -> @Sendable (String) throws -> [Double] {
        { text in
            var values: [Double] = []
            for part in text.parts(at: ",") {
                guard let value = Double(part), Degradation(task, setting: value) != nil else {
                    throw ValidationError(
                        "\"\(String(part).printable())\" is no \(task.settingName); expected \(task.settingRange), or several "
                            + "with commas between them.")
                }
                guard !values.contains(value) else {
                    throw ValidationError("\(value.settingText) is there twice; give each \(task.settingName) once.")
                }
                values.append(value)
            }
            return values
        }
    }

    /// One of several machines' parts.
    static func shard(_ text: String) throws -> Shard {
        guard let shard = Shard(text) else {
            throw ValidationError("expected I/N, the I-th of N parts with I from 1 to N, such as 1/3, 2/3 and 3/3.")
        }
        return shard
    }

    private static func words(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    }
}

extension EvaluationTask {
    /// What a setting may be, in words.
    var settingRange: String {
        switch self {
        case .sr: "a whole number from 1 to 16"
        case .denoise: "a number above 0, at most 1000"
        case .deblock: "a whole number from 1 to 100"
        }
    }
}

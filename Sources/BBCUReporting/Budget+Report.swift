import BBCUAccumulatorChecking
import BBCUErrorBounds
import BBCUNumberFormats
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUWeightPacking
import TensorBytes

/// What was run: the head of a budget's report.
public struct BudgetSubject: Sendable {
    /// The checkpoint, as the caller named it.
    public var file: String
    /// Its SHA-256.
    public var sha256: String
    /// The network in a line.
    public var network: String
    /// The factor k and its source, in a line.
    public var amplification: String
    /// The input, as the caller named it.
    public var input: String
    /// The input's channels.
    public var channels: Int
    /// The input's rows.
    public var height: Int
    /// The input's columns.
    public var width: Int
    /// Keys of the checkpoint that the network does not use, which the user allowed.
    public var unusedKeys: [String] = []

    /// Collects what was run.
    public init(
        file: String, sha256: String, network: String, amplification: String, input: String, channels: Int,
        height: Int, width: Int
    ) {
        self.file = file
        self.sha256 = sha256
        self.network = network
        self.amplification = amplification
        self.input = input
        (self.channels, self.height, self.width) = (channels, height, width)
    }
}

extension BudgetReport {
    /// The report as JSON; `Schemas/budget.schema.json` describes it.
    public func json(_ subject: BudgetSubject) -> JSONValue {
        [
            "verdict": .string(holds ? "holds" : "fails"), "file": .string(subject.file),
            "sha256": .string(subject.sha256), "network": .string(subject.network),
            "amplification": .string(subject.amplification), "input": .string(subject.input),
            "shape": JSONValue([subject.channels, subject.height, subject.width]),
            "formats": formats.json,
            "forecast_flips": .number(forecastFlips), "flips": .integer(flips), "signs": .integer(signs),
            "zeros": .integer(zeros), "overflows": .integer(overflows), "psnr": JSONValue(psnr),
            "forecast_psnr": JSONValue(forecastPSNR), "cost_bits": .integer(cost),
            "tensors": .array(tensors.map(\.json)), "modules": .array(modules.map(\.json)),
            "search": search?.json ?? .null, "notes": JSONValue(notes),
            "unused_keys": JSONValue(subject.unusedKeys),
        ]
    }

    /// The report.
    public func document(_ subject: BudgetSubject) -> ReportDocument {
        let forecast =
            "\(NumberText.fixed(forecastFlips, decimals: 0)) flips of \(NumberText.grouped(signs)) signs"
            + (forecastPSNR.map { ", \(NumberText.fixed($0, decimals: 1)) dB" } ?? "")
            + ": what rounding is expected to do, from the float64 run alone"
        let counted =
            "\(flips.counted("flip")), \(NumberText.count(zeros, "exact zero")), "
            + "\(NumberText.count(overflows, "value")) beyond \(overflows == 1 ? "its" : "their") range"
        return ReportDocument(
            title: "Reduced precision of \(subject.network)",
            verdict: searchVerdict
                ?? "psnr \(psnrText), \(flips.counted("flip")), \(NumberText.grouped(cost, "held bit"))",
            tone: holds ? overflows == 0 ? .good : .caution : .bad,
            facts: [
                .init("file", .code(subject.file)), .init("sha256", .code(subject.sha256)),
                .init("network", RichText(subject.network)), .init("k", RichText(subject.amplification)),
                .init("input", "\(code: subject.input), \(subject.channels) x \(subject.height) x \(subject.width)"),
                .init("against", "the same network in float64 with exact sums"),
            ] + subject.unusedKeys.ignoredFacts,
            sections: [
                .init("tensors", "Tensors", [.table(tensorTable)]), .init("modules", "Modules", [.table(moduleTable)]),
                .init(
                    "result", "Result",
                    [
                        .facts(
                            [
                                .init("forecast", RichText(forecast)), .init("counted", RichText(counted)),
                                .init("psnr", RichText(psnrText)),
                                .init("cost", "\(NumberText.grouped(cost, "bit")): the held bits of all tensors"),
                            ] + notes.map { .init("note", RichText($0)) })
                    ]), .init("words", "What the words mean", [.paragraphs(Self.terms)]),
            ], findings: searchBlocks, json: json(subject))
    }

    private var psnrText: String {
        psnr.map { NumberText.fixed($0, decimals: 2) + " dB" } ?? "equal to the last bit"
    }

    private static let terms = [
        "flips: signs that differ from the float64 run's; zeros: signs of values that are exactly 0",
        "beyond: values outside of the format's range; to 0: values that are not 0 and stored as 0",
        "held bits: what a port has in memory at once: each parameter, three rows of every map, one pixel inside a unit",
    ]

    private var tensorTable: ReportTable {
        ReportTable(
            "Tensors", of: tensors,
            columns: [
                .text("tensor", \.name), .text("format") { $0.format ?? "not rounded" },
                .number("minimum") { NumberText.significant($0.use.minimum) },
                .number("maximum") { NumberText.significant($0.use.maximum) },
                .number("integer bits") { "\($0.neededIntegerBits ?? $0.use.integerBits)" },
                .number("beyond") { "\($0.use.overflows)" }, .number("to 0") { "\($0.use.vanished)" },
                .number("held bits") { NumberText.grouped($0.cost) },
            ])
    }

    private var moduleTable: ReportTable {
        ReportTable(
            "Modules", of: modules.compactMap { module in module.uses.last.map { (module: module, use: $0.use) } },
            columns: [
                .code("module", \.module.name), .number("minimum") { NumberText.significant($0.use.minimum) },
                .number("maximum") { NumberText.significant($0.use.maximum) },
                .number("integer bits") { "\($0.use.integerBits)" }, .number("beyond") { "\($0.module.overflows)" },
                .number("forecast") { $0.module.signs.map { NumberText.fixed($0.forecast, decimals: 1) } ?? "" },
                .number("flips") { $0.module.signs.map { "\($0.flips)" } ?? "" },
                .number("zeros") { $0.module.signs.map { "\($0.zeros)" } ?? "" },
            ])
    }

    /// What a reader should know: values that do not fit their formats, at the top or at the bottom.
    private var notes: [String] {
        let forecast =
            overflows > 0 ? ["the forecast leaves out what the values beyond their range do; the count does not"] : []
        return tensors.compactMap(overflowNote) + tensors.compactMap(\.emptiedNote) + forecast
    }

    private func overflowNote(_ tensor: Tensor) -> String? {
        guard tensor.use.overflows > 0, let format = tensor.format, let range = tensor.formatRange else { return nil }
        let isSum = tensor.name == PortFormats.accumulatorName
        let first = modules.first { module in
            module.uses.contains { $0.tensor == tensor.name && $0.use.overflows > 0 }
        }
        let ends = [range.lowerBound, range.upperBound].map { NumberText.significant($0, 9) }
        let verb = tensor.use.overflows == 1 ? "does" : "do"
        return
            "\(tensor.name): \(tensor.use.overflows) of \(NumberText.count(tensor.use.numbers, "value")) \(verb) not fit "
            + "\(isSum ? "\(tensor.bits.counted("bit"))" : format), which holds "
            // fixed:1.0 has two numbers.
            + ends.joined(separator: range.upperBound == 0 ? " and " : " to ")
            + (first.map { ", first in \($0.name)" } ?? "")
            + (tensor.neededIntegerBits.map { bits in
                "; \(isSum ? "" : "rounded, ")they need \(max(1, bits)) integer bits, the sign's included"
            } ?? "")
    }

    private var searchVerdict: String? {
        guard let search else { return nil }
        let want = "\(NumberText.significant(search.want)) dB"
        let runs = NumberText.count(search.runs, "run")
        return search.isFound
            ? "HOLDS: the cheapest formats found for \(want), in \(runs):"
            : "FAILS: the formats given do not reach \(want) with \(PortFormats.mostFractionBits) fraction bits "
                + "everywhere else (\(runs))."
    }

    private var searchBlocks: [ReportDocument.Block] {
        guard let search, search.isFound else { return [] }
        let options = formats.named.map { "--\($0.tensor) \($0.format)" }.joined(separator: " ")
        let margin = search.margin.map { "by \(NumberText.fixed($0, decimals: 2)) dB" } ?? "with an equal output"
        return [
            .lines([options]),
            .paragraph(
                "They reach it on this image, \(margin). On another image they may not: run them on yours, or want more here."
            ),
        ]
    }
}

extension PortFormats {
    /// The named formats, as ``PortFormats/init(json:)`` reads them.
    var json: JSONValue { .array(named.map { ["tensor": .string($0.tensor), "format": .string($0.format)] }) }
}

extension BudgetReport.Tensor {
    /// That little is left of the tensor, where so.
    fileprivate var emptiedNote: String? {
        guard use.isEmptied, let format else { return nil }
        let nonzero = use.numbers - use.zeros
        if nonzero == 1 { return "\(name): its only value that is not 0 becomes 0 in \(format)" }
        let share = use.vanished == nonzero ? "all \(nonzero)" : "\(use.vanished) of \(nonzero)"
        return "\(name): \(share) values that are not 0 \(use.vanished == 1 ? "becomes" : "become") 0 in \(format)"
    }

    fileprivate var json: JSONValue {
        [
            "tensor": .string(name), "format": JSONValue(format), "bits": .integer(bits), "held": .integer(held),
            "cost_bits": .integer(cost), "needed_integer_bits": JSONValue(neededIntegerBits), "use": use.json,
        ]
    }
}

extension BudgetReport.Module {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "overflows": .integer(overflows),
            "signs": JSONValue(signs?.count), "forecast_flips": JSONValue(signs?.forecast),
            "flips": JSONValue(signs?.flips), "zeros": JSONValue(signs?.zeros),
            "stored": .array(uses.map { ["tensor": .string($0.tensor), "use": $0.use.json] }),
        ]
    }
}

extension BudgetReport.Search {
    fileprivate var json: JSONValue {
        [
            "want": .number(want), "found": .bool(isFound), "runs": .integer(runs), "tensors": JSONValue(tensors),
            "margin": JSONValue(margin),
        ]
    }
}

extension TensorUse {
    fileprivate var json: JSONValue {
        [
            "numbers": .integer(numbers), "minimum": .number(minimum), "maximum": .number(maximum),
            "integer_bits": .integer(integerBits), "overflows": .integer(overflows),
            "vanished": .integer(vanished),
        ]
    }
}

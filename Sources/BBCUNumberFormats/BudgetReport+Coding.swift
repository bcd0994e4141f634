import BBCUErrorBounds
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

/// The report of `budget`; `Schemas/budget.schema.json` describes its JSON.
package struct CheckedBudget: JSONModel {
    private let subject: PortSubject
    private let report: BudgetReport

    /// A report with its head.
    package init(_ subject: PortSubject, _ report: BudgetReport) { (self.subject, self.report) = (subject, report) }

    public func encode(to encoder: any Encoder) throws {
        try encoder.encode(["verdict": report.holds ? "holds" : "fails"])
        try subject.encode(to: encoder)
        try encoder.encode([
            "input": subject.input, "shape": report.shape, "formats": report.formats,
            "forecast_flips": report.forecastFlips, "flips": report.flips, "signs": report.signs,
            "zeros": report.zeros, "overflows": report.overflows, "psnr": report.psnr,
            "forecast_psnr": report.forecastPSNR, "cost_bits": report.cost, "tensors": report.tensors,
            "modules": report.modules, "search": report.search, "notes": report.notes,
            "unused_keys": subject.unusedKeys,
        ])
    }
}

extension BudgetReport.Tensor: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "tensor": name, "format": format, "bits": bits, "held": held, "cost_bits": cost,
            "needed_integer_bits": neededIntegerBits, "use": use,
        ])
    }
}

extension BudgetReport.Module: Encodable {
    public func encode(to encoder: any Encoder) throws {
        try encoder.encode([
            "name": name, "overflows": overflows, "signs": signs?.count, "forecast_flips": signs?.forecast,
            "flips": signs?.flips, "zeros": signs?.zeros, "stored": uses,
        ])
    }
}

extension BudgetReport {
    /// What a reader should know: values that do not fit their formats, at the top or at the bottom.
    package var notes: [String] {
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
}

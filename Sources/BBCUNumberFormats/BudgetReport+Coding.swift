import BBCUErrorBounds
import BBCUPlatform
import BBCUPortChecking
import TensorBytes

extension BudgetReport {
    /// The report as JSON; `Schemas/budget.schema.json` describes it.
    public func json(_ subject: PortSubject) -> JSONValue {
        let results = JSONMembers([
            "input": subject.input, "shape": shape, "formats": formats, "forecast_flips": forecastFlips, "flips": flips,
            "signs": signs, "zeros": zeros, "overflows": overflows, "psnr": psnr, "forecast_psnr": forecastPSNR,
            "cost_bits": cost, "tensors": tensors, "modules": modules, "search": search, "notes": notes,
            "unused_keys": subject.unusedKeys,
        ])
        return JSONMembers(["verdict": holds ? "holds" : "fails"], with: subject, results).json
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
            "\(tensor.name): \(tensor.use.overflows) of \(tensor.use.numbers.counted("value")) \(verb) not fit "
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

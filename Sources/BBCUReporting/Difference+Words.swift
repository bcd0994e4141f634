import BBCUCheckpointDiff
import BBCUPlatform
import TensorBytes
import TensorFiles

extension Difference {
    var summary: String {
        let measured = options.tolerance > 0 ? " within \(NumberText.significant(options.tolerance, 6))" : ""
        guard !isSame else { return "A and B hold the same\(measured): \(NumberText.grouped(equal, "tensor"))" }
        guard !isIncomplete else {
            return
                "A and B were not compared in full\(measured): \(NumberText.grouped(notCompared.count)) not compared, "
                + "\(NumberText.grouped(equal, "tensor")) equal"
        }
        var parts: [String] = []
        if a.prefix != b.prefix { parts.append("every name has another prefix") }
        if !onlyInA.isEmpty { parts.append("\(NumberText.grouped(onlyInA.count, "tensor")) only in A") }
        if !onlyInB.isEmpty { parts.append("\(NumberText.grouped(onlyInB.count, "tensor")) only in B") }
        if !renamed.isEmpty { parts.append("\(NumberText.grouped(renamed.count)) renamed") }
        if !changed.isEmpty {
            let all = equal + changed.count + renamed.count + onlyInA.count + onlyInB.count
            parts.append("\(NumberText.grouped(changed.count)) of \(NumberText.grouped(all)) changed")
        }
        if !notCompared.isEmpty { parts.append("\(NumberText.grouped(notCompared.count)) not compared") }
        if !values.isEmpty { parts.append("\(NumberText.grouped(values.count, "value")) beside the tensors") }
        if !unlisted.isSame { parts.append("\(NumberText.grouped(unlisted.count, "storage")) that no tensor uses") }
        let within =
            equalWithinTolerance > 0 ? " (\(NumberText.grouped(equalWithinTolerance)) only within the tolerance)" : ""
        return "A and B differ\(measured): " + parts.joined(separator: ", ")
            + "; \(NumberText.grouped(equal, "tensor")) equal" + within
    }

    var verdict: String {
        guard !isSame else { return "SAME: nothing that was compared differs." }
        if isIncomplete {
            return "NOT COMPARED IN FULL: nothing that was compared differs, but the parts above were not "
                + "compared (\(NumberText.grouped(notCompared.count)))."
        }
        let isOnlyNames =
            onlyInA.isEmpty && onlyInB.isEmpty && changed.isEmpty && notCompared.isEmpty && values.isEmpty
            && unlisted.isSame
        return isOnlyNames
            ? "DIFFER: in the names alone; every tensor is equal." : "DIFFER: the two hold different things."
    }
}

extension UnlistedDifference {
    /// The number of differences.
    var count: Int { changed.count + onlyInA.count + onlyInB.count }
}

import BBCUErrorBounds
import BBCUNetworks

extension HypothesisBuilder {
    /// What a port can do differently when it stores numbers in the formats that it names: round another way, or let those
    /// beyond the range go the other way.
    package mutating func addFormats() {
        guard let formats = evaluator.formats else { return }
        let ways: [(NumberFormat.Rounding, String)] = [
            (.down, "down, as a shift to the right does"), (.towardZero, "towards zero, as a conversion does"),
            (.halfUp, "with ties up, as adding half before a shift does"),
            (.halfAwayFromZero, "with ties away from zero, as round() does"),
        ]
        for (rounding, words) in ways {
            for onlyRun in [true, false] {
                let place = onlyRun ? "what is computed" : "everything, parameters too,"
                addFormats(
                    "format-rounding", "round to the nearest number, ties to even; \(place) is rounded \(words)",
                    formats
                ) { tensor, format in
                    if !onlyRun || !tensor.isParameter { format.rounding = rounding }
                }
            }
        }
        addFormats("format-overflow", "what is beyond the range wraps round only where the format says so", formats) {
            $1 = NumberFormat($1.arithmetic, wraps: !$1.wraps)
        }
    }

    private mutating func addFormats(
        _ id: String, _ change: String, _ formats: PortFormats, _ body: (StoredTensor, inout NumberFormat) -> Void
    ) {
        var changed = formats
        for (tensor, format) in formats.tensors {
            var format = format
            body(tensor, &format)
            changed.tensors[tensor] = format
        }
        guard changed != formats else { return }
        add(id, change, isGlobal: true) { $0.formats = changed }
    }
}

import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUVerification
import TensorBytes

extension VerificationReport {
    /// The report for a person, readable at 100 columns.
    public func text(_ subject: VerificationSubject) -> [String] {
        let units = network.unitIndices.count
        let head =
            [
                "file     \(subject.file.printable())",
                "sha256   \(subject.sha256)",
                "network  \(network.summary)",
                "weights  \(subject.selection.summary.printable())",
                "k        \(subject.amplification.summary.printable())",
                "input    \(subject.input.printable()), \(subject.channels) x \(subject.height) x \(subject.width)",
                "kernel   \(kernel), \(NumberText.count(subject.threads, "thread")); reference: float32, \(form) form",
            ] + subject.unusedKeys.ignoredKeyLines + [
                "",
                "1. Unit by unit on the same input, against float64: \(self.units.count(where: \.holds)) of \(units.counted("unit")) hold",
                "   (the value with the largest share of its analytic bound, at channel, row, column; ! is beyond)",
                "",
            ]
        return head + unitTable.lines + convolutionLines
            + ["", "2. Free running, each path on what it made itself", ""] + moduleTable.lines + [
                "", endToEndText, "", "3. Against the float64 path, end to end", "", againstTruth, "",
            ]
            + [verdict]
    }

    private var unitTable: TextTable {
        var table = TextTable(
            ["unit", "1-bit", "at", "off by", "bound", "ulp", "float32", "off by", "bound", "ulp"],
            alignments: [.left, .right, .left, .right, .right, .right, .right, .right, .right, .right])
        for unit in units {
            let ours = unit.binarized
            let theirs = unit.reference
            table.add([
                unit.name, NumberText.percent(ours.share) + (ours.holds ? "" : "!"),
                "\(ours.place.channel), \(ours.place.row), \(ours.place.column)",
                NumberText.scientific(ours.difference), NumberText.scientific(ours.bound),
                Self.ulps(ours), NumberText.percent(theirs.share) + (theirs.holds ? "" : "!"),
                NumberText.scientific(theirs.difference), NumberText.scientific(theirs.bound),
                Self.ulps(theirs),
            ])
        }
        return table
    }

    /// The float convolutions that an image is restored with other than directly.
    private var convolutionLines: [String] {
        guard !convolutions.isEmpty else { return [] }
        var table = TextTable(
            ["convolution", "of bound", "at", "off by", "bound", "largest error", "of range"],
            alignments: [.left, .right, .left, .right, .right, .right, .right])
        for check in convolutions {
            let (worst, place) = (check.worst, check.worst.place)
            table.add([
                "\(check.name), \(check.method)", NumberText.percent(worst.share) + (check.holds ? "" : "!"),
                "\(place.channel), \(place.row), \(place.column)", NumberText.scientific(worst.difference),
                NumberText.scientific(worst.bound), NumberText.scientific(worst.largestDifference),
                NumberText.scientific(check.shareOfRange),
            ])
        }
        return [
            "", "   Float convolutions behind the last sign, as restore computes them, on the same input too:", "",
        ] + table.lines
    }

    private var moduleTable: TextTable {
        var table = TextTable(
            ["module", "difference", "of D", "flips", "unexplained", "margins", "zeros"],
            alignments: [.left, .right, .right, .right, .right, .right, .right])
        var flips = endToEnd.units[...]
        for module in endToEnd.modules {
            var cells = [
                module.name, NumberText.scientific(module.worst.largestDifference),
                NumberText.percent(module.worst.share) + (module.worst.holds ? "" : "!"),
            ]
            if let unit = flips.first, unit.name == module.name {
                flips = flips.dropFirst()
                cells += [
                    "\(unit.flips)", "\(unit.unexplained)", NumberText.extent(unit.smallestMargin, unit.largestMargin),
                    "\(unit.zeros)",
                ]
            }
            table.add(cells)
        }
        return table
    }

    /// A distance that near zero may run into millions, in at most seven characters.
    private static func ulps(_ worst: WorstValue) -> String {
        let distance = worst.largestULPDistance
        return distance < 100_000 ? String(distance) : NumberText.scientific(Double(distance))
    }

    var endToEndText: String {
        let psnr = endToEnd.psnr.map { "PSNR \(NumberText.fixed($0, decimals: 1)) dB" } ?? "equal in every bit"
        return "outputs: largest difference \(NumberText.scientific(endToEnd.maxAbsDifference)), \(psnr); "
            + "\(endToEnd.differingPixels) of \(endToEnd.pixels.counted("pixel")) differ in 8 bits"
    }

    var againstTruth: String {
        func distance(_ value: Double, _ psnr: Double?) -> String {
            NumberText.scientific(value) + (psnr.map { " (\(NumberText.fixed($0, decimals: 1)) dB)" } ?? "")
        }
        let ratio = truth.ratio.map { NumberText.fixed($0, decimals: 2) } ?? "none"
        return "reference off by \(distance(truth.reference, truth.referencePSNR)), "
            + "1-bit by \(distance(truth.binarized, truth.binarizedPSNR)), ratio \(ratio)"
    }

    /// One line in plain words.
    public var verdict: String {
        let flips = endToEnd.flips
        if holds, units.isEmpty {
            return "HOLDS: the network has no 1-bit unit; both paths compute the same."
        }
        if holds {
            let signs =
                flips == 0
                ? "no sign differs"
                : flips == 1
                    ? "the one sign that differs is explained by rounding"
                    : "all \(flips.counted("sign", "that differ")) are explained by rounding and the flips before them"
            return
                "HOLDS: the 1-bit execution computes what the float network computes: all \(units.count.counted("unit")) "
                + "are within their bounds, and \(signs)."
        }
        if let unit = units.first(where: { !$0.holds }) {
            let side = unit.binarized.holds ? "float32 reference" : "1-bit execution"
            return "FAILS: \(unit.name) is the first unit whose \(side) is wrong on a right input."
        }
        if let convolution = convolutions.first(where: { !$0.holds }) {
            return
                "FAILS: \(convolution.name) is the first float convolution that \(convolution.method) computes wrong."
        }
        if let module = endToEnd.firstBeyond {
            return "FAILS: \(module) is the first module that differs by more than rounding can explain; "
                + "every unit is right by itself."
        }
        return
            "FAILS: \(NumberText.count(endToEnd.unexplainedFlips, "sign")) differ by more than rounding can explain."
    }
}

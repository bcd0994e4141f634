import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import TensorBytes

/// Looks for the cheapest fixed-point formats that reach a PSNR.
///
/// What the caller gave a format keeps it. Of every other kind of tensor the integer bits hold the range of the run in
/// float64, and the fraction bits are the fewest that reach the PSNR while the kinds after it still have the most: kind by
/// kind, those of which a port holds most first, by bisection. A fraction bit more is taken never to make the image
/// worse; where flips make it so by chance, the formats reported are still ones that were run and reach the PSNR.
///
/// A kind of parameter has at least the fraction bits with which half of its values that are not 0 stay so
/// (``TensorUse/isEmptied``): where the skip alone reaches the PSNR, the rest of the network would else be taken away.
struct FormatSearch {
    private let budget: Budget
    private let baseline: Budget.Baseline
    private let ranges: [String: TensorUse]
    private let want: Double
    private let kinds: [StoredTensor]
    private var formats: PortFormats
    private(set) var runs = 0
    private let progress: Budget.Progress

    /// The widest and highest image that is searched on.
    static let largestSide = 96
    /// What is added in dB where the whole image falls short, and the most that is tried.
    static let (extra, mostExtra) = (0.25, 12.0)
    /// Runs that a bisection over 0...20 takes.
    private static let runsPerKind = 5

    /// - Parameter ranges: what the integer bits have to hold, by tensor.
    init(
        _ budget: Budget, _ baseline: Budget.Baseline, ranges: [String: TensorUse], given: PortFormats, want: Double,
        progress: @escaping Budget.Progress
    ) {
        self.budget = budget
        self.ranges = ranges
        self.baseline = baseline
        self.want = want
        self.progress = progress
        formats = given
        let held = budget.held(ranges)
        kinds = StoredTensor.allCases.filter {
            $0 != .product && $0 != .branch && given.tensors[$0] == nil && ranges[$0.rawValue] != nil
        }.sorted { (held[$0.rawValue] ?? 0, $1.rawValue) > (held[$1.rawValue] ?? 0, $0.rawValue) }
        for kind in kinds { formats.tensors[kind] = format(kind, PortFormats.mostFractionBits) }
        if let sums = ranges[PortFormats.accumulatorName], formats.accumulator == nil {
            formats.accumulator = AccumulatorFormat(bits: max(2, sums.integerBits))
        }
    }

    /// The formats found, and whether they reach what was wanted.
    mutating func find() -> (formats: PortFormats, search: BudgetReport.Search) {
        let isFound = reaches(formats)
        if isFound {
            for kind in kinds { shrink(kind) }
        }
        return (
            formats,
            BudgetReport.Search(want: want, isFound: isFound, runs: runs, tensors: kinds.map(\.rawValue))
        )
    }

    private mutating func shrink(_ kind: StoredTensor) {
        var (low, high) = (fewestFractionBits(kind), PortFormats.mostFractionBits)
        while low < high {
            let middle = (low + high) / 2
            var trial = formats
            trial.tensors[kind] = format(kind, middle)
            if reaches(trial) { high = middle } else { low = middle + 1 }
        }
        formats.tensors[kind] = format(kind, high)
    }

    /// The fewest that do not empty a kind of parameter; the most where all do.
    private func fewestFractionBits(_ kind: StoredTensor) -> Int {
        let most = PortFormats.mostFractionBits
        return (0..<most).first { !budget.use(of: kind, in: format(kind, $0)).isEmptied } ?? most
    }

    private func format(_ kind: StoredTensor, _ fractionBits: Int) -> NumberFormat {
        .fixed(holding: ranges[kind.rawValue]?.range ?? 0...0, fractionBits: fractionBits)
    }

    private mutating func reaches(_ formats: PortFormats) -> Bool {
        runs += 1
        progress(min(runs, mostRuns), mostRuns)
        return budget.psnr(formats, baseline) >= want
    }

    private var mostRuns: Int { 1 + kinds.count * Self.runsPerKind }
}

extension PortFormats {
    /// The most fraction bits that a search tries.
    public static let mostFractionBits = 20
}

extension Budget {
    /// Looks for the cheapest formats with which the output is so close to that of the run in float64, and runs the
    /// network in them.
    ///
    /// A large image is searched on its middle, and the whole is run once; where it falls short, the middle has to be
    /// that much better. Of a kind of parameter at least half of the values that are not 0 stay so
    /// (``TensorUse/isEmptied``). What is reached is reached on this image; another one may take more bits.
    /// - Parameters:
    ///   - given: formats that stay as they are.
    ///   - want: the PSNR for a peak of 1, in dB.
    /// - Throws: what `observe` throws.
    public func cheapest(
        _ given: PortFormats, want: Double, progress: @escaping Progress = { _, _ in },
        observe: Observer = { _, _ in }
    ) throws -> BudgetReport {
        let whole = baseline { _, _ in }
        let middle = image.cropped(to: image.whole.middle(FormatSearch.largestSide))
        let part = try Budget(model, image: middle, kernels: kernels)
        var target = want
        var runs = 0
        while true {
            var search = FormatSearch(part, part.baseline { _, _ in }, ranges: whole.uses, given: given, want: target) {
                progress(runs + $0, $1 + runs)
            }
            let found = search.find()
            runs += found.search.runs + 1
            let psnr = psnr(found.formats, whole)
            let isFound = found.search.isFound && psnr >= want
            guard isFound || !found.search.isFound || target > want + FormatSearch.mostExtra else {
                target += want - psnr + FormatSearch.extra
                continue
            }
            var report = try report(found.formats, whole, observe)
            report.search = .init(
                want: want, isFound: isFound, runs: runs, tensors: found.search.tensors,
                margin: report.psnr.map { $0 - want })
            return report
        }
    }

    /// The output in given formats against the one in float64, in dB.
    func psnr(_ formats: PortFormats, _ baseline: Baseline) -> Double {
        var run = FormattedRun(FormattedNetwork(model, formats, path: path, kernels: kernels), image.asDouble)
        return Measures.psnr(baseline.output.values, run.finish().values) ?? .infinity
    }
}

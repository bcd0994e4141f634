import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform

/// An image on which every right port has the same signs and sums: each sign's margin is beyond the bound on what
/// rounding can have done to it. What differs there is a fault.
public struct DistinguishingInput: Sendable {
    /// The image.
    public var image: FeatureMap<Float>
    /// The margins of all signs.
    public var margins: SignMargins
    /// What it was made from: the seed of 8-bit noise.
    public var seed: UInt64
    /// How many values were changed after that.
    public var changes = 0

    /// Whether every margin is beyond its bound.
    public var qualifies: Bool { margins.qualifies }
    /// The smallest margin as a share of its bound; more than 1 where the input qualifies.
    public var worstRatio: Double { margins.worst?.ratio ?? .infinity }

    /// What a search may take, and what it says of its progress.
    public struct Limits: Sendable {
        /// How many images are tried before repair begins.
        public var tries: Int
        /// How many local changes are tried then.
        public var repairs: Int
        /// Multiply-adds after which neither goes on: the same on every machine, unlike seconds.
        public var work = Double.infinity
        /// Called with the number of images tried so far, and that of all.
        public var progress: @Sendable (_ done: Int, _ total: Int) -> Void

        /// Bounds on a search by its work, so that the result does not depend on the machine's speed.
        public init(
            tries: Int, repairs: Int, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
        ) {
            (self.tries, self.repairs, self.progress) = (tries, repairs, progress)
        }

        /// A search that ends within 5 seconds on two cores, whatever the network and the size: the multiply-adds are counted
        /// that it costs, so that what it finds does not depend on the machine.
        public static func short(
            height: Int, width: Int, port: SummationKind = .integer, share: Double = 1,
            progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
        ) -> Limits {
            var limits = usual(height: height, width: width, port: port, progress: progress)
            limits.work = mostWork * share
            return limits
        }

        private static let mostWork = 1.2e10

        /// So much that a search for BBCU-M ends within a minute or two on two cores.
        public static func usual(
            height: Int, width: Int, port: SummationKind = .integer,
            progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
        ) -> Limits {
            let (product, overflow) = height.multipliedReportingOverflow(by: width)
            let pixels = overflow ? Int.max : max(1, product)
            // The bound of sums in float is hundreds of times as wide: what is not sure at once cannot be repaired.
            let share = port == .integer ? 1 : 10
            return Limits(
                tries: min(max(200_000 / pixels, 50), 4000) / share,
                repairs: min(max(400_000 / pixels, 100), 2000) / share, progress: progress)
        }
    }

    /// Finds inputs: images of noise are tried seed by seed, then the best of them is changed value by value.
    ///
    /// - Parameters:
    ///   - count: how many are wanted.
    ///   - seed: the first seed; seeds after it are tried in order, and the first that qualify are taken.
    /// - Returns: `count` inputs that qualify, or as many as there are; if there is none, the best that was found. Nothing
    ///   for sizes that are not from 1 to 4096.
    public static func search(
        _ model: BBCUModel, height: Int, width: Int, port: SummationKind = .integer, count: Int = 1, seed: UInt64 = 1,
        limits: Limits, kernels: Kernels
    ) -> [DistinguishingInput] {
        guard (1...4096).contains(height), (1...4096).contains(width) else { return [] }
        let evaluator = EnclosureEvaluator(model, port: port, kernels: kernels)
        var meter = WorkMeter(model.network, height: height, width: width, limit: limits.work)
        var found: [DistinguishingInput] = []
        var best: DistinguishingInput?
        var done = 0
        // Where the work is limited, the same images are tried whatever the number of threads.
        let batch = limits.work.isFinite ? batchOfRepairs : max(1, kernels.threads) * 4
        while done < limits.tries, found.count < count, !meter.isSpent {
            let first = seed &+ UInt64(done)
            let size = min(batch, limits.tries - done)
            let tried = concurrentMap(size, threads: kernels.threads) { offset in
                evaluator.candidate(height, width, seed: first &+ UInt64(offset))
            }
            for input in tried {
                meter.add(input.margins)
                if input.qualifies, found.count < count { found.append(input) }
                if best.map({ input.isBetter(than: $0) }) ?? true { best = input }
            }
            done += size
            limits.progress(done, limits.tries + limits.repairs)
        }
        guard found.isEmpty, let best else { return found }
        return [evaluator.repair(best, limits: limits, &meter, threads: kernels.threads)]
    }

    /// The number of changes that are tried at once, on any number of threads: the best of them is kept.
    fileprivate static let batchOfRepairs = 8

    /// Judges an image that somebody has.
    /// - Parameter seed: that of noise; 0 for another image.
    public static func judging(
        _ image: FeatureMap<Float>, _ model: BBCUModel, port: SummationKind = .integer, seed: UInt64 = 0,
        kernels: Kernels
    ) -> DistinguishingInput {
        let evaluator = EnclosureEvaluator(model, port: port, kernels: kernels)
        return DistinguishingInput(
            image: image, margins: evaluator.signMargins(image, stopsAtViolation: false), seed: seed)
    }

    /// Whether fewer signs are in doubt, or as many by a larger worst ratio.
    func isBetter(than other: DistinguishingInput) -> Bool {
        // One that stopped at a violation is the better the later that was.
        if margins.count != other.margins.count { return margins.count > other.margins.count }
        if margins.violations != other.margins.violations { return margins.violations < other.margins.violations }
        return worstRatio > other.worstRatio
    }
}

extension EnclosureEvaluator {
    fileprivate func candidate(_ height: Int, _ width: Int, seed: UInt64) -> DistinguishingInput {
        let image = FeatureMap<Float>(
            noise: network.hyperparameters.inputChannels, height: height, width: width, seed: seed)
        return DistinguishingInput(image: image, margins: signMargins(image, stopsAtViolation: true), seed: seed)
    }

    /// Changes single values near the worst sign, keeping what leaves fewer signs in doubt.
    fileprivate func repair(
        _ start: DistinguishingInput, limits: DistinguishingInput.Limits, _ meter: inout WorkMeter, threads: Int
    ) -> DistinguishingInput {
        var best = start
        best.margins = signMargins(start.image, stopsAtViolation: false)
        meter.add(best.margins)
        var generator = SplitMix64(seed: start.seed)
        var done = 0
        while done < limits.repairs, !best.qualifies, !meter.isSpent {
            let size = min(DistinguishingInput.batchOfRepairs, limits.repairs - done)
            let images = (0..<size).map { _ in changed(best.image, near: best.margins.worst, &generator) }
            let tried = concurrentMap(size, threads: threads) { signMargins(images[$0], stopsAtViolation: false) }
            for (image, margins) in zip(images, tried) {
                meter.add(margins)
                var next = best
                (next.image, next.margins) = (image, margins)
                next.changes += 1
                if next.isBetter(than: best) { best = next }
            }
            done += size
            limits.progress(limits.tries + done, limits.tries + limits.repairs)
        }
        return best
    }

    /// Changes one value by a few steps of 255, where the worst sign depends on it.
    private func changed(
        _ image: FeatureMap<Float>, near worst: SignMargins.Worst?, _ generator: inout SplitMix64
    ) -> FeatureMap<Float> {
        var values = image.values
        let layer = network.layers.firstIndex { $0.prefix == worst?.unit } ?? 0
        let scale = network.steps[layer].input.scale
        // Every convolution before it reaches one pixel further.
        let reach = network.layers[..<layer].count { $0.operation.weights != nil }
        func near(_ place: Int, _ size: Int) -> Int {
            let first = max(0, place / scale - reach)
            return first + Int(generator.next() % UInt64(min(size - 1, place / scale + reach) - first + 1))
        }
        let index = image.index(
            channel: Int(generator.next() % UInt64(image.channels)), row: near(worst?.place.row ?? 0, image.height),
            column: near(worst?.place.column ?? 0, image.width))
        let step = Float(generator.next() % 8 + 1) / 255 * (generator.next() % 2 == 0 ? 1 : -1)
        let isInside = (0...1).contains(values[index] + step)
        values[index] = ((values[index] + (isInside ? step : -step)) * 255).rounded() / 255
        return image.with(values)
    }
}

/// Counts what a search costs.
private struct WorkMeter {
    private let perSign: Double
    private let limit: Double
    private var spent = 0.0

    var isSpent: Bool { spent >= limit }

    init(_ network: BBCUNetwork, height: Int, width: Int, limit: Double) {
        self.limit = limit
        let cost = network.cost(width: width, height: height)
        let signs = network.steps.reduce(0) { sum, step in
            sum + (step.layer.operation.unit?.inputs ?? 0) * step.input.scale * step.input.scale
        }
        let all = cost.map { Double($0.floatOperations) + Double($0.binaryOperations) } ?? .infinity
        perSign = all / max(1, Double(signs) * Double(height * width))
    }

    /// A run that looked at some of the signs did as much of the work.
    mutating func add(_ margins: SignMargins) { spent += perSign * Double(margins.count) }
}

import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks

/// Runs a network with its tensors stored in given formats and says what that changes.
public struct Budget: Sendable {
    let model: BBCUModel
    let image: FeatureMap<Float>
    let kernels: Kernels
    let path: BinarizedPath
    /// The network in float64, with exact sums.
    let exact: FormattedNetwork
    /// Every parameter that a port stores beside the packed signs, by kind.
    private let parameters: [(tensor: StoredTensor, values: [Float])]

    /// Is told how many of how many steps are done.
    public typealias Progress = (_ done: Int, _ of: Int) -> Void

    /// - Throws: `ExecutionError` where the image does not fit.
    public init(_ model: BBCUModel, image: FeatureMap<Float>, kernels: Kernels) throws {
        try model.network.checkInput(image)
        self.model = model
        self.image = image
        self.kernels = kernels
        path = FormattedNetwork.path(model, kernels: kernels)
        exact = FormattedNetwork(model, PortFormats(), path: path, kernels: kernels)
        parameters = Self.parameters(model)
    }

    var network: BBCUNetwork { model.network }

    /// The run in float64, on which forecasts and searches rest.
    struct Baseline: Sendable {
        var profile = NoiseProfile()
        /// What every kind of tensor held.
        var uses: [String: TensorUse] = [:]
        var output: FeatureMap<Double>
    }

    func baseline(_ progress: Progress) -> Baseline {
        var result = Baseline(output: image.asDouble)
        var run = FormattedRun(exact, image.asDouble)
        for index in network.layers.indices {
            let input = run.current
            let layer = run.advance()
            result.profile.add(layer, input: input, of: exact)
            for (tensor, use) in layer.uses { result.uses[tensor, default: TensorUse()].add(use) }
            progress(index + 1, network.layers.count)
        }
        for (tensor, use) in parameterUses(PortFormats()) { result.uses[tensor.rawValue] = use }
        result.output = run.current
        return result
    }

    /// Is given every module's name and its output as it is stored.
    public typealias Observer = (_ name: String, _ map: FeatureMap<Double>) throws -> Void

    /// Runs the network in the given formats.
    /// - Throws: what `observe` throws.
    public func run(
        _ formats: PortFormats, progress: Progress = { _, _ in }, observe: Observer = { _, _ in }
    ) throws -> BudgetReport {
        let layers = network.layers.count
        let baseline = baseline { done, _ in progress(done, 3 * layers) }
        return try report(formats, baseline, progress: { done, _ in progress(layers + done, 3 * layers) }, observe)
    }

    /// The run in the given formats beside one in float64, so that flips are counted where they happen.
    func report(
        _ formats: PortFormats, _ baseline: Baseline, progress: Progress = { _, _ in }, _ observe: Observer
    ) throws -> BudgetReport {
        let forecast = forecast(formats, baseline)
        let formatted = FormattedNetwork(model, formats, path: path, kernels: kernels)
        var (expected, actual) = (FormattedRun(exact, image.asDouble), FormattedRun(formatted, image.asDouble))
        var report = BudgetReport(formats: formats, shape: [image.channels, image.height, image.width])
        var uses: [String: TensorUse] = [:]
        var pending: [BudgetReport.Use] = []
        var signs: BudgetReport.Signs?
        for index in network.layers.indices {
            let (right, run) = (expected.advance(), actual.advance())
            pending += run.uses.map { .init(tensor: $0.tensor, use: $0.use) }
            for (tensor, use) in run.uses { uses[tensor, default: TensorUse()].add(use) }
            if let right = right.signs, let taken = run.signs {
                signs = .init(
                    count: taken.values.count, forecast: forecast.flips[index],
                    flips: zip(right.values, taken.values).count { $0 != $1 }, zeros: taken.values.count { $0 == 0 })
            }
            progress(2 * (index + 1), 2 * network.layers.count)
            guard let name = network.tapName(ofLayer: index) else { continue }
            try observe(name, run.output)
            report.modules.append(.init(name: name, uses: pending, signs: signs))
            (pending, signs) = ([], nil)
        }
        for (tensor, use) in parameterUses(formats) { uses[tensor.rawValue] = use }
        report.tensors = tensors(formats, uses)
        report.psnr = Measures.psnr(expected.current.values, actual.current.values)
        report.forecastPSNR = forecast.variance > 0 ? Measures.psnr([forecast.variance.squareRoot()], [0]) : nil
        return report
    }

    private func forecast(_ formats: PortFormats, _ baseline: Baseline) -> FlipForecast {
        var losses: [StoredTensor: (squares: Double, count: Int)] = [:]
        for (tensor, values) in parameters {
            guard let format = formats.tensors[tensor] else { continue }
            let squares = values.reduce(0.0) { sum, value in
                let loss = format.stored(Double(value)) - Double(value)
                return sum + loss * loss
            }
            let before = losses[tensor] ?? (0, 0)
            losses[tensor] = (before.squares + squares, before.count + values.count)
        }
        return FlipForecast(
            network, baseline.profile, formats, losses: losses.mapValues { $0.squares / Double(max(1, $0.count)) })
    }

    private static func parameters(_ model: BBCUModel) -> [(tensor: StoredTensor, values: [Float])] {
        model.network.layers.flatMap { layer -> [(StoredTensor, [Float])] in
            if case .activation(.leakyReLU(let slope)) = layer.operation { return [(.slope, [Float(slope)])] }
            let alpha = layer.operation.unit.map {
                UnitParameters($0, prefix: layer.prefix, model: model).roundedAlpha
            }
            return layer.parameters.compactMap { parameter in
                parameter.role.storedTensor.map { ($0, model.values[parameter.key] ?? []) }
            } + (alpha.map { [(.alpha, $0)] } ?? [])
        }
    }

    private func parameterUses(_ formats: PortFormats) -> [StoredTensor: TensorUse] {
        var result: [StoredTensor: TensorUse] = [:]
        for tensor in Set(parameters.map(\.tensor)) {
            let use = use(of: tensor, in: formats.tensors[tensor])
            if use.numbers > 0 { result[tensor] = use }
        }
        return result
    }

    /// What a format does to a kind of parameter; nothing for other tensors.
    func use(of tensor: StoredTensor, in format: NumberFormat?) -> TensorUse {
        var use = TensorUse()
        for (kind, values) in parameters where kind == tensor {
            for value in values { _ = use.store(Double(value), format) }
        }
        return use
    }

    /// Every kind that the network has, with what a port holds of it.
    private func tensors(_ formats: PortFormats, _ uses: [String: TensorUse]) -> [BudgetReport.Tensor] {
        let held = held(uses)
        var result: [BudgetReport.Tensor] = []
        for kind in StoredTensor.allCases {
            guard let use = uses[kind.rawValue] else { continue }
            var tensor = BudgetReport.Tensor(name: kind.rawValue, use: use, held: held[kind.rawValue] ?? 0)
            if let format = formats.tensors[kind] {
                tensor.store(format.text, bits: format.bits, range: format.range)
                if let fractionBits = format.fractionBits {
                    tensor.neededIntegerBits = NumberFormat.integerBits(
                        holding: use.range, fractionBits: fractionBits)
                }
            }
            result.append(tensor)
        }
        let name = PortFormats.accumulatorName
        if let use = uses[name] {
            var sums = BudgetReport.Tensor(name: name, use: use, held: held[name] ?? 0)
            if let format = formats.accumulator {
                sums.store(format.text, bits: format.bits, range: format.range)
                sums.neededIntegerBits = use.integerBits
            }
            result.append(sums)
        }
        return result
    }

    /// The numbers of every kind that a port holds at once: see ``BudgetReport/cost``.
    func held(_ uses: [String: TensorUse]) -> [String: Int] {
        var result: [String: Int] = [:]
        for (name, use) in uses where StoredTensor(rawValue: name)?.isParameter == true { result[name] = use.numbers }
        let inside = [PortFormats.accumulatorName, StoredTensor.product.rawValue, StoredTensor.branch.rawValue]
        for (index, step) in network.steps.enumerated() {
            for name in inside { result[name, default: 0] += step.layer.operation.unit?.outputs ?? 0 }
            guard let tensor = network.storedTensor(ofLayer: index) else { continue }
            result[tensor.rawValue, default: 0] +=
                3 * image.width * step.output.scale * step.output.channels
        }
        return result
    }
}

extension BudgetReport.Tensor {
    /// Takes a format.
    fileprivate mutating func store(_ format: String, bits: Int, range: ClosedRange<Double>?) {
        self.format = format
        self.bits = bits
        formatRange = range
    }
}

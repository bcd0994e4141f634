import BBCUExecution
import BBCUNetworks

/// A model as an ONNX file: exact signs, alpha folded into the weights, k inside the graph, batch, height and width
/// left open.
///
/// A tensor has the name of the module that makes it (`body.0.body.0.relu`), a constant that of its parameter. The
/// last output is `output`.
public enum ONNXExport {
    /// The file's bytes.
    ///
    /// - Parameter form: `exact` for alpha sign(w) with alpha rounded once, `published` for the weights of the published
    ///   forward pass with the residue of its straight-through estimator. The signs of activations are exact in both,
    ///   which is what the published form computes.
    public static func encode(_ model: BBCUModel, form: ReferenceForm) -> [UInt8] {
        var builder = ONNXBuilder(model, form: form)
        for index in model.network.layers.indices { builder.add(layer: index) }
        return builder.graph.encoded
    }
}

/// Adds a network's layers to a graph, one after the other.
struct ONNXBuilder {
    private(set) var graph: ONNXGraph
    private let model: BBCUModel
    private let form: ReferenceForm
    /// The tensor that the next layer reads.
    private var current = "input"
    private var scaledInput = "input"
    private var unnamed = 0

    init(_ model: BBCUModel, form: ReferenceForm) {
        self.model = model
        self.form = form
        let sizes = model.network.hyperparameters
        let isLarger = sizes.upscale > 1
        graph = ONNXGraph(
            name: model.network.family.rawValue,
            documentation: "\(model.network.family.rawValue), \(form.rawValue) form, images in [0, 1]",
            input: (
                "input", [.named("batch"), .fixed(sizes.inputChannels), .named("height"), .named("width")]
            ),
            output: (
                "output",
                [
                    .named("batch"), .fixed(sizes.outputChannels),
                    .named(isLarger ? "height_x\(sizes.upscale)" : "height"),
                    .named(isLarger ? "width_x\(sizes.upscale)" : "width"),
                ]
            ))
        let source = NetworkMetadata(model.network, amplificationSource: "")
        graph.metadata = source.texts.filter { $0.key != "k_source" }.map { ($0.key, $0.value) }
        graph.metadata.append(("form", form.rawValue))
    }

    /// Adds the layer at an index.
    mutating func add(layer index: Int) {
        let layer = model.network.layers[index]
        let isLast = index == model.network.layers.count - 1
        let name = isLast ? "output" : layer.prefix.isEmpty ? nil : layer.prefix
        switch layer.operation {
        case .scaleByK:
            scaledInput = node("Mul", [current, factor()], output: "scaled_input")
            current = scaledInput
        case .convolution(let convolution):
            let prefix = layer.prefix
            var inputs = [
                current, constant("\(prefix).weight", weightShape(convolution), model.values(prefix, "weight")),
            ]
            if convolution.bias {
                inputs.append(constant("\(prefix).bias", [convolution.outputs], model.values(prefix, "bias")))
            }
            current = node("Conv", inputs, convolutionAttributes(convolution.kernel), output: name)
        case .unit(let unit): current = add(unit, prefix: layer.prefix, output: name)
        case .activation(.relu): current = node("Relu", [current], output: name)
        case .activation(.leakyReLU(let slope)):
            current = node("LeakyRelu", [current], [("alpha", .float(Float(slope)))], output: name)
        case .pixelShuffle(let shuffle): current = self.shuffle(current, shuffle, output: name)
        case .addScaledInput(let upscale):
            current = node("Add", [current, upsample(scaledInput, upscale, mode: "linear")], output: name)
        case .subtractFromScaledInput: current = node("Sub", [scaledInput, current], output: name)
        case .divideByK: current = node("Div", [current, factor()], output: name)
        }
    }

    private mutating func add(_ unit: BinaryUnit, prefix: String, output: String?) -> String {
        let parameters = UnitParameters(unit, prefix: prefix, model: model)
        func name(_ part: String) -> String { "\(prefix).\(part)" }
        let shape = [1, unit.outputs, 1, 1]
        let input = current
        let shift = constant(name(UnitKey.shift), [1, unit.inputs, 1, 1], parameters.shift)
        let shifted = node("Add", [input, shift], output: name("move0"))
        let signs = node("Sign", [shifted], output: name("binary_activation"))
        var inputs = [
            signs,
            constant(
                name(UnitKey.weight), [unit.outputs, unit.inputs, unit.kernel, unit.kernel],
                parameters.effectiveWeights(form)),
        ]
        if unit.bias { inputs.append(constant(name(UnitKey.bias), [unit.outputs], parameters.bias)) }
        let convolved = node("Conv", inputs, convolutionAttributes(unit.kernel), output: name("binary_conv"))
        let first = node(
            "Add", [convolved, constant(name(UnitKey.firstBias), shape, parameters.firstBias)],
            output: name("relu.pr_bias0"))
        let activated = node(
            "PRelu", [first, constant(name(UnitKey.slope), [unit.outputs, 1, 1], parameters.slope)],
            output: name("relu.pr_prelu"))
        let branch = node(
            "Add", [activated, constant(name(UnitKey.secondBias), shape, parameters.secondBias)], output: name("relu"))
        return node("Add", shortcut(unit, branch: branch, input: input), output: output)
    }

    /// The branch as it meets the shortcut, and the shortcut.
    private mutating func shortcut(_ unit: BinaryUnit, branch: String, input: String) -> [String] {
        switch unit.shortcut {
        case .identity: return [branch, input]
        case .upsampled(let shuffle):
            return [self.shuffle(branch, shuffle, output: nil), upsample(input, shuffle.factor, mode: "nearest")]
        case .repeatedChannels:
            let sources = Rearranging.repeatedChannels(of: unit.inputs, outputs: unit.outputs)
            let indices = constant(
                ONNXGraph.Constant(
                    name: "channels_\(unit.inputs)_to_\(unit.outputs)", shape: [sources.count],
                    values: .integers(sources)))
            return [branch, node("Gather", [input, indices], [("axis", .integer(1))], output: nil)]
        case .scaledInput(let shuffle):
            return [
                self.shuffle(branch, shuffle, output: nil), upsample(scaledInput, shuffle.factor, mode: "linear"),
            ]
        }
    }

    private mutating func shuffle(_ input: String, _ shuffle: PixelShuffle, output: String?) -> String {
        guard shuffle.factor > 1 else { return input }
        let mode = shuffle.order == .pixelMajor ? "DCR" : "CRD"
        return node(
            "DepthToSpace", [input], [("blocksize", .integer(shuffle.factor)), ("mode", .string(mode))],
            output: output)
    }

    private mutating func upsample(_ input: String, _ factor: Int, mode: String) -> String {
        guard factor > 1 else { return input }
        let scales = constant("scales_x\(factor)", [4], [1, 1, Float(factor), Float(factor)])
        let isNearest = mode == "nearest"
        var attributes: [(name: String, value: ONNXGraph.Attribute)] = [
            ("mode", .string(mode)),
            ("coordinate_transformation_mode", .string(isNearest ? "asymmetric" : "half_pixel")),
        ]
        if isNearest { attributes.append(("nearest_mode", .string("floor"))) }
        // The second input, a region of interest, is left out.
        return node("Resize", [input, "", scales], attributes, output: nil)
    }

    private mutating func factor() -> String { constant("k", [], [Float(model.network.amplification)]) }

    private func weightShape(_ convolution: FloatConvolution) -> [Int] {
        [convolution.outputs, convolution.inputs, convolution.kernel, convolution.kernel]
    }

    private func convolutionAttributes(_ kernel: Int) -> [(name: String, value: ONNXGraph.Attribute)] {
        [
            ("kernel_shape", .integers([kernel, kernel])),
            ("pads", .integers([Int](repeating: kernel / 2, count: 4))),
        ]
    }

    private mutating func constant(_ name: String, _ shape: [Int], _ values: [Float]) -> String {
        constant(ONNXGraph.Constant(name: name, shape: shape, values: .floats(values)))
    }

    /// Adds a constant once, and returns its name.
    private mutating func constant(_ constant: ONNXGraph.Constant) -> String {
        if !graph.constants.contains(where: { $0.name == constant.name }) { graph.constants.append(constant) }
        return constant.name
    }

    private mutating func node(
        _ operation: String, _ inputs: [String], _ attributes: [(name: String, value: ONNXGraph.Attribute)] = [],
        output: String?
    ) -> String {
        if output == nil { unnamed += 1 }
        let output = output ?? "\(operation.lowercased())_\(unnamed)"
        graph.nodes.append(
            ONNXGraph.Node(
                operation: operation, name: "/" + output, inputs: inputs, output: output, attributes: attributes))
        return output
    }
}

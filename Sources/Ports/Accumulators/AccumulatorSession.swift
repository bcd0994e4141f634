import Execution
import Networks

/// A dump of integer sums that is being checked.
struct AccumulatorSession {
    /// The sums by their unit's layer.
    private(set) var taps: [Int: AccumulatorTap] = [:]
    /// The outputs of units that are dumped too, by layer.
    private(set) var outputs: [Int: Tap] = [:]
    /// Arrays whose sizes are not the unit's: what was found and expected, by layer.
    private(set) var misfits: [Int: String] = [:]
    private(set) var notes: [String] = []
    private(set) var unused: [String] = []
    let input: PortInput?
    /// What is wrong, in order.
    var wrong: [Wrong] = []
    /// What the next layer is given, as the port has it; nil where that is not known.
    private var current: Estimate?

    /// Something that is wrong given what the dump holds before it.
    struct Wrong {
        var layer: Int
        var tap: AccumulatorTap
        /// The unit's input.
        var input: Estimate?
        /// The unit's output where it is that which is wrong; nil for the sums.
        var output: Tap?
    }

    init(
        _ dump: consuming PortDump, _ network: Network, _ input: PortInput?, _ names: [String: String]
    ) throws(PortError) {
        self.input = input
        current = input?.image
        let size = input.map { ($0.image.map.height, $0.image.map.width) }
        var rest: [PortDump.Array] = []
        for array in dump.arrays {
            let name = DumpMatching.plain(names[array.name] ?? array.name)
            guard let layer = AccumulatorTap.layer(of: name, in: network) else {
                rest.append(array)
                continue
            }
            let scale = layer == 0 ? 1 : network.scale(afterLayer: layer - 1)
            let sums = size.map { ($0.0 * scale, $0.1 * scale) }
            guard taps[layer] == nil, misfits[layer] == nil else {
                throw PortError("the dumps hold two arrays for \(name); give one of them")
            }
            if let tap = AccumulatorTap(array, layer: layer, network, size: sums) {
                taps[layer] = tap
                notes += tap.notes
            } else {
                let outputs = network.layers[layer].operation.unit?.outputs ?? 0
                let expected = sums.map { "\($0.0), \($0.1)" } ?? "H, W"
                misfits[layer] =
                    "the dump's array is \(array.shape), expected (1, \(outputs), \(expected)) or the same with channels last"
            }
        }
        guard !taps.isEmpty || !misfits.isEmpty else { throw Self.nothing(dump, network) }
        addOutputs(rest, network, names, size)
    }

    /// Takes up the modules that are dumped beside the sums.
    private mutating func addOutputs(
        _ arrays: [PortDump.Array], _ network: Network, _ names: [String: String], _ size: (height: Int, width: Int)?
    ) {
        let known = names.filter { name, _ in arrays.contains { $0.name == name } }
        let matching = DumpMatching(PortDump(arrays), network, names: known, size: size, expected: { [:] })
        for tap in matching.taps { outputs[tap.layer] = tap }
        unused = matching.unused + matching.misfits.keys.sorted()
        let others = taps.values.filter { $0.layout == .nhwc }
        if !others.isEmpty { notes.append("\(others.count) of \(taps.count) arrays of sums are NHWC") }
    }

    private static func nothing(_ dump: borrowing PortDump, _ network: Network) -> PortError {
        let found = dump.arrays.prefix(4).map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
        let some = network.unitIndices.prefix(2).map { "'\(AccumulatorTap.name(network.layers[$0].prefix))'" }
        return PortError(
            "no array of the dump is a unit's integer sums; found \(found.isEmpty ? "no arrays" : found); expected names "
                + "such as \(some.joined(separator: ", ")), (1, outputs, H, W) each; name the arrays so, or map them "
                + "with --map")
    }

    /// What the port gave a layer; nil where that is not known.
    func input(ofLayer index: Int) -> Estimate? { current }

    /// Goes past a layer, with what the port made of it in so far as the dump says so.
    mutating func advance(over index: Int, from known: Estimate?, _ interpreter: Interpreter) {
        if let output = outputs[index] {
            current = output.estimate
        } else if let known {
            if let tap = taps[index], let unit = interpreter.network.layers[index].operation.unit,
                tap.sums.values.allSatisfy(\.isFinite)
            {
                let prefix = interpreter.network.layers[index].prefix
                current = interpreter.output(
                    interpreter.prepared(unit, prefix), known: tap.sums, known, input?.scaled, Deviation())
            } else {
                current = interpreter.run(index, known, input?.scaled)
            }
        } else {
            current = nil
        }
    }
}

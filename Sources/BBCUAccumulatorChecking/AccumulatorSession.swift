import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking

/// A dump of integer sums that is being checked.
struct AccumulatorSession {
    /// The sums by their unit's layer.
    private(set) var taps: [Int: AccumulatorTap] = [:]
    /// The outputs of units that are dumped too, by layer.
    private(set) var outputs: [Int: Tap] = [:]
    /// Arrays whose sizes are not the unit's: what was found and expected, by layer.
    private(set) var misfits: [Int: LikelyCause] = [:]
    private(set) var notes: [PortNote] = []
    private(set) var unused: [String] = []
    let input: PortInput?
    /// What is wrong, in order.
    var wrong: [Wrong] = []
    /// What the next layer is given, as the port has it; nil where that is not known.
    private(set) var current: Enclosure?
    /// What ``current`` was computed from.
    private(set) var origin: Origin?
    /// What the next layer is given if the sums of a unit before, which are wrong, are so in the dump alone.
    private var rival: (unit: String, enclosure: Enclosure)?
    /// The fault between units with which what follows was computed, where one was found.
    private var followed: FaultID?
    /// Units whose arrays are no sums of theirs.
    private var notCaptured: Set<Int> = []

    /// What a unit's input was computed from.
    struct Origin {
        /// The first layer that was run.
        var layer: Int
        /// Its dumped sums, where it is a unit with such.
        var sums: AccumulatorTap?
        /// What it was given.
        var input: Enclosure
    }

    /// Something that is wrong given what the dump holds before it.
    struct Wrong {
        var layer: Int
        var tap: AccumulatorTap
        /// What its sums say; nil where it is the output that is wrong.
        var finding: AccumulatorFinding?
        /// Its sums against those of its input, where that is known.
        var comparison: SumComparison?
        /// The unit's input.
        var input: Enclosure?
        /// What that was computed from.
        var origin: Origin?
        /// Whether the sums are what a fault before the unit makes.
        var followsFault = false
        /// The unit's output where it is that which is wrong; nil for the sums.
        var output: Tap?
    }

    init(
        _ dump: consuming PortDump, _ network: BBCUNetwork, _ input: PortInput?, _ names: [String: String]
    ) throws(PortError) {
        self.input = input
        current = input?.image
        origin = current.map { Origin(layer: 0, sums: nil, input: $0) }
        try Self.check(names, network)
        let size = input.map { ($0.image.map.height, $0.image.map.width) }
        var rest: [PortDump.Array] = []
        for array in dump.arrays {
            let name = DumpMatching.plain(names[array.name] ?? array.name)
            guard let layer = AccumulatorTap.layer(of: name, in: network) else {
                rest.append(array)
                continue
            }
            let scale = network.steps[layer].input.scale
            let sums = size.map { ($0.0 * scale, $0.1 * scale) }
            guard taps[layer] == nil, misfits[layer] == nil else {
                throw PortError(.twice, found: "the dumps hold two arrays for \(name)", advice: "give one of them")
            }
            if let tap = AccumulatorTap(array, layer: layer, network, size: sums) {
                taps[layer] = tap
                notes += tap.notes
            } else {
                let outputs = network.layers[layer].operation.unit?.outputs ?? 0
                misfits[layer] = .wrongSizeOfSums(
                    found: array.shape, outputs: outputs, expected: sums.map { [$0.0, $0.1] })
            }
        }
        guard !taps.isEmpty || !misfits.isEmpty else { throw Self.nothing(dump, network) }
        let certain = taps.values.filter { !$0.isAmbiguous }
        let usual: FeatureLayout = 2 * certain.count { $0.layout == .nhwc } > certain.count ? .nhwc : .nchw
        for tap in taps.values where tap.layout != usual { take(tap.rotated) }
        addOutputs(rest, network, names, size)
    }

    /// Takes up the modules that are dumped beside the sums.
    private mutating func addOutputs(
        _ arrays: [PortDump.Array], _ network: BBCUNetwork, _ names: [String: String],
        _ size: (height: Int, width: Int)?
    ) {
        let known = names.filter { name, _ in arrays.contains { $0.name == name } }
        let matching = DumpMatching(PortDump(arrays), network, names: known, size: size, expected: { [:] })
        for tap in matching.taps { outputs[tap.layer] = tap }
        unused = matching.unused + matching.misfits.keys.sorted()
    }

    /// Takes an array as it is read in the other layout.
    mutating func take(_ rotated: AccumulatorTap?) {
        if let rotated { taps[rotated.layer] = rotated }
    }

    /// How the arrays of sums are laid out, where not as PyTorch's.
    var layoutNote: [PortNote] {
        let others = taps.values.count { $0.layout == .nhwc }
        return others == 0 ? [] : [.channelsLast(others, of: taps.count, isOfSums: true)]
    }

    private static func nothing(_ dump: borrowing PortDump, _ network: BBCUNetwork) -> PortError {
        let found = dump.arrays.prefix(4).map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
        let some = network.unitIndices.prefix(2).map { "'\(AccumulatorTap.name(network.layers[$0].prefix))'" }
        return PortError(
            .nothingKnown,
            found: "no array of the dump is a unit's integer sums; found \(found.isEmpty ? "no arrays" : found)",
            expected: "names such as \(some.joined(separator: ", ")), (1, outputs, H, W) each", advice: .mapArrays)
    }

    private static func check(_ names: [String: String], _ network: BBCUNetwork) throws(PortError) {
        let modules = Set(network.layers.indices.compactMap { network.tapName(ofLayer: $0) })
        for (array, name) in names.sorted(by: { $0.key < $1.key }) {
            let plain = DumpMatching.plain(name)
            guard modules.contains(name) || AccumulatorTap.layer(of: plain, in: network) != nil else {
                let some = network.unitIndices.first.map { AccumulatorTap.name(network.layers[$0].prefix) } ?? ""
                throw PortError(
                    .names,
                    found: "\(Advice.map) gives '\(array)' the name '\(name)', which is no unit's sums, such as "
                        + "'\(some)', and no module's")
            }
        }
    }

    /// Goes past a layer, with what the port made of it in so far as the dump says so.
    /// - Parameter sums: the sums that it made its output of, where it is a unit that they are dumped of.
    mutating func advance(over index: Int, sums: FeatureMap<Double>?, _ evaluator: EnclosureEvaluator) {
        if let output = outputs[index] {
            (current, rival) = (output.enclosure, nil)
            origin = Origin(layer: index + 1, sums: nil, input: output.enclosure)
            return
        }
        guard let known = current else { return }
        guard let sums else {
            current = evaluator.run(index, known, input?.scaled)
            rival = rival.flatMap { rival in
                evaluator.run(index, rival.enclosure, input?.scaled).map { (rival.unit, $0) }
            }
            return
        }
        // Until one of the two is refuted, what right sums would have made goes on beside what was dumped.
        let repaired = wrong.last.flatMap { $0.layer == index && !$0.followsFault ? $0.comparison?.repaired : nil }
        if rival != nil || repaired != nil {
            let before = rival ?? (evaluator.network.layers[index].prefix, known)
            rival = evaluator.run(
                index, sums: repaired?.map ?? sums, radius: repaired?.radius, before.enclosure, input?.scaled
            ).map { (before.unit, $0) }
        }
        current = evaluator.run(index, sums: sums, known, input?.scaled)
        var used = taps[index]
        used?.sums = sums
        origin = Origin(layer: index, sums: used, input: known)
    }

    /// Takes a unit to be given what right sums make, where the last unit's dumped ones make sums that are further off.
    mutating func settleInput(of tap: AccumulatorTap, _ check: AccumulatorCheck) {
        guard let rival, let current,
            let plain = check.comparison(check.evaluator, tap.layer, current, tap.sums),
            let other = check.comparison(check.evaluator, tap.layer, rival.enclosure, tap.sums)
        else { return }
        let enough = min(other.wrong.isEmpty ? Thresholds.enoughExactSums : .max, plain.wrong.count / 8 + 1)
        if other.wrongShare < plain.wrongShare * Thresholds.clearlyFewerWrong, other.rights(plain) >= enough {
            (self.current, self.rival) = (rival.enclosure, nil)
            origin?.sums = nil
            if other.holds {
                notes.append(.wrongInDumpOnly(sums: AccumulatorTap.name(rival.unit), next: tap.name))
            }
        } else if other.wrong.count > plain.wrong.count {
            self.rival = nil
        }
    }

    /// Notes sums that are wrong. Where another unit's array holds the right ones, or this one in other places, or a fault
    /// between the last unit's sums and these explains them, what follows is computed with that.
    /// - Returns: the sums that the unit's output was made of.
    mutating func addWrong(_ new: Wrong, _ check: AccumulatorCheck) -> FeatureMap<Double> {
        wrong.append(new)
        let faults = InputFaults(check, new, scaledInput: input?.scaled)
        if let made = new.comparison?.made {
            let places = SumFaults(check.evaluator, new.tap, taps, isKnown: true)
            for fault in places.names + places.moved {
                guard let own = fault.rereading?(new.tap.sums), SumComparison(own, made)?.holds == true,
                    !faults.within([fault]).isEmpty
                else { continue }
                rival = nil
                wrong[wrong.count - 1].followsFault = true
                return own
            }
        }
        guard wrong.count == 1 || followed != nil,
            let found = InputFaults.best(faults.before(ids: followed.map { [$0] })).first
        else { return new.tap.sums }
        followed = found.diagnosis.id
        (current, rival) = (found.input, nil)
        wrong[wrong.count - 1].followsFault = true
        return new.tap.sums
    }

    /// Why sums were probably not captured; nil where nothing is odd.
    mutating func likelyCause(
        of tap: AccumulatorTap, _ finding: AccumulatorFinding, _ comparison: SumComparison?
    ) -> LikelyCause? {
        guard comparison?.holds != true else { return nil }
        var cause = LikelyCause(constant: tap.sums.values, expected: comparison?.expected.map)
        // Signs make sums of one unit; those of another are made by chance never.
        if cause == nil, comparison != nil || finding.signs?.reproduce != true {
            let fails = finding.fails
            let twin = taps.keys.sorted().first { layer in
                (layer < tap.layer && !notCaptured.contains(layer) || layer > tap.layer && fails)
                    && taps[layer]?.sums.values == tap.sums.values
            }
            cause = twin.flatMap { taps[$0]?.name }.map(LikelyCause.twin)
        }
        if cause != nil { notCaptured.insert(tap.layer) }
        return cause
    }
}

import BBCUErrorBounds
import BBCUPlatform

/// Runs every faulty port beside the right one on vector after vector, and keeps those that show something new.
struct DetectionSearch {
    private let right: EnclosureEvaluator
    private let catalogue: FaultCatalogue
    private let taps: VectorTaps
    private let names: Set<String>
    private let threads: Int
    private var matrix = DetectionMatrix()
    /// Faults that are shown so far, with the taps.
    private var seen: Set<[String]> = []
    /// Pairs of faults that are not told apart yet, by their places in the catalogue.
    private var pairs: [(Int, Int)]

    init(_ right: EnclosureEvaluator, _ catalogue: FaultCatalogue, _ taps: VectorTaps, threads: Int) {
        (self.right, self.catalogue, self.taps, self.threads) = (right, catalogue, taps, threads)
        names = Set(taps.names)
        let count = catalogue.ports.count
        pairs = (0..<count).flatMap { first in (first + 1..<max(first + 1, count)).map { (first, $0) } }
    }

    /// Ports whose fault no vector has shown yet, or that are neither told apart from another nor proved to be the same;
    /// by their places in the catalogue.
    var openPorts: [Int] {
        let killed = Set(matrix.kills.map(\.fault))
        var open = Set(catalogue.ports.indices.filter { !killed.contains(catalogue.ports[$0].fault.name) })
        for (first, second) in pairs where !catalogue.ports[first].isEquivalent(to: catalogue.ports[second]) {
            open.formUnion([first, second])
        }
        return open.sorted()
    }

    /// Runs all ports on a vector if it shows something about those that are open.
    mutating func runIfItHelps(_ vector: PortVector, open: [Int]) {
        var trial = DetectionSearch(right, catalogue.restricted(to: open), taps, threads: threads)
        trial.run(vector)
        let killed = Set(matrix.kills.map(\.fault))
        let still = Set(trial.pairs.map { [open[$0], open[$1]] })
        let tellsApart = pairs.contains { first, second in
            open.contains(first) && open.contains(second) && !still.contains([first, second])
        }
        if tellsApart || trial.matrix.kills.contains(where: { !killed.contains($0.fault) }) { run(vector) }
    }

    /// Runs all ports on a vector and keeps it if it shows a fault at a tap where none did, or tells a pair apart.
    mutating func run(_ vector: PortVector) {
        var rightRun = VectorRun(vector)
        var runs = catalogue.ports.map { VectorRun(vector, $0) }
        var found = [[String]](repeating: [], count: runs.count)
        let pairCount = pairs.count
        let layers = vector.layers(of: right.network)
        for index in layers {
            rightRun.advance(index, right, names: names)
            let (before, beside, ports, names) = (runs, rightRun, catalogue.ports, names)
            runs = concurrentMap(runs.count, threads: threads) { place in
                var run = before[place]
                run.advance(index, ports[place], beside: beside, names: names)
                return run
            }
            for name in taps.names {
                guard let expected = rightRun.taps[name] else { continue }
                compare(name, expected, runs, &found)
            }
        }
        let kills = found.indices.filter { !found[$0].isEmpty }.map { place in
            DetectionMatrix.Kill(fault: catalogue.ports[place].fault.name, vector: vector.name, taps: found[place])
        }
        var isNew = pairs.count < pairCount
        for kill in kills {
            for tap in kill.taps where seen.insert([kill.fault, tap]).inserted { isNew = true }
        }
        guard isNew else { return }
        matrix.vectors.append(vector)
        matrix.kills += kills
    }

    /// Compares all ports at one tap.
    private mutating func compare(
        _ name: String, _ expected: TapValues, _ runs: [VectorRun], _ found: inout [[String]]
    ) {
        // A port without an array here has the right one's, or none for want of finite values.
        let differs = concurrentMap(runs.count, threads: threads) { place in
            runs[place].hasEnded || runs[place].taps[name].map { $0.differs(from: expected) } ?? false
        }
        for place in runs.indices where differs[place] { found[place].append(name) }
        let open = pairs
        let isOpen = concurrentMap(open.count, threads: threads) { index in
            let (first, second) = open[index]
            switch (runs[first].taps[name], runs[second].taps[name]) {
            case (let one?, let other?): return !one.differs(from: other)
            case (nil, nil): return runs[first].hasEnded == runs[second].hasEnded
            default: return !differs[first] && !differs[second]
            }
        }
        pairs = zip(open, isOpen).filter { $1 }.map { $0.0 }
    }

    /// What was found.
    func finished() -> DetectionMatrix {
        var result = matrix
        result.taps = taps.names
        let killed = Set(matrix.kills.map(\.fault))
        result.faults =
            catalogue.ports.map { port in
                var fault = port.fault
                fault.status = killed.contains(fault.name) ? .killed : .survived
                return fault
            } + catalogue.absent
        result.inseparable = pairs.map { first, second in
            let (one, other) = (catalogue.ports[first], catalogue.ports[second])
            return DetectionMatrix.Pair(
                faults: [one.fault.name, other.fault.name], isProved: one.isEquivalent(to: other))
        }
        return result
    }
}

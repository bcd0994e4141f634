import ArgumentParser
import BBCUKit
import BBCUPortChecking
import BBCUPortTestData

extension CheckPortCommand {
    /// The largest side of an input on which every fault is run.
    private static let largestSide = 32

    /// Runs every fault, and prints which the check would not see.
    func runSelfTest() throws -> Bool {
        let loaded = try model.load()
        let kernels = try model.kernels()
        let network = loaded.model.network
        let alternatives = try loaded.readAlternatives()
        let check = PortCheck(loaded.model, alternatives: alternatives, arithmetic: precision, kernels: kernels)
        let read = try input.map { try InputReader.read($0, for: network) }
        let names = try selfTestTaps(check, network, read?.map)
        let (map, text) = try selfTestInput(loaded.model, read, kernels)
        let progress = Progress(label: "self-test", unit: "fault")
        let result = try SelfTest(check, input: map, taps: names, progress: progress.show)
        progress.clear()
        let subject = PortSubject(
            model, loaded, sha256: try loaded.checkpoint.sha256(), dumps: dumps, input: text)
        try output.put(result.document(subject, precision: precision))
        return result.holds
    }

    /// The modules of the dump, or those that were named.
    private func selfTestTaps(_ check: PortCheck, _ network: BBCUNetwork, _ input: FeatureMap<Float>?) throws
        -> [String]
    {
        guard dumps.isEmpty else { return try dumpedTaps(check, network, input) }
        return try TapList.taps(taps ?? (accumulators ? "sums" : "modules"), of: network).names
    }

    /// The taps that the dump has arrays of.
    private func dumpedTaps(
        _ check: PortCheck, _ network: BBCUNetwork, _ input: FeatureMap<Float>?
    ) throws -> [String] {
        let names = try map.map(NameMap.read) ?? [:]
        let dump = try DumpReader.read(dumps, for: network, input: nil, needsValues: false)
        let inside = Set(VectorTaps(network, includes: VectorTaps.isInside).names)
        func tap(_ array: PortDump.Array) -> String { VectorTaps.plain(names[array.name] ?? array.name) }
        var found = Set(dump.arrays.map(tap)).intersection(inside)
        let rest = dump.arrays.filter { !inside.contains(tap($0)) }
        if !rest.isEmpty || found.isEmpty {
            let others = names.filter { name, _ in rest.contains { $0.name == name } }
            let report = try check.run(PortDump(rest), input: input, names: others, diagnoses: false)
            found.formUnion(report.modules.filter { $0.verdict != .absent }.map(\.name))
        }
        return VectorTaps(network, includes: found.contains).names
    }

    /// What the faulty ports are given: the input, or where there is none, or one too large to run every fault on, an
    /// image on which every right port has the same signs.
    private func selfTestInput(_ model: BBCUModel, _ read: LoadedInput?, _ kernels: Kernels) throws
        -> (FeatureMap<Float>, String)
    {
        if let read, max(read.map.height, read.map.width) <= Self.largestSide { return (read.map, read.name) }
        let found = DistinguishingInput.search(
            model, height: 4, width: 4, limits: .short(height: 4, width: 4), kernels: kernels)
        guard let found = found.first else {
            throw InputError(file: self.model.file, found: "no image", expected: "one")
        }
        let cause = read == nil ? "" : ", since \(input ?? "") is beyond \(Self.largestSide)x\(Self.largestSide)"
        return (found.image, "4x4 8-bit noise, seed \(found.seed)\(cause)")
    }
}

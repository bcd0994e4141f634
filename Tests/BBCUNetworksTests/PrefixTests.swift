import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes
import Testing

/// Whatever stands in front of the keys is found, removed and said, and hides no tensor.
@Suite struct PrefixTests {
    /// The names of a file: those of a network's keys, and others.
    struct File: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The name of the key with an index; nil where the file does not have it.
        var name: @Sendable (Int, String) -> String?
        /// More names.
        var others: [String] = []
        /// The dictionary in which all lie that begin with it.
        var dictionaries: [String] = []
        var root = ""
        var path = ""
        var removed: [String: Int] = [:]
        var unused: [String] = []
    }

    static let count = 28

    static let files: [File] = [
        File(testDescription: "nothing", name: { $1 }),
        File(
            testDescription: "DataParallel", name: { "module.\($1)" }, path: "module", removed: ["module.": count]),
        File(
            testDescription: "Lightning", name: { "state_dict.net_g.\($1)" }, others: ["optimizer_states.0.exp_avg"],
            root: "state_dict", path: "state_dict.net_g", removed: ["net_g.": count]),
        File(
            testDescription: "Lightning, a discriminator and a loss", name: { "state_dict.net_g.\($1)" },
            others: ["state_dict.net_d.weight", "state_dict.loss.vgg.weight"], root: "state_dict",
            path: "state_dict.net_g", removed: ["net_g.": count], unused: ["net_d.weight", "loss.vgg.weight"]),
        File(
            testDescription: "the loss has a key of the network's form", name: { "net_g.\($1)" },
            others: ["net_d.conv_first.weight"], path: "net_g", removed: ["net_g.": count],
            unused: ["net_d.conv_first.weight"]),
        File(testDescription: "model", name: { "model.\($1)" }, path: "model", removed: ["model.": count]),
        File(
            testDescription: "compiled within DataParallel", name: { "module._orig_mod.\($1)" },
            path: "module._orig_mod", removed: ["module._orig_mod.": count]),
        File(
            testDescription: "DataParallel within compiled", name: { "_orig_mod.module.\($1)" },
            path: "_orig_mod.module", removed: ["_orig_mod.module.": count]),
        File(
            testDescription: "several parts", name: { "generator.net.\($1)" }, path: "generator.net",
            removed: ["generator.net.": count]),
        File(
            testDescription: "a wrapper around an attribute", name: { "module.net_g.\($1)" }, path: "module.net_g",
            removed: ["module.net_g.": count]),
        File(
            testDescription: "AveragedModel", name: { "module.\($1)" }, others: ["n_averaged"], path: "module",
            removed: ["module.": count], unused: ["n_averaged"]),
        File(
            testDescription: "half of the names", name: { $0 % 2 == 0 ? "module.\($1)" : $1 },
            removed: ["module.": count / 2]),
        File(
            testDescription: "half of the names below an attribute",
            name: { $0 % 2 == 0 ? "net.module.\($1)" : "net.\($1)" },
            removed: ["net.module.": count / 2, "net.": count / 2]),
        File(
            testDescription: "a compiled part",
            name: { $1.hasPrefix("body.0.") ? "body.0._orig_mod." + $1.dropFirst("body.0.".count) : $1 },
            removed: ["_orig_mod.": 10]),
        File(
            testDescription: "batch norm", name: { "module.\($1)" }, others: ["module.body.0.bn.running_mean"],
            path: "module", removed: ["module.": count], unused: ["body.0.bn.running_mean"]),
        File(
            testDescription: "a dictionary of a usual name", name: { "params.\($1)" }, others: ["other.weight"],
            root: "params", path: "params"),
        File(
            testDescription: "a dictionary of any name", name: { "net.\($1)" }, others: ["optimizer.0.exp_avg"],
            dictionaries: ["net.", "optimizer."], root: "net", path: "net"),
        File(
            testDescription: "a dictionary that is called like a wrapper", name: { "module.\($1)" },
            others: ["optimizer.0.exp_avg"], dictionaries: ["module.", "optimizer."], root: "module", path: "module"),
        File(
            testDescription: "dictionaries within each other", name: { "a.b.\($1)" }, others: ["a.c"],
            dictionaries: ["a.b.", "a."], root: "a.b", path: "a.b"),
        File(
            testDescription: "a prefix that is no ASCII", name: { "n\u{301}.\($1)" }, path: "n\u{301}",
            removed: ["n\u{301}.": count]),
    ]

    @Test(arguments: files) func isFound(_ file: File) throws {
        let network = try Self.network()
        #expect(network.parameters.count == Self.count)
        let resolution = try Self.source(file).resolve()
        #expect(resolution.network == network)
        let stateDict = resolution.selection.stateDict
        #expect(stateDict.root == file.root)
        #expect(stateDict.path == file.path)
        #expect(Dictionary(uniqueKeysWithValues: stateDict.removed.map { ($0.key, $0.value) }) == file.removed)
        #expect(resolution.unusedKeys.map(\.key) == file.unused)
        // What is read is the tensor in the file.
        for (index, parameter) in network.parameters.enumerated() {
            #expect(try stateDict.load(parameter.key).floats() == [Float(index)])
        }
        let problems = try ValidationReport(resolution).problems.filter { $0.kind == .unexpectedKey }
        #expect(Set(problems.compactMap(\.key)) == Set(file.unused))
        let ignoring = try ValidationReport(resolution) { _ in true }
        #expect(ignoring.unusedKeys == file.unused && !ignoring.problems.contains { $0.kind == .unexpectedKey })
    }

    /// What `--root` takes leads to the same tensors, with nothing beside them that lies elsewhere.
    @Test(arguments: files.filter { !$0.path.isEmpty }) func itsPathIsARoot(_ file: File) throws {
        let resolution = try Self.source(file).resolve(NetworkRequest(root: file.path))
        #expect(try resolution.network == Self.network())
        #expect(resolution.selection.reason == "asked for")
        #expect(resolution.unusedKeys.allSatisfy { $0.name.hasPrefix(file.path + ".") })
    }

    @Test(arguments: [
        ("params", "params_ema"), ("net_g", "net_g_ema"), ("state_dict.net_g", "state_dict.net_g_ema"),
        ("net", "ema_model.module"), ("", "ema"), ("netG", "netE"), ("model", "shadow"),
    ])
    func weightsComeBeforeTheirAverages(_ pair: (weights: String, average: String)) throws {
        for isFirst in [true, false] {
            let paths = isFirst ? [pair.weights, pair.average] : [pair.average, pair.weights]
            let source = Self.source(
                try paths.flatMap { path in
                    try Self.network().parameters.map { path.isEmpty ? $0.key : path + "." + $0.key }
                })
            let resolution = try source.resolve()
            #expect(resolution.selection.stateDict.path == pair.weights)
            #expect(resolution.selection.alternative?.path == pair.average)
            #expect(resolution.selection.reason.hasPrefix("default; "))
            #expect(resolution.unusedKeys.isEmpty)
            let asked = try source.resolve(NetworkRequest(root: pair.average))
            #expect(asked.selection.stateDict.path == pair.average)
        }
    }

    @Test func twoNetworksAreNotOneAndItsAverage() throws {
        let keys = try Self.network().parameters.map(\.key)
        let resolution = try Self.source(keys.map { "a." + $0 } + keys.map { "b." + $0 }).resolve()
        #expect(resolution.selection.stateDict.path == "a")
        #expect(resolution.selection.reason.contains("b matches as well"))
        #expect(resolution.unusedKeys.map(\.key) == keys.map { "b." + $0 })
    }

    @Test(arguments: [
        ["conv_first.bias", "module.conv_first.bias"], ["_orig_mod.conv_first.bias", "module.conv_first.bias"],
    ])
    func twoNamesOfOneKeyAreRefused(_ names: [String]) throws {
        let others = try Self.network().parameters.map(\.key).filter { $0 != "conv_first.bias" }
        let error = #expect(throws: RootError.self) {
            try Self.source(others.map { "module." + $0 } + names).resolve()
        }
        #expect(error?.collision?.key == "conv_first.bias" && error?.collision?.names == names)
        for name in names { #expect(error?.description.contains(name) == true) }
    }

    @Test func twoTensorsOfOneNameAreRefused() throws {
        var source = Self.source(try Self.network().parameters.map { "params." + $0.key })
        source.duplicates = ["optimizer.x"]
        #expect(try source.resolve().network != nil)
        source.duplicates = ["params.conv_last.bias"]
        #expect(throws: RootError.self) { try source.resolve() }
    }

    @Test func noPrefixMakesAnotherNetworkOneOfThese() throws {
        let resolution = try Self.source(["net.layer1.0.conv1.weight", "net.fc.weight", "net.fc.bias"]).resolve()
        #expect(resolution.network == nil && resolution.nearest?.score == 0)
        #expect(resolution.unusedKeys.isEmpty)
    }

    private static func network() throws -> BBCUNetwork {
        try #require(Family.bbcuL.network(Hyperparameters(features: 1, blocks: 2, upscale: 2)))
    }

    private static func source(_ file: File) throws -> TensorSource {
        var source = source(
            try network().parameters.enumerated().compactMap { file.name($0, $1.key) } + file.others)
        for name in source.descriptions.keys {
            let ends = file.dictionaries.filter { name.hasPrefix($0) }.map(\.utf8.count).sorted()
            if !ends.isEmpty { source.containers[name] = ends }
        }
        return source
    }

    /// Tensors of the network's shapes; the only value of each that is read is its index.
    private static func source(_ names: [String]) -> TensorSource {
        let shapes = (try? network().parameters.map(\.shape)) ?? []
        let indices = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        return TensorSource(
            descriptions: OrderedDictionary(
                uniqueKeysWithValues: names.enumerated().map {
                    ($1, TensorDescription(shape: $0 < shapes.count ? shapes[$0] : [1]))
                }),
            load: { name in
                guard let index = indices[name], let tensor = Tensor([Float(index)], shape: [1]) else {
                    throw RootError(root: name, available: [])
                }
                return tensor
            })
    }
}

/// Names that differ in their Unicode form are two names.
@Suite struct ExactKeyTests {
    static let (composed, decomposed) = ("\u{E9}", "e\u{301}")

    @Test func bothSpellingsAreKeys() throws {
        let shapes = [(key: Self.composed, value: [1]), (key: Self.decomposed, value: [2])]
        let source = TensorSource(
            descriptions: shapes.map { (key: "params." + $0.key, value: TensorDescription(shape: $0.value)) },
            load: { throw RootError(root: $0, available: []) })
        let stateDict = try #require(source.stateDict(root: "params"))
        #expect(stateDict.tensors.count == 2)
        #expect(stateDict.tensors[Self.composed]?.shape == [1])
        #expect(stateDict.tensors[Self.decomposed]?.shape == [2])
        #expect(stateDict.names[Self.decomposed]?.unicodeScalars.count == 9)
    }

    /// A prefix in two spellings is two state dicts.
    @Test func bothSpellingsOfAPrefixAreGroups() throws {
        let network = try #require(Family.bbcuL.network(Hyperparameters(features: 1, blocks: 2, upscale: 2)))
        let descriptions = [Self.composed, Self.decomposed].flatMap { prefix in
            network.parameters.map { (key: prefix + "." + $0.key, value: TensorDescription(shape: $0.shape)) }
        }
        let source = TensorSource(descriptions: descriptions, load: { throw RootError(root: $0, available: []) })
        let selection = try #require(try source.select())
        #expect(selection.stateDict.tensors.count == network.parameters.count)
        #expect(selection.isOneOfSeveral)
        #expect(source.others(than: selection).count == 1)
    }
}

import BBCUNetworks
import BBCUPlatform
import OrderedCollections
import TensorBytes
import TestSupport
import Testing

/// Every kind of problem is found, with its layer and key, and all at once.
@Suite struct ValidationTests {
    /// Tensors that a test may damage.
    struct Weights {
        var tensors: OrderedDictionary<String, Tensor>

        init(_ network: BBCUNetwork) throws {
            let model = try BBCUModel.random(network)
            tensors = OrderedDictionary(
                uniqueKeysWithValues: network.parameters.compactMap { parameter in
                    Tensor(model.values[parameter.key] ?? [], shape: parameter.shape).map { (parameter.key, $0) }
                })
        }

        var source: TensorSource {
            TensorSource(descriptions: tensors.mapValues(\.description)) { [tensors] in
                guard let tensor = tensors[$0] else { throw RootError(root: $0, available: []) }
                return tensor
            }
        }

        mutating func change(_ key: String, _ body: (inout [Float]) -> Void) {
            guard let tensor = tensors[key], var values = tensor.floats() else { return }
            body(&values)
            tensors[key] = Tensor(values, shape: tensor.shape)
        }
    }

    static func network() throws -> BBCUNetwork {
        try #require(Family.bbcuM.network(Hyperparameters(features: 8, blocks: 2, upscale: 2)))
    }

    /// What is done to a right file, and the one problem that must be reported for it.
    struct Damage: Sendable, CustomTestStringConvertible {
        var kind: Problem.Kind
        var layer: String?
        var key: String?
        var found: String
        var expected = ""
        var change: @Sendable (inout Weights) -> Void
        var testDescription: String { kind.rawValue }
    }

    static let weight = "body.1.body.0.binary_conv.weight"
    static let damages: [Damage] = [
        Damage(kind: .missingKey, layer: "conv_hr", key: "conv_hr.move0.bias", found: "nothing") {
            $0.tensors["conv_hr.move0.bias"] = nil
        },
        Damage(
            kind: .unexpectedKey, layer: "conv_hr", key: "conv_hr.move1.bias", found: "float32 (3,)",
            expected: "conv_hr.move0.bias"
        ) { $0.tensors["conv_hr.move1.bias"] = Tensor([1, 2, 3] as [Float], shape: [3]) },
        Damage(kind: .shape, layer: "conv_last", key: "conv_last.bias", found: "(4,)", expected: "(3,)") {
            $0.tensors["conv_last.bias"] = Tensor([1, 2, 3, 4] as [Float], shape: [4])
        },
        Damage(kind: .dtype, layer: "conv_last", key: "conv_last.bias", found: "float64", expected: "float32") {
            $0.tensors["conv_last.bias"] = Tensor([1, 2, 3] as [Double], shape: [3])
        },
        Damage(kind: .nonFinite, layer: "conv_hr", key: "conv_hr.relu.pr_prelu.weight", found: "1 of 8") {
            $0.change("conv_hr.relu.pr_prelu.weight") { $0[3] = .nan }
        },
        Damage(kind: .zeroFilter, layer: "body.1.body.0", key: weight, found: "filter 2") {
            $0.change(weight) { for index in 144..<216 { $0[index] = 0 } }
        },
        Damage(
            kind: .zeroWeights, layer: "body.1.body.0", key: weight,
            found: "2 of 576 exactly zero, the first at (0, 0, 1, 2)"
        ) {
            $0.change(weight) {
                $0[5] = 0
                $0[500] = -0.0
            }
        },
        Damage(kind: .binaryWeights, layer: "body.1.body.0", key: weight, found: "alpha is 1") {
            $0.change(weight) { $0 = $0.map { $0 > 0 ? 1 : -1 } }
        },
    ]

    @Test(arguments: damages)
    func oneDamageIsOneProblem(_ damage: Damage) throws {
        var weights = try Weights(Self.network())
        damage.change(&weights)
        let report = try ValidationReport(weights.source.resolve())
        #expect(report.problems.count == 1)
        let problem = try #require(report.problems.first)
        #expect(problem.kind == damage.kind && problem.layer == damage.layer && problem.key == damage.key)
        #expect(problem.found.contains(damage.found), "\(problem.found)")
        #expect(problem.expected.contains(damage.expected), "\(problem.expected)")
        #expect(report.holds == (damage.kind.severity == .warning))
    }

    @Test func allDamagesAreReportedAtOnce() throws {
        var weights = try Weights(Self.network())
        for damage in Self.damages where damage.kind != .dtype && damage.kind != .binaryWeights {
            damage.change(&weights)
        }
        let report = try ValidationReport(weights.source.resolve())
        #expect(
            Set(report.problems.map(\.kind))
                == [.missingKey, .unexpectedKey, .shape, .nonFinite, .zeroFilter, .zeroWeights])
        // Errors first.
        let severities = report.problems.map(\.severity)
        #expect(severities == severities.filter { $0 == .error } + severities.filter { $0 == .warning })
    }

    @Test func aRightFileHasNoProblem() throws {
        let report = try ValidationReport(Weights(Self.network()).source.resolve())
        #expect(report.problems.isEmpty && report.holds)
    }

    @Test func aForcedFamilyIsCheckedAgainst() throws {
        let report = try ValidationReport(
            Weights(Self.network()).source.resolve(NetworkRequest(family: .bbcuL)))
        #expect(report.resolution.network?.family == .bbcuL)
        #expect(report.problems.contains { $0.kind == .missingKey && $0.key == "upconv1.weight" })
        #expect(!report.holds)
    }

    @Test func twoStateDictsAreMeasured() throws {
        let network = try Self.network()
        let weights = try Weights(network)
        var other = weights
        other.change("conv_last.bias") { $0[1] += 0.5 }
        var all = OrderedDictionary<String, Tensor>()
        for (key, tensor) in weights.tensors { all["params." + key] = tensor }
        for (key, tensor) in other.tensors { all["params_ema." + key] = tensor }
        var both = weights
        both.tensors = all
        let report = try ValidationReport(both.source.resolve())
        #expect(report.resolution.selection.stateDict.root == "params")
        #expect(report.distance?.key == "conv_last.bias")
        #expect(abs((report.distance?.maxAbsDifference ?? 0) - 0.5) < 1e-6)
        let chosen = try both.source.resolve(NetworkRequest(root: "params_ema"))
        #expect(chosen.selection.stateDict.root == "params_ema")
    }
}

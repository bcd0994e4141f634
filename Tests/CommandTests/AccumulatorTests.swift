import BBCUExecution
import BBCUKit
import Foundation
import TestSupport
import Testing

/// Integer sums of a port in NumPy that is right, or has one fault.
@Suite("bbcu check-port --accumulators") struct AccumulatorTests {
    /// 16 features, so that words of 32 and 64 have unused bits and its sums are solved fast.
    static let network = NetworkFixture.all.first { $0.name == "bbcum_w16" }

    /// What a faulty port's sums are found to be, and how they were dumped.
    struct Case: Sendable, CustomTestStringConvertible {
        var fault: String
        var id: String
        var options: [String] = []
        /// What the sums alone cannot tell from it.
        var twin: String?
        var testDescription: String { fault }
    }

    /// Faults that show in the sums alone.
    static let faults = [
        Case(fault: "padding-minus-one", id: "padding-minus-one"),
        Case(fault: "padding-plus-one", id: "padding-plus-one"),
        Case(fault: "padding-edge", id: "padding-edge"),
        Case(fault: "padding-before-shift", id: "padding-before-shift"),
        Case(fault: "popcount-unscaled", id: "popcount-unscaled"),
        Case(fault: "popcount-less-count", id: "popcount-unscaled"),
        Case(fault: "popcount-of-xor", id: "popcount-unscaled"),
        Case(fault: "border-count-unmasked", id: "border-count-unmasked"),
        Case(fault: "border-count-equal", id: "border-count-unmasked"),
        Case(fault: "tail-bits-unmasked", id: "tail-bits-unmasked"),
        Case(fault: "tail-bits-twice", id: "tail-bits-unmasked"),
        Case(fault: "kernel-rotated", id: "kernel-rotated", twin: "accumulator-flipped"),
        Case(fault: "kernel-transposed", id: "kernel-transposed", twin: "accumulator-transposed"),
        Case(fault: "channels-transposed", id: "channels-transposed"),
        Case(fault: "byte-order", id: "accumulator-byte-order"),
        Case(fault: "scaled", id: "accumulator-scaled"),
    ]

    @Test(arguments: faults) func aFaultIsFoundInTheSumsAlone(_ fault: Case) throws {
        let network = try #require(Self.network)
        let report = try Self.check(network, ["--fault", fault.fault])
        #expect(report.status == 1)
        #expect(report.ids == [fault.id] + (fault.twin.map { [$0] } ?? []))
        #expect(report.json["first_wrong"] == .string("body.0.body.0.binary_conv"))
    }

    /// Faults that only exchange or negate signs: the sums alone are possible ones, the input's are others.
    @Test(arguments: [
        ("shift-missing", "shift-missing"), ("bits-inverted", "bits-inverted"), ("bits-reversed", "bits-reversed"),
    ])
    func aFaultOfSignsNeedsTheInput(_ fault: String, _ id: String) throws {
        let network = try #require(Self.network)
        #expect(try Self.check(network, ["--fault", fault]).status == 0)
        let report = try Self.check(network, ["--fault", fault], withInput: true)
        #expect(report.status == 1)
        #expect(report.ids == [id])
    }

    /// Eight bits are too few in the trained network.
    @Test(arguments: [
        ("accumulator-wraps", "accumulator-wraps"), ("accumulator-saturates", "accumulator-saturates"),
        ("accumulator-clipped", "accumulator-saturates"),
    ])
    func lostSumsAreRecovered(_ fault: String, _ id: String) throws {
        for withInput in [false, true] {
            let report = try Self.check(
                checkpoint: fixture("bbcum_x2_trained.pth"), size: 4, ["--fault", fault], withInput: withInput)
            #expect(report.status == 1)
            #expect(report.ids == [id])
        }
    }

    @Test(arguments: [
        [], ["--nhwc"], ["--dtype", "int32"], ["--dtype", "float32"], ["--pad-channels", "64"], ["--outputs"],
    ])
    func aRightPortHolds(_ options: [String]) throws {
        let network = try #require(Self.network)
        for withInput in [false, true] {
            let report = try Self.check(network, options, withInput: withInput)
            #expect(report.status == 0, "\(report.text)")
            let isKnown = withInput || options == ["--outputs"]
            #expect(report.tests == [isKnown ? "input" : "signs"])
        }
    }

    /// Networks with exact zeros in weights and activations, a convolution's bias, and no upsampling.
    @Test(arguments: ["zero_weights", "deblock", "denoise_zeros", "bbcul_x3", "bbcum_w48"])
    func aRightPortOfOtherNetworksHolds(_ name: String) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == name })
        for withInput in [false, true] {
            let report = try Self.check(network, [], withInput: withInput)
            #expect(report.status == 0, "\(report.text)")
        }
    }

    /// An input larger than what is solved: its sums are judged by it, or by bound and parity alone, which is said.
    @Test func aLargeInputIsJudgedByItsImage() throws {
        let network = try #require(Self.network)
        let checkpoint = network.checkpoint
        let fault = ["--fault", "padding-minus-one"]
        let known = try Self.check(checkpoint: checkpoint, size: 12, fault, withInput: true)
        #expect(known.status == 1 && known.ids == ["padding-minus-one"])
        let unknown = try Self.check(checkpoint: checkpoint, size: 12, fault)
        #expect(unknown.status == 0 && unknown.tests == ["bounds"], "-1 padding breaks neither bound nor parity")
        #expect(unknown.text.contains("alone, which many faults pass"))
        let unscaled = try Self.check(checkpoint: checkpoint, size: 12, ["--fault", "popcount-unscaled"])
        #expect(unscaled.status == 1 && unscaled.ids.contains("popcount-unscaled"))
    }

    /// Two faults at once, where neither alone explains the sums.
    @Test(arguments: [
        ("padding-minus-one+popcount-unscaled", ["padding-minus-one", "popcount-unscaled"]),
        ("kernel-rotated+padding-plus-one", ["padding-plus-one", "kernel-rotated"]),
        ("kernel-transposed+byte-order", ["kernel-transposed", "accumulator-byte-order"]),
        ("border-count-equal+channels-transposed", ["channels-transposed", "border-count-unmasked"]),
    ])
    func twoFaultsAreFoundTogether(_ faults: String, _ ids: [String]) throws {
        let network = try #require(Self.network)
        for withInput in [false, true] {
            let report = try Self.check(network, ["--fault", faults], withInput: withInput)
            #expect(report.status == 1)
            let pair = ids.map { JSONReport.Scalar?.some(.string($0)) }
            // Without the input nobody knows the signs' polarity: padding with +1 and counting the others is the same.
            #expect(withInput ? report.pairs == [pair] : report.pairs.contains(pair), "\(report.pairs)")
        }
    }

    /// Three faults are no pair, and halves of 48 channels exchanged are no known fault: of 16 they are words.
    @Test(arguments: ["kernel-rotated+padding-plus-one+popcount-unscaled", "swapped-halves+popcount-unscaled"])
    func whatNoPairMakesIsNotExplained(_ faults: String) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_w48" })
        let report = try Self.check(network, ["--fault", faults], withInput: true)
        #expect(report.status == 1)
        #expect(report.ids.isEmpty)
    }

    /// What no known fault makes must not be explained.
    @Test(arguments: [false, true]) func randomErrorsAreNotExplained(_ withInput: Bool) throws {
        let network = try #require(Self.network)
        let report = try Self.check(network, ["--fault", "noise"], withInput: withInput)
        #expect(report.status == 1)
        #expect(report.ids.isEmpty)
    }

    /// The sums are right; what follows them is not.
    @Test func aWrongSlopeIsFoundInTheOutput() throws {
        let network = try #require(Self.network)
        let report = try Self.check(network, ["--outputs", "--slope", "1"], withInput: true)
        #expect(report.status == 1)
        #expect(report.json["first_wrong"] == .string("body.0.body.0"))
        #expect(report.ids == ["slope-missing"])
    }

    @Test func whatHoldsNoSumsIsUnusable() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let modules = folder + "/modules.npz"
            let trace = try BuiltCommand.run(
                "trace", network.checkpoint, "--input", network.path("input.npy"), "--output", modules)
            #expect(trace.status == 0)
            let outcome = try BuiltCommand.run("check-port", network.checkpoint, modules, "--accumulators")
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains("body.0.body.0.binary_conv"))
        }
    }

    /// What PyTorch's module of that name makes is alpha times the sums: no integers.
    @Test func scaledSumsAreNoSums() throws {
        let network = try #require(Self.network)
        let outcome = try BuiltCommand.run(
            "check-port", network.checkpoint, network.path("published32.npz"), "--accumulators", "--json")
        #expect(outcome.status == 1)
        #expect(try JSONReport(outcome.output)["first_wrong"] == .string("body.0.body.0.binary_conv"))
    }

    @Test func sumsOfAnotherSizeAreNamed() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let dump = folder + "/body.0.body.0.binary_conv.npy"
            let tensor = try #require(Tensor(dtype: .int8, shape: [1, 7, 3, 3], bytes: .init(repeating: 0, count: 63)))
            try NumPyArray.write(tensor, to: dump)
            let outcome = try BuiltCommand.run("check-port", network.checkpoint, dump, "--accumulators", "--json")
            #expect(outcome.status == 1)
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "check-port").isEmpty)
            #expect(try JSONReport(outcome.output)["first_wrong"] == .string("body.0.body.0.binary_conv"))
        }
    }

    struct Outcome {
        var status: Int32
        var json: JSONReport
        var text: String
        var ids: [String] { json.list("diagnoses").compactMap { text($0["id"]) } }
        var pairs: [[JSONReport.Scalar?]] { json.list("diagnoses").map { [$0["id"], $0["with"]] } }
        var tests: Set<String> { Set(json.list("modules").compactMap { text($0["accumulators", "test"]) }) }

        private func text(_ value: JSONReport.Scalar?) -> String? {
            if case .string(let text)? = value { text } else { nil }
        }
    }

    static func check(_ network: NetworkFixture, _ options: [String], withInput: Bool = false) throws -> Outcome {
        try check(
            checkpoint: network.checkpoint, size: 4, channels: network.inputChannels, options, withInput: withInput)
    }

    /// Runs the port on noise and checks its sums.
    static func check(
        checkpoint: String, size: Int, channels: Int = 3, _ options: [String], withInput: Bool = false
    ) throws -> Outcome {
        let python = try #require(PythonWithNumPy.path, "apt-get install python3-numpy")
        return try withTemporaryFolder { folder in
            let (model, input, dump) = (folder + "/model.bbcu", folder + "/input.npy", folder + "/dump.npz")
            #expect(try BuiltCommand.run("convert", checkpoint, model).status == 0)
            let noise = try FeatureMap<Float>.noise(channels: channels, height: size, width: size, seed: 3)
            try NumPyArray.write(try #require(noise.tensor), to: input)
            let script = Fixtures.folder + "/../Tests/faulty_port/port.py"
            let dtype = options.contains("scaled") ? ["--dtype", "float32"] : []
            let port = try ChildProcess.run(python, [script, model, input, dump] + options + dtype)
            #expect(port.status == 0, "\(port.errors)")
            let outcome = try BuiltCommand.run(
                ["check-port", checkpoint, dump, "--accumulators", "--json"] + (withInput ? ["--input", input] : []))
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "check-port").isEmpty)
            return Outcome(status: outcome.status, json: try JSONReport(outcome.output), text: outcome.output)
        }
    }
}

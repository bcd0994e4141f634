import BBCUNetworks
import BBCUTrainingOptions
import Testing

/// Options files of both frameworks, and where k comes from.
@Suite struct OptionsTests {
    static let basicSR = """
        scale: 4
        network_g:
          type: BBCUM
          num_in_ch: 3
          num_feat: 64
          num_block: 16
          upscale: 4
          k: 130.
        path:
          param_key_g: params_ema
        """

    static let kair = """
        {
          "task": "dncnn"  // a comment, with "quotes"
          , "path": {"root": "http://example.org"}
          , "netG": {
            "net_type": "dncnn3_b" //"dncnn" | "dncnn_b"
            , "in_nc": 1
            , "out_nc": 1
            , "nc": 64
            , "nb": 20
            , "k": 130
          }
        }
        """

    @Test func basicSRIsRead() throws {
        let options = try TrainingOptions(text: Self.basicSR, file: "a.yml")
        #expect(options.dialect == .basicSR && options.family == .bbcuM)
        #expect(options.amplification == 130 && options.parameterKey == "params_ema")
        #expect(options.problems.isEmpty)
        let network = try #require(Family.bbcuM.network(Hyperparameters(blocks: 16, upscale: 4)))
        #expect(options.problems(against: network).isEmpty)
    }

    @Test func kairIsRead() throws {
        let options = try TrainingOptions(text: Self.kair, file: "a.json")
        #expect(options.dialect == .kair && options.family == .deblock && options.amplification == 130)
        let network = try #require(
            Family.deblock.network(Hyperparameters(inputChannels: 1, outputChannels: 1, blocks: 20, bias: true)))
        #expect(options.problems(against: network).isEmpty)
    }

    @Test func contradictionsNameBoth() throws {
        let options = try TrainingOptions(text: Self.basicSR, file: "a.yml")
        let network = try #require(Family.bbcuL.network(Hyperparameters(features: 64, blocks: 15, upscale: 2)))
        let problems = options.problems(against: network)
        #expect(problems.map(\.key) == ["network_g.type", "network_g.num_block", "network_g.upscale", "scale"])
        #expect(problems.allSatisfy { $0.severity == .error })
        #expect(problems[2].expected.contains("2") && problems[2].found.contains("4"))
    }

    @Test(arguments: ["0", "-130", ".nan", "abc", "[1]", "1e400", "1e-60"])
    func anUnusableKIsAnError(_ k: String) throws {
        let options = try TrainingOptions(text: "network_g:\n  type: BBCUM\n  k: \(k)\n", file: "a.yml")
        #expect(options.problems.map(\.key) == ["network_g.k"])
    }

    @Test func withoutKBasicSRMeansOneAndKAIRMustNameIt() throws {
        let basic = try TrainingOptions(text: "network_g:\n  type: BBCUM\n", file: "a.yml")
        let amplification = Amplification(argument: nil, options: basic, features: 64)
        #expect(amplification.value == 1 && amplification.rule == 130)
        #expect(amplification.problems.map(\.kind) == [.amplification])
        let kair = try TrainingOptions(text: "{\"netG\": {\"net_type\": \"dncnn_b\"}}", file: "a.json")
        #expect(kair.problems.map(\.key) == ["netG.k"])
    }

    @Test func theArgumentComesFirstThenOptionsThenTheRule() throws {
        let options = try TrainingOptions(text: "network_g:\n  k: 65\n", file: "a.yml")
        #expect(Amplification(argument: 7, options: options, features: 64).value == 7)
        #expect(Amplification(argument: nil, options: options, features: 64).value == 65)
        #expect(Amplification(argument: nil, options: nil, features: 48).value == 97.5)
        #expect(Amplification(argument: nil, options: nil, features: 48).problems.isEmpty)
        #expect(Amplification(argument: nil, options: options, features: 64).problems.first?.key == "network_g.k")
    }

    @Test(arguments: ["", "a: 1", "[1, 2]", "network_g: {", "{\"netG\": "])
    func otherFilesAreRefused(_ text: String) {
        #expect(throws: OptionsError.self) { try TrainingOptions(text: text, file: "x") }
    }

    @Test(arguments: [("130", 130.0), ("130.", 130), ("1e2", 100), ("0.5", 0.5)])
    func aFactorIsANumberGreaterThanZero(_ text: String, _ value: Double) {
        #expect(Amplification.parse(text) == value)
    }
}

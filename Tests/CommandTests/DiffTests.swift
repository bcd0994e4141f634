import TestSupport
import Testing

@Suite("bbcu diff")
struct DiffTests {
    static let pair = [fixture("differences/a.pth"), fixture("differences/b.pth")]

    @Test(
        "JSON follows its schema",
        arguments: [
            pair, pair + ["--tolerance", "0.5"], pair + ["--root-a", "net", "--root-b", "net", "--match", "*dtype*"],
            [fixture("containers/nested.pth"), fixture("containers/dtypes.pth")],
            [fixture("containers/dtypes.pth"), fixture("containers/dtypes.pth")],
            [fixture("networks/bbcum_x2/checkpoint.pth"), fixture("safetensors/bbcum_x2.safetensors")],
            [fixture("networks/nan/checkpoint.pth"), fixture("networks/half/checkpoint.pth")],
        ])
    func schema(arguments: [String]) throws {
        let outcome = try BuiltCommand.run(["diff", "--json"] + arguments)
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "diff").isEmpty)
        let isSame = try JSONReport(outcome.output)["verdict"] == .string("same")
        #expect(outcome.status == (isSame ? 0 : 1))
        #expect(isSame == (arguments[0] == arguments[1]))
    }

    @Test("the exit status follows the tolerance")
    func tolerance() throws {
        let noise = Self.pair + ["--match", "net.noise.float32", "--tolerance"]
        // PyTorch's largest difference is 0.00301504135131836; see expected.json.
        #expect(try BuiltCommand.run(["diff"] + noise + ["0.0031"]).status == 0)
        #expect(try BuiltCommand.run(["diff"] + noise + ["0.003"]).status == 1)
    }

    @Test("--diffable of one file is what diff -u takes, of two what it prints")
    func diffable() throws {
        let single = try BuiltCommand.run("diff", "--diffable", Self.pair[0])
        #expect(single.status == 0)
        #expect(single.output.split(separator: "\n").count == 40)
        let both = try BuiltCommand.run(["diff", "--diffable"] + Self.pair)
        #expect(both.status == 1)
        let lines = both.output.split(separator: "\n")
        #expect(lines.prefix(3) == ["--- \(Self.pair[0])", "+++ \(Self.pair[1])", "@@ -1,40 +1,40 @@"])
        #expect(lines.contains("-epoch = 3") && lines.contains("+epoch = 4"))
        let same = try BuiltCommand.run("diff", "--diffable", Self.pair[0], Self.pair[0])
        #expect(same.status == 0 && same.output.isEmpty)
    }

    @Test("what cannot be used exits 2 with one line and no output")
    func unusable() throws {
        for arguments in [
            [Self.pair[0], "/absent.pth"], ["/absent.pth", Self.pair[0]], Self.pair + ["--root-a", "ne\u{1B}t"],
            [Self.pair[0], fixture("astronaut_256x256.png")],
        ] {
            let outcome = try BuiltCommand.run(["diff"] + arguments)
            #expect(outcome.status == 2)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.hasPrefix("bbcu: error: "))
            #expect(outcome.errors.split(separator: "\n").count == 1)
            #expect(!outcome.errors.contains("\u{1B}"))
        }
    }

    @Test(
        "wrong usage exits 64",
        arguments: [
            [], ["a"], ["a", "b", "c"], ["a", "b", "--tolerance", "-1"], ["a", "b", "--tolerance", "nan"],
            ["a", "b", "--diffable", "--json"], ["a", "b", "--diffable", "--tolerance", "1"],
            ["a", "--diffable", "--root-b", "x"],
        ])
    func usage(arguments: [String]) throws {
        #expect(try BuiltCommand.run(["diff"] + arguments).status == 64)
    }
}

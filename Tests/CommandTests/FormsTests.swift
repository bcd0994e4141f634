import TestSupport
import Testing

/// One network in every form in which people keep one: every command takes each of them.
@Suite struct FormsTests {
    static let forms = [
        "legacy.pth", "module.pth", "legacy_module.pth", "training.state", "arrays.npz", "compressed.npz", "arrays.pkl",
        "model.safetensors.index.json", "big_endian.pth",
    ]

    @Test(arguments: forms)
    func isTheNetwork(_ form: String) throws {
        let path = fixture("forms/" + form)
        let validation = try BuiltCommand.run("validate", path)
        #expect(validation.status == 0, "\(validation.output)")
        let inspection = try BuiltCommand.run("inspect", "--json", "--checksums", "--stats", path)
        #expect(inspection.status == 0)
        #expect(try SchemaCheck.errors(in: inspection.output, schema: "inspect") == [])
        #expect(inspection.output.contains("\"family\": \"bbcu-m\""))
    }

    @Test(arguments: forms.filter { $0 != "training.state" })
    func hasTheSameTensors(_ form: String) throws {
        let outcome = try BuiltCommand.run(
            "diff", fixture("networks/bbcum_x2/checkpoint.pth"), fixture("forms/" + form))
        #expect(
            outcome.output.contains("hold the same: 34 tensors") || outcome.output.contains("34 tensors equal"),
            "\(outcome.output)")
        #expect(!outcome.output.contains("changed"))
    }

    @Test(arguments: ["legacy.pth", "module.pth", "compressed.npz", "model.safetensors.index.json"])
    func isVerified(_ form: String) throws {
        let outcome = try BuiltCommand.run(
            "verify", fixture("forms/" + form), "--input", fixture("networks/bbcum_x2/input.npy"))
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("HOLDS"))
    }

    @Test func rootChoosesTheStateDict() throws {
        let path = fixture("forms/training.state")
        #expect(try BuiltCommand.run("validate", path, "--root", "net").status == 0)
        #expect(try BuiltCommand.run("inspect", path, "--root", "optimizer").output.contains("exp_avg") == false)
        #expect(try BuiltCommand.run("inspect", path, "--root", "nothing").status == 2)
    }
}

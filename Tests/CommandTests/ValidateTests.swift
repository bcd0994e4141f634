import BBCUKit
import Foundation
import TestSupport
import Testing

/// What `bbcu validate` says: a line for each kind of problem, and the way out.
@Suite("bbcu validate") struct ValidateTests {
    @Test func aFloat16CheckpointIsOneLine() throws {
        let path = fixture("prefixes/half.pth")
        let count = try Checkpoint.open(path).tensors.count
        let outcome = try BuiltCommand.run("validate", path)
        #expect(outcome.status == 1)
        let errors = outcome.output.split(separator: "\n").filter { $0.hasPrefix("error: ") }
        #expect(errors.count == 1)
        #expect(errors.first?.hasPrefix("error: dtype: \(count) tensors are float16, expected float32: ") == true)
        #expect(errors.first?.hasSuffix("and \(count - 3) more") == true)
        #expect(outcome.output.contains("bbcu convert \(path) OUT.pth --convert-dtype"))
        let details = try BuiltCommand.run("validate", path, "--details").output
        #expect(details.split(separator: "\n").count { $0.hasSuffix(": found float16, expected float32") } == count)
        let json = try BuiltCommand.run("validate", path, "--json").output
        #expect(json.split(separator: "\n").count { $0.contains(#""kind": "dtype""#) } == count)
    }

    @Test(arguments: ["pth", "safetensors", "npz"]) func theWayOutWorks(_ suffix: String) throws {
        try withTemporaryFolder { folder in
            let path = fixture("prefixes/half.pth")
            let output = "\(folder)/float32.\(suffix)"
            #expect(try BuiltCommand.run("verify", path, "--size", "4x4", "--convert-dtype").status == 0)
            #expect(try BuiltCommand.run("convert", path, output, "--convert-dtype").status == 0)
            #expect(try BuiltCommand.run("validate", output).status == 0)
            let (half, wide) = (try Checkpoint.open(path), try Checkpoint.open(output))
            #expect(half.tensors.map(\.name) == wide.tensors.map(\.name))
            for (first, second) in zip(half.tensors, wide.tensors) {
                #expect(try second.dtype == .float32 && half.tensor(first).floats() == wide.tensor(second).floats())
            }
        }
    }

    @Test func roundingIsSaid() throws {
        try withTemporaryFolder { folder in
            let source = try Checkpoint.open(fixture("networks/deblock/checkpoint.pth"))
            var tensors = try source.tensors.map { entry in
                let tensor = try source.tensor(entry)
                let values = try #require(tensor.doubles())
                return NamedTensor(entry.name, try #require(Tensor(values, shape: tensor.shape)))
            }
            let path = folder + "/double.safetensors"
            try SafetensorsWriter.write(tensors, to: path)
            for suffix in ["pth", "onnx", "bbcu"] {
                let convert = ["convert", path, "\(folder)/out.\(suffix)"]
                let outcome = try BuiltCommand.run(convert + (suffix == "pth" ? ["--convert-dtype"] : []))
                #expect(outcome.status == 0)
                #expect(outcome.errors.contains("\(tensors.count) tensors rounded from float64 to float32"))
            }
            #expect(
                try BuiltCommand.run("verify", path, "--size", "4x4", "--convert-dtype").errors
                    .contains("rounded from float64"))
            let shape = source.tensors[0].shape
            let large = [Double](repeating: 1e300, count: shape.reduce(1, *))
            tensors[0] = NamedTensor(source.tensors[0].name, try #require(Tensor(large, shape: shape)))
            try SafetensorsWriter.write(tensors, to: path)
            let outcome = try BuiltCommand.run("convert", path, folder + "/large.pth", "--convert-dtype")
            #expect(outcome.status == 2 && outcome.errors.contains("float32 cannot hold"))
            #expect(try !contents(ofFolder: folder).contains("large.pth"))
        }
    }

    @Test func fewAndManyAreTold() throws {
        let missing = try BuiltCommand.run("validate", fixture("forms/model-2-of-2.safetensors"))
        #expect(
            missing.output.contains("error: missing-key: 17 keys are missing: conv_first.weight, conv_first.bias, "))
        #expect(missing.output.contains("and 14 more") && missing.output.contains("--details lists all"))
        let one = try BuiltCommand.run("validate", fixture("networks/nan/checkpoint.pth"))
        #expect(one.output.contains("error: non-finite: body.0.body.1.binary_conv.weight: found 1 of 576"))
        #expect(!one.output.contains("--details"))
    }
}

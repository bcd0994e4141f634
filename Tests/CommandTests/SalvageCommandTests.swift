import Foundation
import TestSupport
import Testing

@Suite struct SalvageCommandTests {
    @Test func damagedFile() throws {
        try withTemporaryFolder { folder in
            var content = try bytes(of: fixture("bbcum_x2_trained.pth"))
            content.removeLast(2_000_000)
            let path = folder + "/cut.pth"
            try write(content, to: path)
            #expect(try BuiltCommand.run("inspect", path).status == 2)
            let text = try BuiltCommand.run("inspect", "--salvage", path)
            #expect(text.status == 1)
            #expect(text.output.contains("of 174 tensors intact"))
            let json = try BuiltCommand.run("inspect", "--salvage", "--json", path)
            #expect(json.status == 1)
            #expect(try BuiltCommand.run("inspect", "--salvage", "--json", path).output == json.output)
            let keys = ["\"name\"", "\"condition\"", "\"reason\"", "\"dtype\"", "\"shape\"", "\"bytes\""]
            let places = keys.compactMap { json.output.range(of: $0)?.lowerBound }
            #expect(places.count == keys.count && places == places.sorted())
            #expect(try SchemaCheck.errors(in: json.output, schema: "salvage") == [])
            #expect(try BuiltCommand.run("validate", path).status == 2)
            let validation = try BuiltCommand.run("validate", "--salvage", "--details", path)
            #expect(validation.status == 1)
            #expect(validation.output.contains("conv_last.bias: found nothing"))
            #expect(validation.errors.contains("tensors are damaged or absent"))
        }
    }

    @Test func wholeFile() throws {
        let outcome = try BuiltCommand.run("inspect", "--salvage", fixture("containers/views.pth"))
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("11 of 11 tensors intact"))
        #expect(try BuiltCommand.run("inspect", "--salvage", "--stats", fixture("containers/views.pth")).status == 64)
    }
}

import Foundation
import TestSupport
import Testing

/// Names of tensors are written as they are or not at all, and shown as text.
@Suite("Names of tensors") struct TensorNameTests {
    private static func convert(_ file: String, _ format: String, in folder: String) throws -> ProcessOutcome {
        try BuiltCommand.run("convert", fixture("names/" + file), folder + "/out." + format, "--keep-tree")
    }

    @Test(arguments: [
        ("outside.safetensors", "npz", "leads out of its folder"), ("surrogate_keys.pth", "npz", "surrogate pair"),
        ("surrogate_keys.pth", "safetensors", "surrogate pair"), ("surrogate_keys.pth", "pth", "surrogate pair"),
        ("surrogate_value.pth", "pth", "surrogate pair"),
    ])
    func whatCannotBeWrittenExactlyIsRefused(_ file: String, _ format: String, _ words: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try Self.convert(file, format, in: folder)
            #expect(outcome.status == 2 && outcome.errors.contains(words), "\(outcome.errors)")
            #expect(try contents(ofFolder: folder).isEmpty)
        }
    }

    @Test(arguments: [
        ("outside.safetensors", "pth"), ("outside.safetensors", "safetensors"), ("replacement.safetensors", "npz"),
        ("replacement.safetensors", "pth"), ("steering.safetensors", "npz"), ("steering.safetensors", "pth"),
        ("surrogate_value.pth", "npz"),
    ])
    func everyOtherNameIsKept(_ file: String, _ format: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try Self.convert(file, format, in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let names = try [fixture("names/" + file), folder + "/out." + format].map { path in
                try JSONReport(try BuiltCommand.run("inspect", path, "--json").output).list("tensors")
                    .compactMap { $0.text("name").map { Array($0.utf8) } }
            }
            #expect(!names[0].isEmpty && Set(names[0]) == Set(names[1]))
        }
    }

    @Test func halvesOfSurrogatePairsStayTwoNames() throws {
        let outcome = try BuiltCommand.run("inspect", fixture("names/surrogate_keys.pth"), "--json")
        let names = try JSONReport(outcome.output).list("tensors").compactMap { $0.text("name") }
        #expect(names == ["a\u{FFFD}ED\u{FFFD}A0\u{FFFD}80", "a\u{FFFD}ED\u{FFFD}A0\u{FFFD}81"])
    }

    @Test(arguments: [
        ["inspect", "FILE"], ["inspect", "FILE", "--sort"], ["inspect", "FILE", "--stats"], ["diff", "FILE", "FILE"],
        ["diff", "FILE", "OTHER"], ["diff", "FILE", "--diffable"], ["diff", "FILE", "OTHER", "--json"],
        ["scan", "FILE"],
        ["inspect", "FILE", "--json"], ["validate", "FILE"], ["pickle", "FILE"], ["inspect", "FILE", "--salvage"],
    ])
    func nothingOfANameSteersATerminal(_ words: [String]) throws {
        let places = [
            "FILE": fixture("names/steering.safetensors"), "OTHER": fixture("names/replacement.safetensors"),
        ]
        let outcome = try BuiltCommand.run(words.map { places[$0] ?? $0 })
        for text in [outcome.output, outcome.errors] {
            #expect(
                !text.unicodeScalars.contains { scalar in
                    scalar != "\n" && [.control, .format].contains(scalar.properties.generalCategory)
                }, "\(text)")
        }
        #expect(!outcome.output.split(separator: "\n").contains { $0 == "d" || $0.hasPrefix("d ") })
    }
}

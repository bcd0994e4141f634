import BBCUKit
import Foundation
import TestSupport
import Testing

@Suite("bbcu golden") struct GoldenTests {
    static let network = NetworkFixture.all.first { $0.name == "zero_weights" }

    /// Everything that a unit's own test does, from the text files and their document alone.
    @Test(arguments: [
        ("64", "filter,row,column,word,nchw,lsb,plus"), ("8", "filter,row,column,word,nhwc,lsb,plus"),
        ("32", "row,column,word,filter,nchw,msb,plus"), ("16", "word,column,row,filter,nhwc,msb,minus"),
    ])
    func memhIsReadBackByItsDocument(_ word: String, _ order: String) throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcum_w48" })
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(
                "golden", network.checkpoint, folder + "/g", "--suite", "--format", "memh", "--word", word, "--order",
                order, "--units", "body.0.body.*")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let golden = try MemhFolder(folder + "/g")
            #expect(golden.order == order.split(separator: ",").map(String.init))
            var units = 0
            for name in ["noise", "odd", "exact-zeros"] {
                let items = try #require(golden.cases[name])
                for sums in items.values where sums.kind == "sums" {
                    let unit = String(sums.name.dropLast(".sums".count))
                    #expect(try golden.sums(of: unit, in: name) == golden.integers(sums), "\(name), \(unit)")
                    units += 1
                }
            }
            #expect(units == 5)
            #expect(golden.cases["exact-zeros"]?["body.0.body.0.signs_nonzero"] != nil)
        }
    }

    @Test func zeroWeightsHaveAMask() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            #expect(
                try BuiltCommand.run("golden", network.checkpoint, folder + "/g", "--format", "memh").status == 0)
            let golden = try MemhFolder(folder + "/g")
            for unit in ["body.0.body.0", "conv_hr"] {
                #expect(golden.constants[unit + ".weights_nonzero"] != nil)
                let sums = try #require(golden.cases["noise"]?[unit + ".sums"])
                #expect(try golden.sums(of: unit, in: "noise") == golden.integers(sums))
            }
        }
    }

    @Test(arguments: ["npz", "npy", "memh", "c-header", "swift"])
    func everyFormatFollowsTheSchemaAndNamesItsFiles(_ format: String) throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(
                "golden", network.checkpoint, folder + "/g", "--suite", "--format", format)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let text = try String(contentsOfFile: folder + "/g/manifest.json", encoding: .utf8)
            #expect(try SchemaCheck.errors(in: text, schema: "golden").isEmpty)
            let report = try JSONReport(text)
            let names = report.list("cases").compactMap { $0["name"] }
            #expect(
                names
                    == ["scene", "noise", "noise-2", "black", "white", "impulse", "odd", "pixel", "exact-zeros"]
                    .map { .string($0) })
            #expect(report.list("sequences").count == 3)
            for item in report.list("constants") + report.list("cases").flatMap({ $0.list("items") }) {
                guard case .string(let file)? = item["file"] else {
                    Issue.record("an array without a file")
                    continue
                }
                #expect(FileManager.default.fileExists(atPath: folder + "/g/" + file), "\(file)")
            }
        }
    }

    @Test func hashesAreThoseOfTheBulk() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            #expect(try BuiltCommand.run("golden", network.checkpoint, folder + "/bulk").status == 0)
            #expect(try BuiltCommand.run("golden", network.checkpoint, folder + "/hashes", "--hashes").status == 0)
            #expect(try contents(ofFolder: folder + "/hashes") == ["manifest.json"])
            let hashes = try ["bulk", "hashes"].map { name in
                try JSONReport(String(contentsOfFile: folder + "/\(name)/manifest.json", encoding: .utf8))
                    .list("cases").flatMap { $0.list("items") }.map { $0["sha256"] }
            }
            #expect(hashes[0] == hashes[1] && !hashes[0].isEmpty)
        }
    }

    /// Golden data are a dump of a right port.
    @Test func checkPortTakesThem() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let input = network.path("input.npy")
            #expect(try BuiltCommand.run("golden", network.checkpoint, folder + "/g", "--input", input).status == 0)
            let outcome = try BuiltCommand.run(
                "check-port", network.checkpoint, folder + "/g/input.npz", "--input", input)
            #expect(outcome.status == 0, "\(outcome.errors)\(outcome.output)")
        }
    }

    @Test func theInputIsNeverWrittenOver() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            for name in ["constants.npz", "manifest.json"] {
                let (input, golden) = (folder + "/in-\(name).pth", folder + "/g-\(name)")
                try FileManager.default.copyItem(atPath: network.checkpoint, toPath: input)
                try FileManager.default.createDirectory(atPath: golden, withIntermediateDirectories: false)
                try FileManager.default.createSymbolicLink(
                    atPath: golden + "/" + name, withDestinationPath: input)
                #expect(try BuiltCommand.run("golden", input, golden, "--size", "3x3").status == 64)
                #expect(
                    FileManager.default.contentsEqual(atPath: input, andPath: network.checkpoint), "\(name)")
            }
        }
    }

    @Test func aSizeThatNoMachineHoldsIsRefused() throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run("golden", network.checkpoint, folder + "/g", "--size", "99999x99999")
            #expect(outcome.status == 2 && outcome.errors.contains("memory"), "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        ["--word", "12"], ["--order", "filter,row"], ["--order", "row,row,column,word"], ["--format", "vhdl"],
        ["--suite", "--seed", "3"], ["--order", "plus,minus"], ["--units", "nosuch*"],
    ])
    func wrongUsage(_ options: [String]) throws {
        let network = try #require(Self.network)
        try withTemporaryFolder { folder in
            let outcome = try BuiltCommand.run(["golden", network.checkpoint, folder + "/g"] + options)
            #expect(outcome.status == 64)
            #expect(try contents(ofFolder: folder).isEmpty)
        }
    }
}

/// Golden data in hexadecimal text, read as `Documentation/GoldenData.md` says and by nothing of the library.
private struct MemhFolder {
    struct Item: Decodable {
        var name: String
        var kind: String
        var dtype: String
        var shape: [Int]
        var layout: String
        var file: String
    }

    private struct Manifest: Decodable {
        struct Case: Decodable {
            var name: String
            var items: [Item]
        }
        var order: String
        var word: Int
        var constants: [Item]
        var cases: [Case]
    }

    let folder: String
    let order: [String]
    let word: Int
    let constants: [String: Item]
    let cases: [String: [String: Item]]

    init(_ folder: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/manifest.json"))
        let manifest = try JSONDecoder().decode(Manifest.self, from: data)
        self.folder = folder
        order = manifest.order.split(separator: ",").map(String.init)
        word = manifest.word
        constants = Dictionary(uniqueKeysWithValues: manifest.constants.map { ($0.name, $0) })
        cases = Dictionary(
            uniqueKeysWithValues: manifest.cases.map { golden in
                (golden.name, Dictionary(uniqueKeysWithValues: golden.items.map { ($0.name, $0) }))
            })
    }

    func words(_ item: Item) throws -> [UInt64] {
        let text = try String(contentsOfFile: folder + "/" + item.file, encoding: .utf8)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("//") }.map { line in
            try #require(UInt64(line, radix: 16))
        }
    }

    func integers(_ item: Item) throws -> [Int] {
        try words(item).map {
            item.dtype == "int16" ? Int(Int16(truncatingIfNeeded: $0)) : Int(Int32(truncatingIfNeeded: $0))
        }
    }

    /// The integer sums of a unit from its packed signs and weights, in the order of the file.
    func sums(of unit: String, in name: String) throws -> [Int] {
        let items = try #require(cases[name])
        let signs = try #require(items[unit + ".signs"])
        let weights = try #require(constants[unit + ".weights"])
        let sums = try #require(items[unit + ".sums"])
        let axes = weights.layout.split(separator: ",").map(String.init)
        func size(_ axis: String) -> Int { axes.firstIndex(of: axis).map { weights.shape[$0] } ?? 1 }
        let (height, width, wordCount) = (signs.shape[0], signs.shape[1], signs.shape[2])
        let (activation, weight) = (try words(signs), try words(weights))
        let channels = try #require(constants[unit + ".threshold"]).shape[0]
        // Without an array of its own every bit but those past the last channel counts.
        let full = (0..<wordCount).map { index in
            (0..<word).reduce(UInt64(0)) { mask, bit in
                index * word + bit < channels
                    ? mask | 1 << UInt64(order.contains("msb") ? word - 1 - bit : bit) : mask
            }
        }
        let valid = try items[unit + ".signs_nonzero"].map(words)
        let nonzero = try constants[unit + ".weights_nonzero"].map(words)
        var result: [Int] = []
        let isChannelsLast = sums.layout == "NHWC"
        let outputs = isChannelsLast ? sums.shape[3] : sums.shape[1]
        for index in 0..<sums.shape.reduce(1, *) {
            let filter = isChannelsLast ? index % outputs : index / (height * width)
            let pixel = isChannelsLast ? index / outputs : index % (height * width)
            var sum = 0
            for row in 0..<3 {
                for column in 0..<3 {
                    let (y, x) = (pixel / width + row - 1, pixel % width + column - 1)
                    guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                    for part in 0..<wordCount {
                        let places = ["filter": filter, "row": row, "column": column, "word": part]
                        let place = axes.reduce(0) { $0 * size($1) + (places[$1] ?? 0) }
                        let source = (y * width + x) * wordCount + part
                        let mask = (valid?[source] ?? full[part]) & (nonzero?[place] ?? full[part])
                        let equal = ~(activation[source] ^ weight[place]) & mask
                        sum += 2 * equal.nonzeroBitCount - mask.nonzeroBitCount
                    }
                }
            }
            result.append(sum)
        }
        return result
    }
}

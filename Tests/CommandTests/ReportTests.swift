import Foundation
import TestSupport
import Testing

/// Every JSON report follows its schema, and says what its file is.
@Suite struct ReportTests {
    @Test(arguments: NetworkFixture.having("checkpoint.pth"))
    func validateFollowsItsSchema(_ network: NetworkFixture) throws {
        let outcome = try BuiltCommand.run("validate", network.checkpoint, "--k", "\(network.k)", "--json")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "validate").isEmpty)
        let report = try JSONReport(outcome.output)
        #expect(report["network", "family"] == .string(network.family))
        #expect(report["network", "features"] == .number(Double(network.features)))
        #expect(report["network", "blocks"] == .number(Double(network.blocks)))
        #expect(report["network", "upscale"] == .number(Double(network.upscale)))
        #expect(outcome.status == (["nan", "half"].contains(network.name) ? 1 : 0), "\(outcome.output)")
        let kinds = Set(report.list("problems").compactMap { $0["kind"] })
        switch network.name {
        case "nan": #expect(kinds.contains(.string("non-finite")))
        case "half": #expect(kinds == [.string("dtype")])
        case "zero_weights": #expect(kinds.contains(.string("zero-weights")))
        default: #expect(kinds.isSubset(of: [.string("zero-weights")]))
        }
    }

    @Test func costFollowsItsSchema() throws {
        let outcome = try BuiltCommand.run("cost", fixture("bbcum_x2_trained.pth"), "--json")
        #expect(outcome.status == 0)
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "cost").isEmpty)
        #expect(try JSONReport(outcome.output)["operations"] == .number(1_824_768_000))
        let small = try BuiltCommand.run("cost", fixture("bbcum_x2_trained.pth"), "--json", "--size", "32x18")
        #expect(try JSONReport(small.output)["operations"] == .number(18_247_680))
    }

    @Test(arguments: NetworkFixture.having("input.npy"))
    func verifyHoldsOnEveryFixture(_ network: NetworkFixture) throws {
        let outcome = try BuiltCommand.run(
            "verify", network.checkpoint, "--input", network.path("input.npy"), "--k", "\(network.k)", "--json",
            "--convert-dtype")
        if network.name == "nan" {
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            return
        }
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try SchemaCheck.errors(in: outcome.output, schema: "verify").isEmpty)
        let report = try JSONReport(outcome.output)
        #expect(report["verdict"] == .string("holds"))
        #expect(report.list("units").count == report.list("free_running", "units").count)
        #expect(report.list("units").allSatisfy { $0["holds"] == .bool(true) })
        #expect(report["free_running", "unexplained_flips"] == .number(0))
    }

    @Test func verifyHasARowForEveryConvolutionThatIsNotDirect() throws {
        let network = try #require(NetworkFixture.all.first { $0.name == "bbcul_x4" })
        func rows(_ options: String...) throws -> [[JSONReport.Scalar?]] {
            let outcome = try BuiltCommand.run(["verify", network.checkpoint, "--size", "9x7", "--json"] + options)
            #expect(outcome.status == 0)
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "verify").isEmpty)
            return try JSONReport(outcome.output).list("convolutions").map { [$0["name"], $0["method"], $0["holds"]] }
        }
        let names = ["upconv1", "upconv2", "conv_hr"]
        #expect(try rows() == names.map { [.string($0), .string("F(4x4)"), .bool(true)] })
        #expect(try rows("--fast") == names.map { [.string($0), .string("F(4x4)"), .bool(true)] })
        #expect(try rows("--exact").isEmpty)
        let text = try BuiltCommand.run("verify", network.checkpoint, "--size", "9x7").output
        #expect(names.allSatisfy { text.contains("\n\($0), F(4x4)") })
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("HOLDS") && !$0.hasPrefix("file") }
        #expect((lines.map(\.count).max() ?? 0) <= 100)
    }

    @Test func theTrainedNetworkHoldsOnAPhotograph() throws {
        let outcome = try BuiltCommand.run(
            "verify", fixture("bbcum_x2_trained.pth"), "--input", fixture("astronaut_256x256.png"))
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("34 of 34 units hold"))
        #expect(outcome.output.contains("\nHOLDS: "))
        #expect(outcome.errors.isEmpty, "no progress where nobody watches")
        let widest = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("HOLDS") }.map(\.count).max() ?? 0
        #expect(widest <= 100)
    }

    @Test func theSameReportForEveryKernelAndThreadCount() throws {
        var reports: Set<String> = []
        for name in ["portable", "avx2", "avx512", "neon"] {
            for threads in ["1", "2"] {
                let outcome = try BuiltCommand.run(
                    ["verify", fixture("networks/one_flip/checkpoint.pth"), "--size", "9x8", "--threads", threads],
                    environment: ["BBCU_ISA": name])
                // A kernel that this machine has not is refused.
                guard outcome.status == 0 else {
                    #expect(outcome.status == 2 && outcome.errors.contains(name))
                    continue
                }
                let lines = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("kernel ") }
                reports.insert(lines.joined(separator: "\n"))
            }
        }
        #expect(reports.count == 1)
    }

    @Test func aFlipThatRoundingMadeIsReportedAndExplained() throws {
        let outcome = try BuiltCommand.run(
            "verify", fixture("networks/one_flip/checkpoint.pth"), "--input",
            fixture("networks/one_flip/input.npy"), "--json")
        let report = try JSONReport(outcome.output)
        #expect(outcome.status == 0)
        #expect(report["verdict"] == .string("holds"))
    }

    @Test func optionsAreCompared() throws {
        let checkpoint = fixture("networks/bbcum_x4_full/checkpoint.pth")
        let cases: [(String, Int32, [String])] = [
            ("options/bbcum_x4.yml", 0, []),
            ("options/bbcum_x4_without_k.yml", 0, ["amplification"]),
            ("options/bbcum_x2_against_x4.yml", 1, ["options"]),
            ("options/dncnn_b.json", 1, ["options"]),
        ]
        for (options, status, kinds) in cases {
            let outcome = try BuiltCommand.run(
                "validate", checkpoint, "--options", fixture(options), "--json")
            #expect(outcome.status == status, "\(options): \(outcome.output)")
            #expect(try SchemaCheck.errors(in: outcome.output, schema: "validate").isEmpty)
            let found = Set(try JSONReport(outcome.output).list("problems").compactMap { $0["kind"] })
            for kind in kinds { #expect(found.contains(.string(kind)), "\(options)") }
        }
    }
}

/// A JSON document, read by path.
struct JSONReport: Equatable {
    enum Scalar: Hashable {
        case string(String)
        case number(Double)
        case bool(Bool)
        case null
    }

    private let value: Any

    static func == (first: JSONReport, second: JSONReport) -> Bool { "\(first.value)" == "\(second.value)" }

    init(_ text: String) throws { value = try JSONSerialization.jsonObject(with: Data(text.utf8)) }

    private init(value: Any) { self.value = value }

    subscript(path: String...) -> Scalar? {
        let found = Self.find(path, in: value)
        if found is NSNull { return .null }
        if let text = found as? String { return .string(text) }
        guard let number = found as? NSNumber else { return nil }
        return isBoolean(number) ? .bool(number.boolValue) : .number(number.doubleValue)
    }

    func list(_ path: String...) -> [JSONReport] {
        (Self.find(path, in: value) as? [Any])?.map { JSONReport(value: $0) } ?? []
    }

    /// The texts of a list.
    func strings(_ path: String...) -> [String] { Self.find(path, in: value) as? [String] ?? [] }

    /// The numbers of a list.
    func numbers(_ path: String...) -> [Double] { Self.find(path, in: value) as? [Double] ?? [] }

    /// What a test expects is not there.
    struct Absent: Error {}

    private static func find(_ path: [String], in value: Any) -> Any? {
        path.reduce(value as Any?) { ($0 as? [String: Any])?[$1] }
    }
}

/// Whether a number was `true` or `false` in the text.
private func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }

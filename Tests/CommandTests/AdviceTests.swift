import BBCUCheckpointDiff
import BBCUEvaluation
import BBCUExecution
import BBCUImages
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import BBCUTrainingOptions
import BBCUVerification
import BBCUWeightPacking
import Foundation
import TensorArchives
import TensorFiles
import TensorPickle
import TestSupport
import Testing

/// What libraries advise, and how the command words it.
@Suite struct AdviceTests {
    @Test func adviceIsThePlainWordsUnlessAProgramHasItsOwn() {
        let advice = Advice("use a smaller %")
        #expect("\(advice.of("map"))" == "use a smaller map")
        Advice.$wording.withValue([advice: "give % with --size"]) {
            #expect("\(advice.of("a%b"))" == "give a%b with --size")
            #expect("\(Advice("another"))" == "another")
            #expect("\(Advice("% by %").of("2", "3"))" == "2 by 3")
        }
    }

    /// Every piece of advice that a library names has the command's words, and those keep its detail.
    @Test func theCommandWordsAllAdvice() throws {
        let text = #""((?:[^"\\]|\\.)*)""#
        let table = try Self.matches(#"\.(\w+):\s*"# + text, in: Self.table())
        let words = Dictionary(table.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
        var plain: [String: String] = [:]
        for (_, source) in try Self.libraries() {
            for match in try Self.matches(#"static let (\w+) = Advice\(\s*"# + text, in: source) {
                plain[match[0]] = match[1]
            }
        }
        #expect(plain.count > 30 && Set(plain.keys) == Set(words.keys) && words.count == table.count)
        for (name, advice) in plain {
            #expect(advice.filter { $0 == "%" }.count == words[name]?.filter { $0 == "%" }.count, "\(name)")
        }
    }

    /// The groups of every match of a pattern.
    private static func matches(_ pattern: String, in text: String) throws -> [[String]] {
        let expression = try NSRegularExpression(pattern: pattern)
        let whole = NSRange(text.startIndex..., in: text)
        return expression.matches(in: text, range: whole).map { match in
            (1..<match.numberOfRanges).compactMap { Range(match.range(at: $0), in: text).map { String(text[$0]) } }
        }
    }

    /// Texts that name an option, where an option is what they are about.
    private static let allowed = [
        // Another tool's option.
        "convmv -f latin1 -t utf8 --notest",
        // The name of the tool, which SARIF asks for.
        #""name": "bbcu scan""#,
    ]

    @Test func librariesNameNoOptionsOfTheCommand() throws {
        for (path, text) in try Self.libraries() {
            for line in text.components(separatedBy: "\n") {
                let code = line.trimmingCharacters(in: .whitespaces)
                guard !code.hasPrefix("//"), !Self.allowed.contains(where: code.contains) else { continue }
                #expect(
                    code.range(of: "[\"` ]--[a-z]|[`\" ]bbcu [a-z]", options: .regularExpression) == nil,
                    "\(path): \(code)")
            }
        }
    }

    private static func table() throws -> String {
        try String(contentsOfFile: Fixtures.folder + "/../Sources/bbcu/Advice.swift", encoding: .utf8)
    }

    /// The Swift files of all libraries.
    private static func libraries() throws -> [(path: String, text: String)] {
        let root = Fixtures.folder + "/../Sources"
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".swift") && !$0.hasPrefix("bbcu/") }.map {
            ($0, try String(contentsOfFile: root + "/" + $0, encoding: .utf8))
        }
    }

    /// One error of every public type.
    private static let errors: [String: any Error] = [
        "BytesError": BytesError(.absent, file: "a", found: "there is no such file"),
        "ZipError": ZipError(.notZip, found: "no archive"), "TarError": TarError(.truncated, found: "an end"),
        "PickleError": PickleError(.stack, found: "nothing"),
        "CheckpointError": CheckpointError(.npy, file: "a", found: "no array", expected: "one", advice: "give one"),
        "OptionsError": OptionsError(.syntax, file: "a", found: "no YAML"),
        "PackedModelError": PackedModelError(.version, found: "version 2", expected: "1"),
        "PackingError": PackingError(.noWords, found: "no words"),
        "PortError": PortError(.twice, found: "two arrays", advice: "give one of them"),
        "EvaluationError": EvaluationError(.folder, file: "a", found: "found no image", expected: "one"),
        "ImageError": ImageError(.empty, file: "a", found: "found an empty file", expected: "a PNG"),
        "RootError": RootError(root: "params", available: []),
        "ModelError": ModelError(key: "a.weight", expected: "[1]", found: "nothing"),
        "UnusableCheckpoint": UnusableCheckpoint(file: "a", reason: .noFactor),
        "ExecutionError": ExecutionError.threads(0), "VerificationError": VerificationError.unbounded(module: "a"),
        "DifferenceError": DifferenceError.noRoot(file: "a", root: "b"),
    ]

    @Test func everyPublicErrorIsLocalized() throws {
        for (name, error) in Self.errors {
            #expect(error.localizedDescription == "\(error)", "\(name)")
            #expect(!error.localizedDescription.isEmpty, "\(name)")
        }
        var declared: Set<String> = []
        for (_, text) in try Self.libraries() {
            for line in text.components(separatedBy: "\n") {
                let isAlias = line.hasPrefix("public typealias") && line.contains("= ReadingError<")
                let isType =
                    line.range(
                        of: "^public (struct|enum|final class) [A-Za-z]+: .*Error", options: .regularExpression) != nil
                guard isAlias || isType, !line.contains("ReadingError<Code") else { continue }
                let name = line.components(separatedBy: .init(charactersIn: " :")).filter { !$0.isEmpty }[2]
                declared.insert(name)
            }
        }
        #expect(declared == Set(Self.errors.keys))
    }
}

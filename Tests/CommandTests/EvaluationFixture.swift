import Foundation
import TestSupport
import Testing

/// `Fixtures/evaluation`: small originals, and what the published code makes of them.
enum EvaluationFixture {
    static let originals = fixture("evaluation/originals")

    /// A result of PyTorch, scored by the published protocol.
    struct Row: Decodable, CustomTestStringConvertible {
        var network: String
        var name: String
        var setting: Double
        var kind: String
        var psnr: Double?
        var ssim: Double?
        var testDescription: String { "\(network) \(name) \(setting) \(kind)" }
    }

    private struct Document: Decodable { var networks: [Row] }

    static let rows = try! decoded(Document.self, from: fixture("evaluation/expected.json")).networks

    /// A checkpoint of `Fixtures/networks`.
    static func checkpoint(_ name: String) -> String { fixture("networks/\(name)/checkpoint.pth") }

    /// Copies the originals into a folder, which is made.
    static func copyOriginals(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in try contents(ofFolder: originals) {
            try FileManager.default.copyItem(atPath: originals + "/" + name, toPath: folder + "/" + name)
        }
    }

    /// A report without its timings, which alone may differ from run to run.
    static func withoutSeconds(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.contains("\"seconds\":") }
    }
}

extension JSONReport {
    func number(_ key: String) -> Double? { if case .number(let value) = self[key] { value } else { nil } }
    func text(_ key: String) -> String? { if case .string(let value) = self[key] { value } else { nil } }
}

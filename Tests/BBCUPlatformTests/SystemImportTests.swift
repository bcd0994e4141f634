import Foundation
import TestSupport
import Testing

/// The C library is the platform's own: what a system has or lacks is known in one target.
struct SystemImportTests {
    @Test func onlyThePlatformImportsTheCLibrary() throws {
        let sources = URL(fileURLWithPath: Fixtures.folder).deletingLastPathComponent().appendingPathComponent(
            "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
        let importing = try files.filter { try !Self.systemImports(String(contentsOf: $0, encoding: .utf8)).isEmpty }
        let targets = Set(importing.map { $0.path.dropFirst(sources.path.count + 1).prefix { $0 != "/" } })
        #expect(targets == ["BBCUPlatform"])
    }

    /// The lines of a source that import a C library, or one of its headers' functions.
    private static func systemImports(_ source: String) -> [Substring] {
        source.split(separator: "\n").filter { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import") else { return false }
            let modules = ["Glibc", "Musl", "Darwin", "Bionic", "WinSDK", "CBBCUSystem"]
            return words[(place + 1)...].contains { word in modules.contains { word == $0 || word.hasPrefix($0 + ".") }
            }
        }
    }
}

import BBCUFileAudit
import TestSupport
import Testing

/// What honest writers write: expected, or exactly the names that nobody can know.
@Suite struct FixtureTests {
    static let folders = [
        "containers", "safetensors", "generations/1.4.0", "generations/1.13.1", "generations/2.13.0", "arrays",
        "containers/arrays",
    ]

    @Test(arguments: folders)
    func honestFiles(_ folder: String) throws {
        for name in try contents(ofFolder: fixture(folder)) where !name.hasSuffix("json") && !name.hasSuffix("arrays") {
            let scan = Scan(fixture("\(folder)/\(name)"))
            let holdsClasses = name.contains("module") || name.hasPrefix("script")
            #expect(scan.verdict == (holdsClasses ? .unknown : .expected), "\(folder)/\(name) \(scan.findings)")
            #expect(!scan.names.contains { $0.judgement == .dangerous })
            #expect(scan.findings.allSatisfy { $0.severity == .note }, "\(folder)/\(name) \(scan.findings)")
            if !name.hasPrefix("script") { #expect(scan.notExamined.isEmpty) }
        }
    }

    /// Files of every kind that an audit has to follow or to leave, and the verdict of each.
    @Test func scanFixtures() throws {
        let expected = try decoded([String: String].self, from: fixture("scan/expected.json"))
        let names = try contents(ofFolder: fixture("scan")).filter { $0 != "expected.json" }
        #expect(Set(names) == Set(expected.keys))
        #expect(names.count > 60)
        for name in names {
            let scan = Scan(fixture("scan/\(name)"))
            #expect(scan.verdict.rawValue == expected[name], "\(name) \(scan.findings) \(scan.notExamined)")
        }
    }

    @Test func moduleNames() {
        let scan = Scan(fixture("generations/1.4.0/legacy_module.pth"))
        #expect(
            Set(scan.names.filter { $0.judgement == .unknown }.map { $0.module + "." + $0.name })
                == [
                    "__main__.Block", "torch.nn.modules.conv.Conv2d", "torch.nn.modules.batchnorm.BatchNorm2d",
                    "torch.nn.modules.container.Sequential", "torch.nn.modules.activation.PReLU",
                ])
    }

    @Test func codeIsNotCalledSafe() {
        let scan = Scan(fixture("generations/2.13.0/script.pt"))
        #expect(scan.kind == .torchScript)
        #expect(scan.notExamined.contains { $0.place.hasSuffix("code/__torch__.py") })
    }

    @Test func absentFile() {
        let scan = Scan("/nonexistent")
        #expect(scan.failure != nil)
        #expect(scan.verdict == .unreadable)
    }
}

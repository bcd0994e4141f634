import BBCUFileAudit
import BBCUPlatform
import TensorBytes
import Testing

/// The order of levels, the list of allowed names, and the outcome for several files.
@Suite struct LevelTests {
    static func scan(_ text: String, _ file: String = "a.pkl") -> Scan {
        Scan(ByteRegion(Array(text.utf8)), file: file)
    }

    static let dangerous = scan("cos\nsystem\n.")
    static let unknown = scan("cmy.module\nNet\n)R.")
    static let finding = Scan(ByteRegion([0x80, 2] + Array("}q\u{0}.xyz".utf8)), file: "a.pkl")
    static let unexamined = scan("print(1)\n", "a.py")
    static let clean = scan("(lp0\nI1\na.")
    static let text = scan("hello\n", "a.txt")

    @Test func levels() {
        #expect(Self.dangerous.level == .dangerous)
        #expect(Self.finding.level == .finding)
        #expect(Self.unknown.level == .unknown)
        #expect(Self.unexamined.level == .unexamined)
        #expect(Self.clean.level == .clean)
        #expect(Self.text.level == .clean)
        #expect(Scan.Level.allCases.sorted() == [.clean, .unexamined, .unknown, .finding, .dangerous])
    }

    /// Each row: the files, the level that fails, the exit status.
    @Test(
        arguments: [
            ([dangerous], .dangerous, 1), ([finding], .dangerous, 0), ([finding], .finding, 1),
            ([unknown], .finding, 0),
            ([unknown], .unknown, 1), ([unexamined, clean], .unknown, 0), ([unexamined], .unknown, 2),
            ([unexamined], .unexamined, 2),
            ([clean], .unexamined, 0), ([text], .unexamined, 2), ([text, text], .dangerous, 2),
            ([text, clean], .unexamined, 0),
            ([unexamined, unknown], .unexamined, 1), ([clean, unexamined], .unexamined, 2),
            ([clean, Scan("/nonexistent")], .dangerous, 2), ([Scan("/nonexistent"), dangerous], .dangerous, 1),
        ] as [([Scan], Scan.Level, Int)])
    func exitStatuses(_ scans: [Scan], _ level: Scan.Level, _ status: Int) {
        var summary = ScanSummary(failOn: level)
        for scan in scans { summary.add(scan) }
        #expect(summary.exitStatus == status, "\(scans.map(\.level)) \(level)")
        #expect(summary.levels.values.reduce(summary.skipped, +) == scans.count)
    }

    @Test func nothingIsNotGood() {
        #expect(ScanSummary().exitStatus == 2)
    }

    @Test func allowedNames() throws {
        for (patterns, verdict) in [
            (["os.system"], Scan.Verdict.expected), (["os.*"], .expected), (["os"], .dangerous), (["o.*"], .dangerous),
            (["os.system.*"], .dangerous), (["OS.system"], .dangerous),
        ] {
            var list = try #require(AllowList(patterns))
            var scan = Self.dangerous
            list.apply(to: &scan)
            #expect(scan.verdict == verdict, "\(patterns)")
            #expect(scan.names.map(\.fullName) == ["os.system"])
            #expect(list.patterns.map(\.uses) == [verdict == .expected ? 1 : 0])
        }
        for patterns in [[""], ["*"], [".*"], ["a*"], ["a.*.b"]] { #expect(AllowList(patterns) == nil, "\(patterns)") }
    }

    /// A name that is only made while loading cannot be allowed.
    @Test func computedNamesAreNotAllowed() throws {
        var scan = Scan(ByteRegion([0x80, 4, 0x8C, 2] + Array("os".utf8) + [0x29, 0x93, 0x2E]), file: "a.pkl")
        var list = try #require(AllowList(["(made while loading)"]))
        list.apply(to: &scan)
        #expect(scan.verdict == .dangerous)
    }
}

import BBCUFileAudit
import BBCUPlatform
import TensorArchives
import TensorBytes
import TestSupport
import Testing

/// Bytes of archives that no reader of them needs: none may hide anything, and what honest writers put there is clean.
@Suite struct SlackTests {
    static let pickle = Array("cos\nsystem\n(S'id'\ntR.".utf8)
    /// Twice a pickle of text, bytes that are nothing, and a pickle of opcodes beyond ASCII.
    static let payloads = [
        pickle, Array("see\n".utf8) + pickle, (0..<32).map { UInt8(truncatingIfNeeded: 200 &+ $0 &* 77) },
        [0x80, 4, 0x8C, 2] + Array("os".utf8) + [0x8C, 6] + Array("system".utf8) + [
            0x93, 0x8C, 2, 0x69, 0x64, 0x85, 0x52, 0x2E,
        ],
    ]
    static let text = Array("made by hand".utf8)

    static func scan(_ content: [UInt8], _ file: String) -> Scan { Scan(ByteRegion(content), file: file) }

    static func field(_ identifier: Int, _ data: [UInt8]) -> [UInt8] {
        number(identifier, 2) + number(data.count, 2) + data
    }

    static func number(_ value: Int, _ count: Int) -> [UInt8] { LoaderDifferenceTests.bytes(value, count) }

    // ZIP archives.

    static let identifiers = [
        0x0001, 0x000A, 0x000D, 0x1234, 0x4246, 0x5455, 0x5855, 0x6375, 0x7075, 0x7855, 0x7875, 0xCAFE, 0xD935,
    ]

    @Test(arguments: identifiers, payloads) func nothingHidesInAnExtraField(_ identifier: Int, _ payload: [UInt8]) {
        let extra = Self.field(identifier, payload)
        #expect(Self.scan(SmallZip(extra: extra).bytes, "x.zip").level > .clean)
        #expect(Self.scan(SmallZip(directoryExtra: extra).bytes, "x.zip").level > .clean)
    }

    @Test(arguments: payloads) func nothingHidesBehindAnExtraField(_ payload: [UInt8]) {
        for start: [UInt8] in [[], Self.field(0x5455, [1, 0, 0, 0, 0]), Self.field(0x4246, [0x5A, 0x5A])] {
            #expect(Self.scan(SmallZip(extra: start + payload).bytes, "x.zip").level > .clean)
            #expect(Self.scan(SmallZip(directoryExtra: start + payload).bytes, "x.zip").level > .clean)
        }
        let filling = Self.field(0x4246, [0x5A, 0x5A] + payload)
        #expect(Self.scan(SmallZip(extra: filling).bytes, "x.zip").level > .clean)
    }

    @Test(arguments: payloads) func nothingHidesInAComment(_ payload: [UInt8]) {
        for zeros in [0, 3] {
            let payload = [UInt8](repeating: 0, count: zeros) + payload
            #expect(Self.scan(SmallZip(comment: payload).bytes, "x.zip").level > .clean)
            #expect(Self.scan(SmallZip(archiveComment: payload).bytes, "x.zip").level > .clean)
        }
    }

    @Test func whatIsFoundIsNamed() {
        let scan = Self.scan(SmallZip(extra: Self.field(0x1234, Self.pickle)).bytes, "x.zip")
        #expect(scan.verdict == .dangerous)
        #expect(scan.findings.contains { $0.text == "the extra field 0x1234 holds a pickle file" })
        let noise = Self.scan(SmallZip(comment: Self.payloads[2]).bytes, "x.zip")
        #expect(noise.notExamined.map(\.place) == ["a!comment"])
    }

    /// What PyTorch, Info-ZIP, Python, 7-Zip, the JDK and zipalign write.
    static let honestFields: [(Int, [UInt8])] = [
        (0x4246, [UInt8](repeating: 0x5A, count: 30)), (0x4246, [0, 0, 0]), (0x5455, [1, 9, 8, 7, 0x60]),
        (0x5455, [3, 9, 8, 7, 0x60, 1, 2, 3, 0x60]), (0x7875, [1, 4, 0xE8, 3, 0, 0, 4, 0xE8, 3, 0, 0]),
        (0x7855, [1, 0, 2, 0]),
        (0x5855, [1, 2, 3, 0x60, 1, 2, 3, 0x60]), (0xCAFE, []), (0xD935, [4, 0, 0, 0]),
        (0x0001, number(2, 8) + number(2, 8)),
        (0x000A, [0, 0, 0, 0, 1, 0, 24, 0] + [UInt8](repeating: 1, count: 24)),
        (0x7075, [1] + number(0xE8B7_BE43, 4) + [0x61]), (0x6375, [1, 0, 0, 0, 0] + text),
    ]

    @Test(arguments: honestFields) func fieldsOfHonestWriters(_ identifier: Int, _ data: [UInt8]) {
        let extra = Self.field(identifier, data)
        let archives = [SmallZip(extra: extra), SmallZip(directoryExtra: extra), SmallZip(extra: extra + [0, 0, 0])]
        for archive in archives {
            let scan = Self.scan(archive.bytes, "x.zip")
            #expect(scan.level == .clean, "\(scan.findings) \(scan.notExamined)")
        }
    }

    @Test(arguments: ["made by hand", "é, two\r\nlines", "basics\nlinux\n(c) somebody\n"])
    func honestComments(_ text: String) {
        for archive in [SmallZip(comment: Array(text.utf8)), SmallZip(archiveComment: Array(text.utf8))] {
            let scan = Self.scan(archive.bytes, "x.zip")
            #expect(scan.level == .clean, "\(scan.findings) \(scan.notExamined)")
        }
    }

    @Test(arguments: [
        ("x", 0o120777, true), ("../x", 0o120777, true), ("../../x", 0o120777, false), ("/x", 0o120777, false),
        ("b/../x", 0o120777, false), ("..\\x", 0o120777, false), ("x", 0o100644, true), ("x", 0o644, true),
        ("x", 0o010644, true),
        ("x", 0o020644, false), ("x", 0o060644, false), ("x", 0o140644, false),
    ]) func kindsOfEntries(_ data: String, _ mode: Int, _ isClean: Bool) {
        let archive = SmallZip(name: "a/l.txt", data: Array(data.utf8), mode: mode)
        #expect((Self.scan(archive.bytes, "x.zip").level == .clean) == isClean, "\(data) \(mode)")
    }

    @Test(arguments: [("a/l/x", false), ("A/L/x", false), ("a/lx", true)])
    func namesThroughALink(_ name: String, _ isClean: Bool) {
        let archive = SmallZip(name: "a/l", data: Array("x".utf8), mode: 0o120777, further: name)
        #expect((Self.scan(archive.bytes, "x.zip").level == .clean) == isClean, "\(name)")
    }

    // Tar archives.

    @Test(arguments: payloads) func nothingHidesInATar(_ payload: [UInt8]) {
        let honest = Samples.tar([("a.txt", Array("text".utf8)), ("b.txt", Array("more".utf8))])
        #expect(Self.scan(honest, "x.tar").level == .clean)
        // Padding; the field behind a name, the target of no link, owners, devices, behind the prefix's end, the tail.
        for place in [512 + 4, 512 + 9, 512 + 512 - payload.count, 10, 157, 265, 297, 329, 346, 512 - payload.count] {
            var tar = honest
            tar.replaceSubrange(place..<place + payload.count, with: payload)
            #expect(Self.scan(LoaderDifferenceTests.signed(tar), "x.tar").level > .clean, "\(place)")
        }
        for zeros in [0, 512, 600] {
            let end = [UInt8](repeating: 0, count: zeros) + payload
            #expect(Self.scan(honest + end, "x.tar").level > .clean, "\(zeros)")
        }
    }

    @Test(arguments: payloads) func nothingHidesInAnExtendedHeader(_ payload: [UInt8]) {
        for key in ["comment", "VENDOR.x", "uname", "SCHILY.xattr.user.x", "path"] {
            for kind in ["x", "g"] {
                let tar = Self.tar(kind, Self.record(key, payload))
                #expect(Self.scan(tar, "x.tar").level > .clean, "\(kind) \(key)")
            }
        }
        let behind = Self.record("comment", Self.text) + payload
        #expect(Self.scan(Self.tar("x", behind), "x.tar").level > .clean)
        for kind in ["L", "K"] {
            #expect(Self.scan(Self.tar(kind, Array("name\0".utf8) + payload), "x.tar").level > .clean)
        }
    }

    @Test func honestExtendedHeaders() {
        let records = [
            "comment": "made by hand", "mtime": "1.5", "uname": "é", "SCHILY.xattr.security.selinux": "system_u:x\0",
        ]
        for (key, value) in records {
            let scan = Self.scan(Self.tar("x", Self.record(key, Array(value.utf8))), "x.tar")
            #expect(scan.level == .clean, "\(key) \(scan.findings) \(scan.notExamined)")
        }
    }

    /// Two names that differ behind the 100 bytes of a header are two files.
    @Test func longNames() {
        let start = [UInt8](repeating: 0x6E, count: 110)
        let first = Self.tar("L", start + Array("1.txt\0".utf8)).dropLast(1024)
        let scan = Self.scan(first + Self.tar("L", start + Array("2.txt\0".utf8)), "x.tar")
        #expect(scan.level == .clean, "\(scan.findings)")
        #expect(Self.scan(Self.tar("L", Array("../x\0".utf8)), "x.tar").level == .finding)
    }

    @Test(arguments: [
        ("2", "x", true), ("2", "../x", true), ("2", "../../x", false), ("2", "/x", false), ("2", "b/../../x", false),
        ("1", "x", true), ("1", "../x", false), ("3", "", false), ("4", "", false), ("6", "", false),
    ]) func kindsOfTarMembers(_ kind: String, _ target: String, _ isClean: Bool) {
        var tar = Samples.tar([("a/l", [])])
        tar[156] = Array(kind.utf8)[0]
        tar.replaceSubrange(157..<157 + target.utf8.count, with: target.utf8)
        #expect((Self.scan(LoaderDifferenceTests.signed(tar), "x.tar").level == .clean) == isClean, "\(kind) \(target)")
        guard kind == "2", target == "x" else { return }
        for name in ["a/l/y", "a/l"] {
            let both = Array(LoaderDifferenceTests.signed(tar).dropLast(1024)) + Samples.tar([(name, Self.text)])
            #expect(Self.scan(both, "x.tar").level == .finding, "\(name)")
        }
    }

    static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [0x0A]
        let count = rest.count + 2 < 100 ? rest.count + 2 : rest.count + 3
        return Array("\(count)".utf8) + rest
    }

    /// A header of a kind with its data, and a file behind it.
    static func tar(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        var tar = Samples.tar([("header", data)])
        tar[156] = Array(kind.utf8)[0]
        return Array(LoaderDifferenceTests.signed(tar).dropLast(1024)) + Samples.tar([("a.txt", text)])
    }

    // gzip.

    /// A stream with the given flags and what they announce; its data are one stored block with "hello".
    static func gzip(_ flags: UInt8, _ parts: [UInt8]) -> [UInt8] {
        [0x1F, 0x8B, 8, flags, 0, 0, 0, 0, 0, 3] + parts + [1, 5, 0, 0xFA, 0xFF] + Array("hello".utf8)
            + number(0x3610_A686, 4) + number(5, 4)
    }

    @Test(arguments: payloads) func nothingHidesInAGzipHeader(_ payload: [UInt8]) {
        #expect(Self.scan(Self.gzip(8, payload + [0]), "x.txt.gz").level > .clean)
        #expect(Self.scan(Self.gzip(16, payload + [0]), "x.txt.gz").level > .clean)
        #expect(Self.scan(Self.gzip(4, Self.number(payload.count, 2) + payload), "x.txt.gz").level > .clean)
        let field = Array("BC".utf8) + Self.number(payload.count, 2) + payload
        #expect(Self.scan(Self.gzip(4, Self.number(field.count, 2) + field), "x.txt.gz").level > .clean)
        // A second stream has a header too.
        #expect(Self.scan(Self.gzip(0, []) + Self.gzip(16, payload + [0]), "x.txt.gz").level > .clean)
    }

    @Test(
        arguments: [
            (0, []), (8, Array("a.pth\0".utf8)), (8, Array("né.pth\0".utf8)), (8, [0x6E, 0xE9, 0]),
            (16, Array("made by hand\0".utf8)), (4, [6, 0, 0x42, 0x43, 2, 0, 40, 0]),
            (28, [6, 0, 0x42, 0x43, 2, 0, 40, 0] + Array("a\0b\0".utf8)),
        ] as [(UInt8, [UInt8])]) func honestGzipHeaders(_ flags: UInt8, _ parts: [UInt8])
    {
        let scan = Self.scan(Self.gzip(flags, parts), "x.txt.gz")
        #expect(scan.level == .clean, "\(scan.findings) \(scan.notExamined)")
    }
}

/// An archive of one stored entry, and perhaps a second one without data, with whatever stands around the fields.
struct SmallZip {
    var name = "a"
    var data = Array("{}".utf8)
    var extra: [UInt8] = []
    var directoryExtra: [UInt8] = []
    var comment: [UInt8] = []
    var archiveComment: [UInt8] = []
    var mode = 0
    var further: String?

    var bytes: [UInt8] {
        var (content, directory): ([UInt8], [UInt8]) = ([], [])
        let entries =
            [(name, data, extra, directoryExtra, comment, mode)] + (further.map { [($0, [], [], [], [], 0)] } ?? [])
        for (name, data, extra, directoryExtra, comment, mode) in entries {
            let start = content.count
            let fields =
                n(20, 2) + n(0, 2) + n(0, 2) + n(0, 2) + n(33, 2) + n(Int(CRC32.of(data)), 4) + n(data.count, 4)
                + n(data.count, 4) + n(name.utf8.count, 2)
            content += n(0x0403_4B50, 4) + fields + n(extra.count, 2) + Array(name.utf8) + extra + data
            directory += n(0x0201_4B50, 4) + n(0x031E, 2) + fields + n(directoryExtra.count, 2) + n(comment.count, 2)
            directory += n(0, 4) + n(mode << 16, 4) + n(start, 4) + Array(name.utf8) + directoryExtra + comment
        }
        let end = n(0x0605_4B50, 4) + n(0, 4) + n(entries.count, 2) + n(entries.count, 2) + n(directory.count, 4)
        return content + directory + end + n(content.count, 4) + n(archiveComment.count, 2) + archiveComment
    }

    private func n(_ value: Int, _ count: Int) -> [UInt8] { LoaderDifferenceTests.bytes(value, count) }
}

import BBCUPlatform
import TensorArchives
import TensorBytes

/// Which text can hold no code: the one place that says so.
///
/// A text is code by its name (``codeByName(_:)``), its first line (`#!`) or a mark of what runs it (``marks``). A member of
/// an archive has to be more than free of these: a known small record (``ArchiveRecord``), a document or data by its name
/// (``TextName``) in which no line is a statement of a program (``ProgramText``), or JSON that can be read to its end.
/// Any other text in an archive is not examined, since what reads it is not known.
enum PlainText {
    private static let longest = 1 << 26

    /// Whether the bytes are text: UTF-8, without control characters unless they are allowed.
    static func isText(_ region: ByteRegion, allowsControls: Bool) -> Bool {
        guard region.count <= longest else { return false }
        let hasControls =
            !allowsControls && region.contains { $0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1B || $0 == 0x7F }
        return !hasControls && String(validating: region.bytes, as: UTF8.self) != nil
    }

    /// Why a text is not called free of code; nil if nothing speaks against it.
    ///
    /// - Parameters:
    ///   - name: the name of the file or member, without its folder.
    ///   - isMember: whether the text lies in an archive.
    static func code(in region: ByteRegion, name: String, isMember: Bool) -> String? {
        if GitPointer.isOne(region) { return "a Git LFS pointer: download the file itself (git lfs pull)" }
        if region.starts(with: Array("#!".utf8)) { return "a script, by its first line" }
        if let reason = codeByName(name) { return reason }
        let kind = TextName(name)
        if kind != .markup {
            for (mark, reason) in marks where region.firstIndex(of: Array(mark.utf8), in: 0..<region.count) != nil {
                return reason
            }
        }
        return isMember ? codeInMember(region, name, kind) : nil
    }

    private static func codeInMember(_ region: ByteRegion, _ name: String, _ kind: TextName) -> String? {
        if kind == .record, ArchiveRecord.isOne(name, region) { return nil }
        if region[0] == UInt8(ascii: "{"), (try? StrictJSON.parse(region.bytes)) != nil { return nil }
        guard kind != .record, kind != .other else {
            return "text under a name that does not say what reads it"
        }
        return ProgramText.firstStatement(in: region, kind).map { "text whose line \($0) is a statement of a program" }
    }

    /// What programs are known by that read such texts and run what stands in them.
    private static let marks = [
        ("!!python/", "YAML that makes Python objects"), ("<script", "a page with a script"),
        ("<SCRIPT", "a page with a script"), ("<?php", "a page with a script"),
    ]

    /// Why a file or member is a program or a template by its name; nil if it is none.
    static func codeByName(_ name: String) -> String? {
        let name = name.lowercasedASCII
        let last = PathText.lastPart(of: name)
        let isOne = PathText.suffix(of: last).map(endings.contains) ?? false
        return isOne || names.contains(last) || last.includes(".so.") ? "a program or a template, by its name" : nil
    }

    /// Endings of the names of what is run: as a module, a library, a script or a template.
    private static let endings = Set(
        """
        py pyc pyo pyd pyw pyx pyz pyi ipynb so dll dylib sys o a sh bash zsh fish csh ksh bat cmd com exe msi scr ps1
        psm1 vbs vbe wsf hta js mjs cjs jse jsx ts tsx jar class dex apk wasm php phtml pl pm rb lua r jl tcl awk sed
        applescript command desktop service reg lnk inf ko mexa64 m c h cc cpp cxx hpp cu cuh rs go java kt swift cs scala
        groovy sql el lisp scm clj hs ml asm s vim nu cmake mk gradle jinja jinja2 j2 ejs erb mustache
        """.words)
    private static let names: Set<String> = [
        "makefile", "gnumakefile", "dockerfile", "containerfile", "rakefile", "gemfile", "jenkinsfile", "vagrantfile",
        "cmakelists.txt", ".bashrc", ".profile", ".bash_profile", ".zshrc", ".envrc",
    ]
}

/// The small records that PyTorch's writers put into their archives, each with what stands in it.
///
/// Source: `caffe2/serialize/inline_container.cc`, `torch/serialization.py`, `torch/export/pt2_archive/constants.py`,
/// `torch/package/package_exporter.py` of PyTorch.
enum ArchiveRecord {
    /// The records whose content is numbers, and dots between them.
    private static let numbers: Set<String> = [
        "version", ".format_version", ".storage_alignment", "serialization_id", "archive_version", "python_version",
    ]
    static let names = numbers.union(["byteorder", "archive_format", "extern_modules"])

    /// Whether a member of a record's name holds what such a record does.
    static func isOne(_ name: String, _ region: ByteRegion) -> Bool {
        let lines = String(decoding: region.bytes, as: UTF8.self).linesOfText
        switch name.lowercasedASCII {
        case "byteorder": return lines == ["little"] || lines == ["big"]
        case "archive_format": return lines.count == 1 && ProgramText.isDotted(lines[0])
        case "extern_modules": return lines.allSatisfy { ProgramText.isDotted($0) }
        case let name:
            return numbers.contains(name) && lines.count == 1
                && lines[0].utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        }
    }
}

/// What a text is by its name.
enum TextName {
    /// A record of PyTorch's archives.
    case record
    /// Markdown and the like, in which code is quoted.
    case markup
    /// Settings and tables, which may name programs.
    case settings
    /// A text for people, or a list.
    case plain
    /// Nothing is known of it.
    case other

    init(_ name: String) {
        let name = PathText.lastPart(of: name.lowercasedASCII)
        let stem = name.parts(at: ".", keepsEmpty: false).first ?? ""
        let ending = PathText.suffix(of: name) ?? ""
        if ArchiveRecord.names.contains(name) {
            self = .record
        } else if Self.markups.contains(ending) {
            self = .markup
        } else if Self.settingsEndings.contains(ending) || Self.settingsNames.contains(name) {
            self = .settings
        } else if Self.plainEndings.contains(ending) {
            self = .plain
        } else {
            // LICENSE, LICENSE-MIT, LICENSE.apache.
            let isKnown = Self.documents.contains {
                stem == $0 || stem.begins(with: $0 + "-") || stem.begins(with: $0 + "_")
            }
            self = isKnown ? .plain : .other
        }
    }

    private static let markups: Set<String> = ["md", "markdown", "rst", "adoc"]
    private static let settingsEndings: Set<String> = [
        "json", "jsonl", "ndjson", "yaml", "yml", "toml", "ini", "cfg", "conf", "properties", "csv", "tsv", "xml",
        "prototxt", "pbtxt", "cff", "bib",
    ]
    private static let settingsNames: Set<String> = [".gitattributes", ".gitignore", ".gitmodules", ".editorconfig"]
    private static let plainEndings: Set<String> = [
        "txt", "text", "log", "lst", "list", "names", "labels", "vocab", "bpe", "merges", "tokens",
    ]
    private static let documents = [
        "readme", "license", "licence", "copying", "copyright", "notice", "notices", "changelog", "changes", "authors",
        "contributors", "citation", "acknowledgements", "patents", "news",
    ]
}

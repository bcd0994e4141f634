import Bytes

/// Text that can hold no code, and what makes a text, or a member by its name, something that is run.
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
    static func code(in region: ByteRegion) -> String? {
        if region.starts(with: Array("#!".utf8)) { return "a script" }
        for (mark, reason) in marks where region.firstIndex(of: Array(mark.utf8), in: 0..<region.count) != nil {
            return reason
        }
        return nil
    }

    /// What programs are known by that read such texts and run what stands in them.
    private static let marks = [
        ("!!python/", "YAML that makes Python objects"), ("<script", "a page with a script"),
        ("<SCRIPT", "a page with a script"), ("<?php", "a page with a script"),
    ]

    /// Why a member is a program by its name; nil if it is none.
    static func codeByName(_ name: String) -> String? {
        let name = name.lowercasedASCII
        let last = PathText.lastPart(of: name)
        if endings.contains(where: { name.ends(with: $0) }) || names.contains(last) || last.includes(".so.") {
            return "a program, by its name"
        }
        return nil
    }

    /// Endings of the names of what is run: as a module, a library or a script.
    private static let endings = [
        ".py", ".pyc", ".pyo", ".pyd", ".pyw", ".pyx", ".pyz", ".ipynb", ".so", ".dll", ".dylib", ".sys", ".o", ".a",
        ".sh",
        ".bash", ".zsh", ".fish", ".csh", ".ksh", ".bat", ".cmd", ".com", ".exe", ".msi", ".scr", ".ps1", ".psm1",
        ".vbs",
        ".vbe", ".wsf", ".hta", ".js", ".mjs", ".cjs", ".jse", ".ts", ".jar", ".class", ".dex", ".apk", ".wasm", ".php",
        ".pl", ".pm", ".rb", ".lua", ".r", ".jl", ".tcl", ".awk", ".applescript", ".command", ".desktop", ".service",
        ".reg", ".lnk", ".inf", ".ko", ".mexa64", ".m", ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".cu", ".cuh", ".rs",
        ".go",
        ".java", ".kt", ".swift", ".cs",
    ]
    private static let names: Set<String> = ["makefile", "dockerfile", "rakefile", "jenkinsfile"]
}

extension Scanner {
    /// Text inside or outside an archive; false if the bytes are none.
    mutating func lookAtText(_ region: ByteRegion, _ place: String, allowsControls: Bool = false) -> Bool {
        guard PlainText.isText(region, allowsControls: allowsControls) else { return false }
        if let reason = PlainText.code(in: region) {
            notExamined(place, reason)
        } else if Self.runsAtStart(place), region.firstIndex(of: Array("import".utf8), in: 0..<region.count) != nil {
            notExamined(place, "a path file of Python, whose lines that begin with import are run")
        } else {
            examined(place, 0..<region.count, "text that is no pickle and no archive")
        }
        return true
    }

    /// Python's `site` runs lines of files of this name in its folders.
    private static func runsAtStart(_ place: String) -> Bool { PathText.hasEnding(place, among: ".pth") }
}

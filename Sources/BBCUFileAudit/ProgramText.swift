import BBCUPlatform
import TensorBytes

/// Statements of programs in text, by which a program under another name is told from prose, lists and settings.
enum ProgramText {
    /// The number of the first line that is a statement of a program, from 1 on; nil where there is none.
    ///
    /// Lists of words and prose have none of these lines: imports, definitions, calls of what runs code, and, where
    /// settings and quoted code are not to be expected, calls and commands of a shell that fill a line.
    static func firstStatement(in region: ByteRegion, _ kind: TextName) -> Int? {
        var isFenced = false
        var isPair = false
        for (index, part) in region.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if index == 0 { isPair = part.starts(with: "#version:".utf8) }
            guard let start = part.firstIndex(where: { $0 > 0x20 }) else { continue }
            var line = part[start...]
            while let last = line.last, last <= 0x20 { line.removeLast() }
            if kind == .markup {
                if line.starts(with: "```".utf8) || line.starts(with: "~~~".utf8) { isFenced.toggle() }
                // Quoted code is indented, fenced or between backticks.
                if isFenced || start - part.startIndex >= 3 || part.contains(UInt8(ascii: "`")) { continue }
            }
            if isStatement(line) { return index + 1 }
            // Lists of merges hold pairs of tokens, which may be parts of code.
            if kind == .plain, !isPair, isCommand(line) { return index + 1 }
        }
        return nil
    }

    private static func isStatement(_ line: ArraySlice<UInt8>) -> Bool {
        switch line.first {
        case UInt8(ascii: "i"), UInt8(ascii: "f"), UInt8(ascii: "d"), UInt8(ascii: "c"), UInt8(ascii: "a"):
            if isDeclaration(String(decoding: line, as: UTF8.self)) { return true }
        default: break
        }
        guard line.contains(UInt8(ascii: "(")) || line.contains(UInt8(ascii: ".")) else { return false }
        return runners.contains { holds($0, line) }
    }

    /// An import, or the head of a definition.
    private static func isDeclaration(_ line: String) -> Bool {
        let words = line.words
        guard words.count > 1, let first = words.first else { return false }
        switch first {
        case "import": return isImport(line)
        case "from": return words.count > 3 && words[2] == "import" && isDotted(words[1])
        case "def", "class", "async":
            guard line.ends(with: ":") || line.includes("):") || line.includes(") ->") else { return false }
            return first == "async" ? words[1] == "def" : words[1].utf8.first.map(isNameByte) == true
        case "function": return line.includes("(")
        default: return false
        }
    }

    private static func isImport(_ line: String) -> Bool {
        guard let rest = line.without(prefix: "import ") else { return false }
        let statement =
            rest.utf8.split(whereSeparator: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "#") }).first
            ?? ""[...].utf8
        let text = String(decoding: statement, as: UTF8.self)
        if text.words.count > 2, text.words[text.words.count - 2] == "from" { return true }
        return text.parts(at: ",").allSatisfy { part in
            let words = part.words
            let isNamed = words.first.map { isDotted($0.without(suffix: ".*") ?? $0) } ?? false
            return isNamed && (words.count == 1 || words.count == 3 && words[1] == "as")
        }
    }

    /// Whether a text is names with dots between them.
    static func isDotted(_ text: String) -> Bool {
        !text.isEmpty
            && text.parts(at: ".").allSatisfy { part in
                part.utf8.first.map { !(0x30...0x39).contains($0) } == true && part.utf8.allSatisfy(isNameByte)
            }
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    /// Calls and modules of what runs code, reaches processes or the network.
    private static let runners: [[UInt8]] = [
        "os.system(", "os.popen(", "os.exec", "os.spawn", "subprocess.run(", "subprocess.Popen(",
        "subprocess.call(", "subprocess.check", "__import__(", "exec(", "eval(", "execfile(",
        "pty.spawn(", "socket.socket(", "child_process", "Runtime.getRuntime(", "shell_exec(", "passthru(",
        "proc_open(",
        "system(\"", "system('", "popen(", "importlib.import_module(", "ctypes.CDLL(", "pickle.loads(",
        "marshal.loads(", "CreateObject(",
    ].map { Array($0.utf8) }

    /// Whether a text stands in a line, not as the end of a longer name: `model.eval()` runs no code.
    private static func holds(_ text: [UInt8], _ line: ArraySlice<UInt8>) -> Bool {
        guard line.count >= text.count else { return false }
        for start in line.startIndex...(line.endIndex - text.count) where line[start] == text[0] {
            guard line[start...].starts(with: text) else { continue }
            let before = start > line.startIndex ? line[start - 1] : 0x20
            if !isNameByte(before), before != UInt8(ascii: "."), before != UInt8(ascii: "`") { return true }
        }
        return false
    }

    /// A command of a shell, or a call that fills the line.
    private static func isCommand(_ line: ArraySlice<UInt8>) -> Bool {
        if isCall(line) { return true }
        let text = String(decoding: line, as: UTF8.self)
        if ["$(", "| sh", "|sh", "| bash", "|bash", "2>&1", ">/dev/", "> /dev/", "; do", "; then"].contains(where: {
            text.includes($0)
        }) {
            return true
        }
        let words = text.words
        guard words.count > 1, shellWords.contains(words[0].lowercasedASCII) else { return false }
        let argument = words[1]
        return argument.includes("=") || argument.includes("/") || argument.includes("://")
            || "-$~\"'>.".utf8.contains(argument.utf8.first ?? 0)
    }

    /// `print('x')`, `a.b(c);`.
    private static func isCall(_ line: ArraySlice<UInt8>) -> Bool {
        var line = line
        if line.last == UInt8(ascii: ";") { line.removeLast() }
        guard line.last == UInt8(ascii: ")"), let open = line.firstIndex(of: UInt8(ascii: "(")), open > line.startIndex,
            isDotted(String(decoding: line[..<open], as: UTF8.self))
        else { return false }
        let inside = line[(open + 1)..<(line.endIndex - 1)]
        var depth = 0
        for byte in inside where byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") {
            depth += byte == UInt8(ascii: "(") ? 1 : -1
            if depth < 0 { return false }
        }
        // A noun that may be one or several is no call.
        return !inside.elementsEqual("s".utf8)
    }

    private static let shellWords = Set(
        """
        sh bash zsh python python3 perl ruby node php curl wget rm cp mv cat echo printf chmod chown kill sudo su ssh scp nc
        ncat dd tar export source eval exec alias pip pip3 npm apt apt-get yum brew git mkdir ln find xargs crontab
        nohup setsid env cmd cmd.exe powershell powershell.exe pwsh iex invoke-expression start set
        """.words)
}

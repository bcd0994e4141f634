import BBCUPlatform

/// Finds the places of a shell command, and what stands around them (POSIX.1-2024, Shell Command Language, 2.2 and 2.3).
///
/// Behind a construct that is not followed here, every place counts as nested, which is safe.
enum ShellTemplate {
    /// A part of a command.
    enum Part: Sendable, Hashable {
        case text(String)
        case place(Int, Context)

        /// The place's number.
        var place: Int? { if case .place(let place, _) = self { place } else { nil } }
    }

    /// What stands around a place.
    enum Context: Sendable, Hashable {
        /// Nothing: the value is quoted.
        case word
        /// Single quotes and nothing else within them.
        case single
        /// Double quotes and nothing else within them.
        case double
        /// A comment, which a newline would end.
        case comment
        /// Anything else.
        case nested

        /// What is put in the place; nil for a value that would not be safe there.
        func text(_ value: String) -> String? {
            switch self {
            case .word: value.shellQuoted
            case .single: value.substituting("'", by: "'\\''")
            case .double:
                ["\\", "\"", "$", "`"].reduce(value) { $0.substituting($1, by: "\\" + $1) }
            case .comment: value.printable().shellQuoted
            case .nested: value.shellQuoted.isExactly(value) ? value : nil
            }
        }

        /// The same in characters that a terminal shows, for bash and zsh.
        func shownText(_ value: String) -> String? {
            guard value.unicodeScalars.contains(where: { !$0.isPrintable }) else { return text(value) }
            return switch self {
            case .word: value.shellWord
            // The quotes around the place are closed before the word and opened again behind it.
            case .single: "'\(value.shellWord)'"
            case .double: "\"\(value.shellWord)\""
            case .comment, .nested: text(value)
            }
        }
    }

    /// The parts of a command in order.
    static func parts(of template: String, places: [String]) -> [Part] {
        var scanner = Scanner(bytes: Array(template.utf8), places: places.map { Array($0.utf8) })
        scanner.run()
        return scanner.parts
    }

    private enum State { case plain, single, double, comment, opaque }

    private struct Scanner {
        let bytes: [UInt8]
        let places: [[UInt8]]
        var parts: [Part] = []
        private var position = 0
        private var pending: [UInt8] = []
        private var state = State.plain
        /// Whether a `#` here begins a comment.
        private var isWordStart = true

        init(bytes: [UInt8], places: [[UInt8]]) {
            (self.bytes, self.places) = (bytes, places)
        }

        mutating func run() {
            while position < bytes.count {
                if let place = places.firstIndex(where: { starts(with: $0) }) {
                    flush()
                    parts.append(.place(place, context(places[place].count)))
                    position += places[place].count
                    isWordStart = false
                } else {
                    step()
                }
            }
            flush()
        }

        private mutating func flush() {
            if !pending.isEmpty { parts.append(.text(String(decoding: pending, as: UTF8.self))) }
            pending = []
        }

        private func starts(with text: [UInt8], at offset: Int = 0) -> Bool {
            position + offset >= 0 && bytes.dropFirst(position + offset).starts(with: text)
        }

        private func starts(with text: String) -> Bool { starts(with: Array(text.utf8)) }

        private func context(_ count: Int) -> Context {
            func isWrapped(_ quote: UInt8) -> Bool { starts(with: [quote], at: -1) && starts(with: [quote], at: count) }
            switch state {
            case .plain: return .word
            case .single: return isWrapped(UInt8(ascii: "'")) && opened == position - 1 ? .single : .nested
            case .double: return isWrapped(UInt8(ascii: "\"")) && opened == position - 1 ? .double : .nested
            case .comment: return .comment
            case .opaque: return .nested
            }
        }

        /// Where the quotes began.
        private var opened = 0

        private mutating func take(_ count: Int = 1) {
            pending += bytes[position..<min(bytes.count, position + count)]
            position = min(bytes.count, position + count)
        }

        private mutating func step() {
            let byte = bytes[position]
            switch state {
            case .plain: stepPlain(byte)
            case .single:
                if byte == UInt8(ascii: "'") { state = .plain }
                take()
            case .double: stepDouble(byte)
            case .comment:
                if byte == 0x0A { (state, isWordStart) = (.plain, true) }
                take()
            case .opaque: take()
            }
        }

        private mutating func stepPlain(_ byte: UInt8) {
            if isOpaque || starts(with: "<<") || starts(with: "((") || starts(with: "$'") || starts(with: "$\"") {
                state = .opaque
                return take()
            }
            switch byte {
            case UInt8(ascii: "\\"):
                // A line that goes on begins no word.
                if !starts(with: "\\\n") { isWordStart = false }
                return take(2)
            case UInt8(ascii: "'"): (state, opened) = (.single, position)
            case UInt8(ascii: "\""): (state, opened) = (.double, position)
            case UInt8(ascii: "#") where isWordStart: state = .comment
            default: break
            }
            isWordStart = " \t\n;&|()<>".utf8.contains(byte)
            take()
        }

        private mutating func stepDouble(_ byte: UInt8) {
            if isOpaque || starts(with: "$(") { state = .opaque }
            if byte == UInt8(ascii: "\"") { state = .plain }
            take(byte == UInt8(ascii: "\\") ? 2 : 1)
        }

        /// Whether something begins within which quotes and comments follow rules of their own.
        private var isOpaque: Bool {
            starts(with: "`") || starts(with: "$[") || starts(with: "${") && !isVariable
        }

        /// Whether `${NAME}` stands here.
        private var isVariable: Bool {
            let name = bytes.dropFirst(position + 2).prefix { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_")
            }
            return !name.isEmpty && bytes.dropFirst(position + 2 + name.count).first == UInt8(ascii: "}")
        }
    }
}

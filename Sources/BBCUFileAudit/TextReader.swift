import BBCUPlatform
import TensorBytes

/// Reads bytes once: whether they are UTF-8 text, and which keys of JSON in them name code. Nothing is kept of the text
/// but the string that is being read, and of that no more than any key that matters has.
struct TextReader {
    /// A key by which a loader runs code.
    struct Key {
        let name: String
        let reason: String
        let offset: Int
        var count = 1
    }

    private(set) var keys: [Key] = []
    private(set) var isJSON = false

    private let isMarkup: Bool
    /// What of a character in several bytes is to come: how many, and where the next one must lie.
    private var continuation = 0
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF
    private var hasStarted = false
    private var isInString = false
    private var isEscaped = false
    private var string: [UInt8] = []
    private var stringStart = 0
    private var state = State.other
    /// Values of `module` beside the classes of Keras.
    private var modules: [Key] = []
    private var hasClasses = false

    private enum State {
        case other
        /// A string ended; it is a key if a colon follows.
        case afterString([UInt8], Int)
        /// The value of a key is to come.
        case value([UInt8], Int)
        /// An array or object that is a key's value began; it counts unless it ends at once.
        case opened([UInt8], Int)
    }

    private static let longest = 256

    /// Reads the whole region; nil if it is no text: not UTF-8, or with control characters.
    ///
    /// - Parameter isMarkup: whether the text may quote JSON, which is then no JSON.
    static func read(_ region: ByteRegion, isMarkup: Bool) -> TextReader? {
        var reader = TextReader(isMarkup: isMarkup)
        let step = 1 << 16
        for start in stride(from: 0, to: region.count, by: step) {
            guard let part = try? region.slice(at: start, count: min(step, region.count - start)) else { return nil }
            var position = start
            for byte in part.bytes {
                guard reader.take(byte, at: position) else { return nil }
                position += 1
            }
        }
        guard reader.continuation == 0 else { return nil }
        if reader.hasClasses { reader.keys += reader.modules }
        return reader
    }

    private init(isMarkup: Bool) { self.isMarkup = isMarkup }

    /// - Returns: false if the byte cannot stand there in a text.
    private mutating func take(_ byte: UInt8, at position: Int) -> Bool {
        if byte >= 0x80 || continuation > 0 {
            guard takePart(byte) else { return false }
            if isJSON, isInString { append(byte) }
            return true
        }
        guard byte >= 0x20 && byte != 0x7F || (0x09...0x0D).contains(byte) && byte != 0x0B else { return false }
        if isJSON {
            takeJSON(byte, at: position)
        } else if !hasStarted, byte > 0x20 {
            hasStarted = true
            isJSON = !isMarkup && (byte == UInt8(ascii: "{") || byte == UInt8(ascii: "["))
        }
        return true
    }

    /// A byte of a character of several (RFC 3629).
    private mutating func takePart(_ byte: UInt8) -> Bool {
        if continuation > 0 {
            guard allowed.contains(byte) else { return false }
            continuation -= 1
            allowed = 0x80...0xBF
            return true
        }
        switch byte {
        case 0xC2...0xDF: continuation = 1
        case 0xE0...0xEF: continuation = 2
        case 0xF0...0xF4: continuation = 3
        default: return false
        }
        switch byte {
        case 0xE0: allowed = 0xA0...0xBF
        case 0xED: allowed = 0x80...0x9F
        case 0xF0: allowed = 0x90...0xBF
        case 0xF4: allowed = 0x80...0x8F
        default: allowed = 0x80...0xBF
        }
        return true
    }

    private mutating func append(_ byte: UInt8) {
        if string.count <= Self.longest { string.append(byte) }
    }

    private mutating func takeJSON(_ byte: UInt8, at position: Int) {
        if isInString {
            if isEscaped {
                isEscaped = false
                append(byte)
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
                append(byte)
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                endString()
            } else {
                append(byte)
            }
            return
        }
        guard byte > 0x20 else { return }
        if byte == UInt8(ascii: "\"") {
            if case .opened(let key, let offset) = state { note(key, "", at: offset) }
            isInString = true
            (string, stringStart) = ([], position)
            return
        }
        takeMark(byte)
    }

    private mutating func takeMark(_ byte: UInt8) {
        switch state {
        case .afterString(let text, let offset):
            state = byte == UInt8(ascii: ":") ? .value(text, offset) : .other
        case .value(let key, let offset):
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): state = .opened(key, offset)
            case UInt8(ascii: "n"), UInt8(ascii: "f"): state = .other
            default:
                note(key, "", at: offset)
                state = .other
            }
        case .opened(let key, let offset):
            if byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") { note(key, "", at: offset) }
            state = .other
        case .other: break
        }
    }

    private mutating func endString() {
        if case .value(let key, let offset) = state {
            if !string.isEmpty { note(key, Self.text(string), at: offset) }
            state = .other
        } else {
            state = .afterString(string, stringStart)
        }
    }

    private static let remoteCode = [
        "auto_map": "the loader imports classes from the repository's own Python files",
        "auto_mapping": "the loader imports a class by this name",
        "trust_remote_code": "the loader runs the repository's own Python files",
        "custom_pipelines": "the loader imports classes from the repository's own Python files",
        "chat_template": "a template that the loader runs",
        "chat_templates": "templates that the loader runs",
    ]
    private static let lambdas: Set<String> = ["Lambda", "__lambda__", "TFOpLambda", "SlicingOpLambda"]

    private mutating func note(_ key: [UInt8], _ value: String, at offset: Int) {
        let key = Self.text(key)
        if let reason = Self.remoteCode[key] {
            add(Key(name: key, reason: reason, offset: offset), to: &keys)
        } else if key == "class_name" {
            hasClasses = true
            guard Self.lambdas.contains(value) else { return }
            add(Key(name: "class_name: \(value)", reason: "a Keras layer that holds code", offset: offset), to: &keys)
        } else if key == "module", !value.isEmpty, value != "keras", !value.begins(with: "keras."), value != "builtins"
        {
            let reason = "Keras imports a class or function from this module"
            add(Key(name: "module: \(value)", reason: reason, offset: offset), to: &modules)
        }
    }

    private func add(_ key: Key, to list: inout [Key]) {
        if let index = list.firstIndex(where: { $0.name.isExactly(key.name) }) {
            list[index].count += 1
        } else if list.count < 100 {
            list.append(key)
        }
    }

    /// The text of a string with its escapes of ASCII characters resolved: `\u0061uto_map` is a key too.
    private static func text(_ bytes: [UInt8]) -> String {
        guard bytes.contains(UInt8(ascii: "\\")) else { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
                if bytes[index + 1] == UInt8(ascii: "u"), index + 5 < bytes.count,
                    let code = UInt8(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16),
                    code < 0x80
                {
                    result.append(code)
                    index += 6
                    continue
                }
                index += 1
            }
            result.append(bytes[index])
            index += 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}

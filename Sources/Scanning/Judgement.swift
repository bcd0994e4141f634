import Bytes
import Pickle

/// What is thought of a name that a pickle refers to.
public enum Judgement: String, Sendable, Hashable, CaseIterable {
    /// It runs code, reaches files, processes or the network, or leads to what does.
    case dangerous
    /// Nothing is known of it; it is not called safe.
    case unknown
    /// It is one of the names that tensors, state dicts and arrays are made of.
    case expected
}

extension PickleReference {
    /// The judgement of the reference, and why, in words.
    var judged: (judgement: Judgement, reason: String) {
        switch target {
        case .computed:
            return (.dangerous, "the name is made only while the pickle is loaded, so it cannot be known")
        case .registered(let code):
            return (.unknown, "extension code \(code) means whatever the loading program has registered")
        case .named(let module, let name):
            let (judgement, reason) = Self.judge(module: module, name: name)
            guard judgement == .expected else { return (judgement, reason) }
            if isChanged { return (.dangerous, "the pickle changes the class or function itself") }
            if module == "_codecs", latin1Calls < max(calls, 1) {
                return (.unknown, "expected only where it turns a text into bytes by latin1")
            }
            return (judgement, reason)
        }
    }

    private static func judge(module: String, name: String) -> (Judgement, String) {
        // The sets compare canonically equivalent texts as equal; a loader does not.
        if module.utf8.allSatisfy({ $0 < 0x80 }), name.utf8.allSatisfy({ $0 < 0x80 }),
            KnownNames.expected.contains(module + "\n" + name)
        {
            return (.expected, "part of how tensors, arrays and plain data are written")
        }
        let (plainModule, plainName) = (plain(module), plain(name))
        let spelling = plainModule.isExactly(module) && plainName.isExactly(name) ? "" : ", behind an unusual spelling"
        if let reason = danger(module: plainModule, name: plainName) { return (.dangerous, reason + spelling) }
        if !spelling.isEmpty { return (.unknown, "no name that a writer would write") }
        if name.includes(".") { return (.unknown, "a dotted name reaches into whatever the module has imported") }
        if module.begins(with: "__torch__") {
            return (.unknown, "a class of TorchScript code, which only TorchScript's own interpreter runs")
        }
        if module.begins(with: "torch.nn.modules") {
            return (.unknown, "a whole module was saved, not its state dict: ask for a file of the state dict")
        }
        return (.unknown, "not among the names that are known to be harmless")
    }

    private static func danger(module: String, name: String) -> String? {
        let parts = module.parts(at: ".")
        for count in stride(from: parts.count, through: 1, by: -1) {
            let prefix = parts[..<count].joined(separator: ".")
            if KnownNames.dangerousModules.contains(prefix) {
                return "the module \(prefix) runs code, or reaches files, processes or the network"
            }
        }
        let nameParts = name.parts(at: ".")
        if let first = nameParts.first, KnownNames.dangerousNames[module]?.contains(first) == true {
            return "\(module).\(first) runs code, or leads to what does"
        }
        if let part = nameParts.first(where: KnownNames.dangerousParts.contains) {
            return "\(part) leads to what runs code"
        }
        let path = parts + nameParts
        for count in stride(from: path.count, to: parts.count, by: -1)
        where KnownNames.dangerousModules.contains(path[..<count].joined(separator: ".")) {
            return "it reaches the module \(path[..<count].joined(separator: "."))"
        }
        return nil
    }

    /// The text without blanks and control characters.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }))
    }
}

import BBCUPlatform
import TensorBytes
import TensorPickle

/// What is thought of a name that a pickle refers to.
public enum Judgement: String, Encodable, Sendable, Hashable, CaseIterable {
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
            if isResultChanged { return (.unknown, "the pickle changes what it returned, which may be anything") }
            if module == "_codecs", latin1Calls < max(calls, 1) {
                return (.unknown, "expected only where it turns a text into bytes by latin1")
            }
            return (judgement, reason)
        }
    }

    /// The judgement of a name, or of what Python 3 reads a name of Python 2 as. Of a name whose module alone has
    /// another name today the worse judgement counts, but what is expected under the new name is so under the old one.
    private static func judge(module: String, name: String) -> (Judgement, String) {
        let written = judgeAsWritten(module: module, name: name)
        let (plainModule, plainName) = (plain(module), plain(name))
        guard let current = PythonTwoNames.current(module: plainModule, name: plainName),
            written.0 != .dangerous || current.hasMoved
        else { return written }
        let (judgement, reason) = judgeAsWritten(module: current.module, name: current.name)
        let isPlain = plainModule.isExactly(module) && plainName.isExactly(name)
        switch judgement {
        case .dangerous: return (judgement, "Python 3 reads it as \(current.module).\(current.name): \(reason)")
        case .expected: return isPlain ? (judgement, reason) : (.unknown, "no name that a writer would write")
        case .unknown: return written.0 == .expected ? written : (judgement, reason)
        }
    }

    private static func judgeAsWritten(module: String, name: String) -> (Judgement, String) {
        if KnownNames.expected[ExactName(module + "\n" + name)] != nil {
            return (.expected, "part of how tensors, arrays and plain data are written")
        }
        let (plainModule, plainName) = (plain(module), plain(name))
        let spelling = plainModule.isExactly(module) && plainName.isExactly(name) ? "" : ", behind an unusual spelling"
        if let reason = danger(module: plainModule, name: plainName) { return (.dangerous, reason + spelling) }
        if !spelling.isEmpty { return (.unknown, "no name that a writer would write") }
        if module.begins(with: "torch.distributed.checkpoint") {
            return (.unknown, "of the plan of a distributed checkpoint, which the weights_only loader does not read")
        }
        if name.includes(".") { return (.unknown, "a dotted name reaches into whatever the module has imported") }
        if module.begins(with: "__torch__") {
            return (.unknown, "a class of TorchScript code, which only TorchScript's own interpreter runs")
        }
        if module.begins(with: "torch.nn.modules") {
            return (.unknown, "a whole module was saved, not its state dict: ask for a file of the state dict")
        }
        return (.unknown, "not among the names that are known to be harmless")
    }

    /// Why a name is dangerous; nil if that is not known. The longest known part of its path decides: a name for
    /// itself, then what it lies in.
    private static func danger(module: String, name: String) -> String? {
        let parts = module.parts(at: ".")
        let nameParts = name.parts(at: ".")
        let path = parts + nameParts
        let leading = nameParts.first(where: KnownNames.dangerousParts.contains)
        for count in stride(from: path.count, through: 1, by: -1) {
            let prefix = path[..<count].joined(separator: ".")
            switch KnownNames.rules[ExactName(prefix)] {
            case .dangerous(let source):
                let what = count <= parts.count ? "the module \(prefix)" : prefix
                return "\(what) runs code, leads to what does, or reaches files, processes or the network "
                    + "(by \(source))"
            case .open: return leading.map { "\($0) leads to what runs code" }
            case nil: continue
            }
        }
        return leading.map { "\($0) leads to what runs code" }
    }

    /// The text without blanks and control characters.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }))
    }
}

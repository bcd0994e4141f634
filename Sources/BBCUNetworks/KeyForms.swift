import BBCUPlatform
import TensorBytes

/// How the keys of the networks look, whatever their sizes: `body.#.body.#.move0.bias`, with # for any number.
///
/// A name that ends in one of them may be a network's key with something in front.
enum KeyForms {
    /// Modules that wrap another one and put their attribute's name before its keys: `DataParallel` and
    /// `DistributedDataParallel`, `torch.compile`, FSDP, activation checkpointing (`torch.nn.parallel`,
    /// `torch/_dynamo/eval_frame.py`, `torch/distributed/fsdp`, `torch/distributed/algorithms/_checkpoint`).
    static let wrappers: Set<String> = [
        "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
    ]

    private static let all: Set<String> = {
        var forms: Set<String> = []
        for family in Family.allCases {
            for upscale in family.isSuperResolution ? [2, 3, 4] : [1] {
                let sizes = Hyperparameters(
                    features: 1, blocks: family.isSuperResolution ? 1 : 3, upscale: upscale, bias: family.hasBias)
                for parameter in family.network(sizes)?.parameters ?? [] { forms.insert(form(of: parameter.key)) }
            }
        }
        return forms
    }()

    private static let lastParts = Set(all.map { $0.parts(at: ".", keepsEmpty: false).last ?? "" })
    private static let mostParts = all.reduce(0) { max($0, $1.parts(at: ".", keepsEmpty: false).count) }

    private static func form(of key: String) -> String {
        key.parts(at: ".", keepsEmpty: false).map { isNumber($0) ? "#" : $0 }.joined(separator: ".")
    }

    private static func isNumber(_ part: some StringProtocol) -> Bool {
        !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Where the longest key begins in which the parts of a name end, or nil.
    static func start(in parts: [KeyParts.Part]) -> Int? {
        guard let last = parts.last, lastParts.contains(String(last.text)) else { return nil }
        var form = ""
        var found: Int?
        for index in parts.indices.suffix(mostParts).reversed() {
            let part = isNumber(parts[index].text) ? "#" : parts[index].text
            form = form.isEmpty ? String(part) : part + "." + form
            if all.contains(form) { found = index }
        }
        return found
    }
}

/// A tensor's name divided at its dots, without the names of wrappers.
struct KeyParts {
    /// A part that is no wrapper.
    struct Part {
        var text: Substring
        /// Where it begins in the name, in bytes.
        var start: Int
    }

    var parts: [Part] = []
    /// The wrappers that were left out, and where each began.
    var wrappers: [Part] = []

    /// - Parameter containers: where the dictionaries' paths in the name end, their dots included. A dictionary's own
    ///   key is no wrapper, whatever it is called.
    init(_ name: String, containers: [Int]) {
        var start = 0
        for piece in name.utf8.split(separator: 0x2E, omittingEmptySubsequences: false) {
            let part = Part(text: Substring(piece), start: start)
            start += piece.count + 1
            if KeyForms.wrappers.contains(String(part.text)), !containers.contains(start), start <= name.utf8.count {
                wrappers.append(part)
            } else {
                parts.append(part)
            }
        }
    }

    /// The parts of a range, joined by dots.
    func text(_ range: Range<Int>) -> String { parts[range].map { String($0.text) }.joined(separator: ".") }

    /// The parts that begin at or behind a place, in bytes.
    func text(from start: Int) -> String {
        parts.filter { $0.start >= start }.map { String($0.text) }.joined(separator: ".")
    }
}

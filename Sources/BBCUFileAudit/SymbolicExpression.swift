import BBCUPlatform
import TensorBytes

/// The symbolic expressions of an exported graph that are no more than a number or a symbol.
enum SymbolicExpression {
    /// Whether an expression is a number, a symbol's name, or one of both in the form that `sympy.srepr` gives them:
    /// `Integer(2)`, `Symbol('s0', positive=True, integer=True)`.
    static func isPlain(_ text: String) -> Bool {
        if isNumber(text) || isName(text) { return true }
        if let inner = inside(text, "Integer") { return isNumber(inner) && !inner.utf8.contains(0x2E) }
        guard let inner = inside(text, "Symbol") else { return false }
        let parts = inner.parts(at: ",").map { $0.without(prefix: " ") ?? $0 }
        guard let name = parts.first?.without(prefix: "'")?.without(suffix: "'"), isName(name) else { return false }
        return parts.dropFirst().allSatisfy { part in
            let sides = part.parts(at: "=")
            return sides.count == 2 && isName(sides[0]) && ["True", "False"].contains(sides[1])
        }
    }

    /// Whether a text is a name of Python in ASCII.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        let digits = text.utf8.first == 0x2D ? text.utf8.dropFirst() : text.utf8[...]
        let parts = digits.split(separator: 0x2E, omittingEmptySubsequences: false)
        // Python raises to any power in an expression, but a plain number is as large as its digits.
        return (1...2).contains(parts.count) && digits.count <= 64
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private static func inside(_ text: String, _ function: String) -> String? {
        text.without(prefix: function + "(")?.without(suffix: ")")
    }
}

import BBCUPlatform
import TensorBytes

extension NumberText {
    /// The integer with commas between groups of three digits.
    public static func grouped(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// A large count with its noun: `1,376,771 elements`.
    public static func grouped(_ number: Int, _ noun: String) -> String {
        grouped(number) + " " + noun + (number == 1 ? "" : "s")
    }

    /// From the smallest to the largest of some numbers, or the only one; empty where there is none.
    static func extent(_ smallest: Double?, _ largest: Double?) -> String {
        guard let smallest, let largest else { return "" }
        let first = scientific(smallest)
        return smallest == largest ? first : "\(first) to \(scientific(largest))"
    }

    /// Eight hexadecimal digits, as checksums are written.
    static func hexadecimal(_ number: UInt32) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

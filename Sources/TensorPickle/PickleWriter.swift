import BBCUPlatform

/// Writes a pickle of protocol 2 opcode by opcode: the protocol that every version of PyTorch reads.
///
/// Source: CPython's `Lib/pickletools.py`, which says what each opcode takes from the stack.
package struct PickleWriter: Sendable {
    /// The pickle so far.
    package private(set) var bytes: [UInt8]

    /// Begins a pickle.
    package init() { bytes = [PickleOpcode.proto.rawValue, 2] }

    /// Writes an opcode without an argument.
    package mutating func append(_ opcode: PickleOpcode) { bytes.append(opcode.rawValue) }

    /// Pushes a text.
    package mutating func string(_ text: String) {
        append(.binUnicode)
        let utf8 = Array(text.utf8)
        number(UInt32(utf8.count))
        bytes += utf8
    }

    /// Pushes an integer in the shortest of the protocol's forms.
    package mutating func integer(_ value: Int) {
        if let byte = UInt8(exactly: value) {
            append(.binInt1)
            bytes.append(byte)
        } else if let short = UInt16(exactly: value) {
            append(.binInt2)
            number(short)
        } else if let int = Int32(exactly: value) {
            append(.binInt)
            number(UInt32(bitPattern: int))
        } else {
            append(.long1)
            bytes.append(8)
            number(UInt64(bitPattern: Int64(value)))
        }
    }

    /// Pushes an integer of any size, given as decimal digits; false where the text is none, or needs more bytes than
    /// the short form has.
    package mutating func integer(digits text: String) -> Bool {
        let isNegative = text.begins(with: "-")
        // Little-endian magnitude, one decimal digit at a time.
        var magnitude: [UInt8] = [0]
        for character in text.utf8.dropFirst(isNegative ? 1 : 0) {
            guard (0x30...0x39).contains(character), magnitude.count < 255 else { return false }
            var carry = Int(character - 0x30)
            for index in magnitude.indices {
                carry += Int(magnitude[index]) * 10
                magnitude[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            if carry > 0 { magnitude.append(UInt8(carry)) }
        }
        // Room for the sign, then two's complement.
        magnitude.append(0)
        if isNegative {
            var carry = 1
            for index in magnitude.indices {
                carry += Int(~magnitude[index])
                magnitude[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
        }
        append(.long1)
        bytes.append(UInt8(magnitude.count))
        bytes += magnitude
        return true
    }

    /// Pushes a float.
    package mutating func float(_ value: Double) {
        append(.binFloat)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
        }
    }

    /// Pushes a truth value.
    package mutating func bool(_ value: Bool) { append(value ? .newTrue : .newFalse) }

    /// Pushes a class or function by its names.
    package mutating func global(_ module: String, _ name: String) {
        append(.global)
        bytes += Array("\(module)\n\(name)\n".utf8)
    }

    /// Pushes a tuple of what `body` pushes.
    package mutating func tuple<Failure: Error>(
        _ body: (inout PickleWriter) throws(Failure) -> Void
    ) throws(Failure) {
        append(.mark)
        try body(&self)
        append(.tuple)
    }

    private mutating func number<Number: FixedWidthInteger>(_ number: Number) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }
}

import BBCUPlatform
import TensorBytes

// Memory that calls of harmless names ask for.
extension PickleTrace {
    /// More than any honest pickle asks for by only a number: values come with their bytes.
    package static let largestDemand = 1 << 24

    /// Takes down what a call would allocate.
    mutating func note(demandOf index: Int, _ arguments: Arguments?, _ instruction: PickleInstruction) {
        guard case .named(let module, let name) = references[index].target, let size = Self.size(module, name) else {
            return
        }
        guard let demand = demand(size, arguments) else {
            return note(instruction, "the size that \(module).\(name) is called with is computed by the pickle")
        }
        demanded = demanded.adding(demand) ?? .max
        guard demand > Self.largestDemand else { return }
        let number = demand == .max ? "more than 2^63" : String(demand)
        note(instruction, "\(module).\(name) is asked for \(number) \(size.unit)")
    }

    /// Where the size stands among the arguments of a name that allocates.
    private enum Size {
        /// The first argument is a number of elements.
        case first
        /// All arguments are sizes of dimensions, or the first is a tuple of them.
        case all
        /// The argument at a place is a tuple of sizes.
        case shape(Int)
        /// A storage, an offset, sizes and strides: beyond its end the storage is enlarged.
        case window
        /// A text with an exponent.
        case exponent
        /// A text such as `V16`, the type of an element of 16 bytes.
        case type
        /// The third argument, where the second is a class that allocates.
        case state
        /// The largest of all arguments: numbers that are made one after the other by a loop over them.
        case range

        var unit: String {
            switch self {
            case .type: "bytes an element"
            case .first, .all, .shape, .state, .range: "elements that the file does not hold"
            case .window: "elements beyond the end of a storage"
            case .exponent: "digits"
            }
        }
    }

    private static func size(_ module: String, _ name: String) -> Size? {
        switch (module, name) {
        case ("builtins", "bytearray"), ("builtins", "bytes"), ("__builtin__", "bytearray"), ("__builtin__", "bytes"):
            .first
        case ("builtins", "range"), ("__builtin__", "range"), ("__builtin__", "xrange"): .range
        case ("torch", _), ("torch.cuda", _), ("torch.storage", _):
            name.ends(with: "Storage") ? .first : name.ends(with: "Tensor") ? .all : nil
        case ("numpy", "ndarray"): .shape(0)
        case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"): .shape(1)
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"),
            ("torch._utils", "_rebuild_tensor_v3"), ("torch._utils", "_rebuild_qtensor"):
            .window
        case ("fractions", "Fraction"): .exponent
        case ("numpy", "dtype"): .type
        case ("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor"): .state
        default: nil
        }
    }

    /// The elements that a call asks for; nil if they cannot be known.
    private func demand(_ size: Size, _ arguments: Arguments?) -> Int? {
        guard let arguments else { return nil }
        guard let first = arguments.values.first else { return 0 }
        switch size {
        case .first: return length(first)
        case .range: return arguments.values.compactMap(integer).map(\.magnitude).max().map { Int(clamping: $0) }
        case .all:
            if elements(of: first) != nil { return product(first) }
            var total = 1
            for value in arguments.values {
                guard let length = length(value) else { return nil }
                total = total.times(length) ?? .max
            }
            return arguments.count > arguments.values.count ? nil : total
        case .shape(let place): return place < arguments.values.count ? product(arguments.values[place]) : 0
        case .window: return window(arguments)
        case .type:
            guard case .text(let place) = first, let text = text(at: place) else { return 0 }
            return Self.largestNumber(in: text).times(text.utf8.contains(UInt8(ascii: "U")) ? 4 : 1) ?? .max
        case .state:
            guard arguments.values.count == 3, case .reference(let base) = arguments.values[1],
                case .named(let module, let name) = references[base].target, Self.size(module, name) != nil
            else { return 0 }
            return length(arguments.values[2])
        case .exponent:
            guard case .text(let place) = first, let text = text(at: place) else { return 0 }
            guard let mark = text.utf8.lastIndex(where: { $0 == 0x65 || $0 == 0x45 }) else { return text.utf8.count }
            let digits = text.utf8[text.utf8.index(after: mark)...].filter { (0x30...0x39).contains($0) }
            return digits.count > 18 ? .max : Int(String(decoding: digits, as: UTF8.self)) ?? 0
        }
    }

    private static func largestNumber(in text: String) -> Int {
        var largest = 0
        for digits in text.utf8.split(whereSeparator: { !(0x30...0x39).contains($0) }) {
            largest = max(largest, Int(String(decoding: digits, as: UTF8.self)) ?? .max)
        }
        return largest
    }

    /// Takes down a state by which an element's type of NumPy becomes large.
    mutating func note(state: Value, of value: Value, _ instruction: PickleInstruction) {
        guard case .instance(let index) = value, case .named("numpy", "dtype") = references[index].target,
            let parts = elements(of: state)
        else { return }
        let largest = parts.values.reduce(0) { max($0, integer($1) ?? 0) }
        guard largest > Self.largestDemand else { return }
        note(instruction, "a type of elements is made \(largest.counted("byte")) large")
    }

    /// A number of elements; 0 for what is a value by itself; nil if nothing is known.
    private func length(_ value: Value) -> Int? {
        switch value {
        case .constant: max(0, integer(value) ?? 0)
        case .other, .text, .tuple, .list, .reference, .storage: 0
        case .instance(let index), .result(let index): isEncoded(index) ? 0 : nil
        case .unknown: nil
        }
    }

    /// Texts are turned into bytes by `_codecs.encode`, whose result is no number.
    private func isEncoded(_ index: Int) -> Bool {
        if case .named("_codecs", "encode") = references[index].target { true } else { false }
    }

    private func product(_ value: Value) -> Int? {
        guard let sizes = elements(of: value) else { return length(value) }
        var total = sizes.count > sizes.values.count ? nil : Int?.some(1)
        for value in sizes.values { total = length(value).flatMap { length in total.map { $0.times(length) ?? .max } } }
        return total
    }

    /// Elements that a tensor's sizes and strides need beyond its storage.
    private func window(_ arguments: Arguments) -> Int? {
        guard arguments.values.count >= 4, case .storage(let index) = arguments.values[0],
            storages.indices.contains(index), let count = storages[index].count,
            let offset = length(arguments.values[1]),
            let sizes = elements(of: arguments.values[2]), let strides = elements(of: arguments.values[3])
        else { return 0 }
        var last = offset
        for (size, stride) in zip(sizes.values, strides.values) {
            guard let size = length(size), let stride = length(stride) else { return nil }
            if size == 0 { return 0 }
            last = (size - 1).times(stride).flatMap { last.adding($0) } ?? .max
        }
        // Some quantized types hold four elements to a byte.
        let held = storages[index].type.includes("QUInt") ? count.times(4) ?? .max : count
        return last < held ? 0 : last == .max ? .max : last - held + 1
    }
}

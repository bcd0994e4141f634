import BBCUPlatform
import TensorBytes
import TensorPickle

/// Pickles at the start of bytes that are numbers by what names them: the values of a storage.
///
/// Numbers begin like a pickle by chance, one in some thousand with PROTO and a few opcodes. So only what does something
/// counts: a pickle that runs to its STOP or breaks off, and until then names what could be imported, itself or in a
/// string that is a pickle. Codes of extensions are no names. A pickle without names counts where it fills all of the
/// bytes, or is followed by one that does something.
package enum HiddenPickle {
    private static let mostInARow = 1000

    /// Whether an unpickler that is given the bytes does something.
    package static func starts(_ region: ByteRegion) -> Bool { search(region).doesSomething }

    /// The same, and the byte up to which the bytes were followed.
    static func search(_ region: ByteRegion) -> (doesSomething: Bool, end: Int) {
        var position = 0
        for _ in 0..<mostInARow {
            guard position < region.count, let trace = try? PickleTrace.run(region, from: position) else {
                return (false, position)
            }
            if doesSomething(trace, region) { return (true, trace.end) }
            guard trace.isWhole, trace.fault == nil else { return (false, trace.end) }
            position = trace.end
        }
        return (true, position)
    }

    /// Whether a pickle that was followed does something.
    static func doesSomething(_ trace: PickleTrace, _ region: ByteRegion) -> Bool {
        let isSound = trace.isWhole && trace.fault == nil
        // What is too long to follow is no number that looks like a pickle.
        if trace.isCut || (isSound && trace.end == region.count && trace.opcodes > 2) { return true }
        return hasName(trace, isSound, depth: 0)
    }

    private static func hasName(_ trace: PickleTrace, _ isSound: Bool, depth: Int) -> Bool {
        let hasOwn = trace.references.contains { reference in
            // A name that the end of the data cuts off stands where the fault is.
            guard reference.offset <= trace.fault?.offset ?? .max else { return false }
            switch reference.target {
            case .named(let module, let name):
                return Scanner.isImportable(module) && Scanner.isImportable(name)
                    && (isSound || module.utf8.count > 1)
            case .computed: return isSound
            case .registered: return false
            }
        }
        guard !hasOwn, isSound, depth < Scanner.deepest else { return hasOwn }
        return trace.strings.contains { string in
            guard let inner = try? PickleTrace.run(string.bytes) else { return false }
            return hasName(inner, inner.isWhole && inner.fault == nil, depth: depth + 1)
        }
    }
}

/// What a path says, by its bytes: a slash with a combining mark behind it is a slash for the system.
package enum PathText {
    /// The folder of a path with a slash at its end; empty for a name without a slash.
    package static func folder(of path: String) -> String { path.cut(atLast: "/").map { $0.before + "/" } ?? "" }

    /// The folder of a path without a slash at its end, `/` for what lies in the root, nil for a name without
    /// a slash.
    package static func parent(of path: String) -> String? {
        path.cut(atLast: "/").map { $0.before.isEmpty ? "/" : $0.before }
    }

    /// What follows the last slash; empty for a path that ends in one.
    package static func name(of path: String) -> String { path.cut(atLast: "/")?.behind ?? path }

    /// The last part that is not empty; the path itself without one.
    package static func lastPart(of path: String) -> String { parts(of: path).last ?? path }

    /// The parts between slashes that are not empty.
    package static func parts(of path: String) -> [String] { path.parts(at: "/", keepsEmpty: false) }

    /// The suffix of the last part behind its last dot, A to Z in lower case; nil without a dot.
    package static func suffix(of path: String) -> String? {
        name(of: path).cut(atLast: ".").map(\.behind.lowercasedASCII)
    }

    /// The path without the last dot of its last part and what follows it.
    package static func withoutSuffix(_ path: String) -> String {
        guard let cut = path.cut(atLast: "."), !cut.behind.includes("/") else { return path }
        return cut.before
    }

    /// Whether a path ends in one of the suffixes, which are written with their dot and in lower case.
    package static func hasEnding(_ path: String, among suffixes: String...) -> Bool {
        let lowered = path.lowercasedASCII
        return suffixes.contains { lowered.ends(with: $0) }
    }

    /// Whether a path begins with a slash.
    package static func isAbsolute(_ path: String) -> Bool { path.begins(with: "/") }

    /// Why a name from a file must not be used as a path below a folder: it leads out of it on one system or another.
    ///
    /// A backslash separates parts and `C:` names a drive on Windows, where archives of any system are unpacked.
    package static func escape(_ name: some StringProtocol) -> Escape? { escape(Array(name.utf8)) }

    /// The same of a name's bytes.
    package static func escape(_ name: [UInt8]) -> Escape? {
        if name.contains(0) { return .nul }
        let parts = name.split(separator: slash, omittingEmptySubsequences: false).flatMap {
            $0.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
        }
        if parts.contains(where: { $0.elementsEqual("..".utf8) }) { return .parent }
        if let first = parts.first, first.isEmpty, parts.count > 1 { return .absolute }
        if name.count > 1, name[1] == UInt8(ascii: ":"), isLetter(name[0]) { return .absolute }
        return nil
    }

    private static let slash = UInt8(ascii: "/")

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    /// How a name leads out of its folder.
    package enum Escape: Sendable, Hashable {
        /// It begins at the root of a file system or drive.
        case absolute
        /// It has a part `..`.
        case parent
        /// It has a byte 0, where a C library ends it.
        case nul

        /// In words, which follow "the name".
        package var text: String {
            switch self {
            case .absolute: "is absolute"
            case .parent: "leads out of its folder"
            case .nul: "has a NUL byte"
            }
        }
    }
}

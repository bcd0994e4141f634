import BBCUPlatform

/// The links of an archive, and where unpacking it would write outside of its folder because of them.
///
/// A link within the folder is harmless. One is not that leads out, and neither is a name that goes through a link: by
/// several of them what looks like a folder further down can be one further up.
struct ArchiveLinks {
    /// Bytes of a target; no file system has longer ones.
    static let longestTarget = 1 << 16

    private struct Link {
        let name: String
        let path: [[UInt8]]
        let target: [UInt8]
        let isSymbolic: Bool
        let offset: Int
    }

    private var links: [Link] = []
    private var files: [(name: String, path: [[UInt8]], offset: Int)] = []

    /// Takes down a file or folder.
    mutating func add(_ name: String, at offset: Int) { files.append((name, Self.parts(Array(name.utf8)), offset)) }

    /// Takes down a link. The target of a symbolic one counts from its own folder, that of a hard link from the archive's.
    mutating func add(link name: String, to target: [UInt8], isSymbolic: Bool, at offset: Int) {
        links.append(
            Link(
                name: name, path: Self.parts(Array(name.utf8)), target: target, isSymbolic: isSymbolic, offset: offset))
    }

    /// What is wrong with the links, and with the names that go through them.
    var faults: [(name: String, offset: Int, text: String)] {
        guard !links.isEmpty else { return [] }
        var faults: [(name: String, offset: Int, text: String)] = []
        let places = Set(links.filter(\.isSymbolic).map(\.path))
        for link in links {
            if Self.leadsOut(link) { faults.append((link.name, link.offset, "a link that leads out of the folder")) }
            if !link.isSymbolic, places.contains(Self.parts(link.target)) {
                faults.append((link.name, link.offset, "a link to a link: readers differ in what it is"))
            }
        }
        for (name, path, offset) in files + links.map({ ($0.name, $0.path, $0.offset) })
        where path.indices.dropFirst().contains(where: { places.contains(Array(path[..<$0])) }) {
            faults.append((name, offset, "a name that goes through a link"))
        }
        for (name, path, offset) in files where places.contains(path) {
            faults.append((name, offset, "a file and a link of the same name"))
        }
        return faults
    }

    private static func leadsOut(_ link: Link) -> Bool {
        switch PathText.escape(link.target) {
        case nil: return false
        case .absolute, .nul: return true
        case .parent:
            guard link.isSymbolic, !link.target.contains(UInt8(ascii: "\\")) else { return true }
            let target = parts(link.target)
            let upwards = target.prefix { $0.elementsEqual("..".utf8) }.count
            // Behind a name, `..` may lead from where a link leads.
            return upwards > link.path.count - 1 || target.dropFirst(upwards).contains { $0.elementsEqual("..".utf8) }
        }
    }

    /// The parts of a path; file systems may take capitals for small letters.
    private static func parts(_ path: [UInt8]) -> [[UInt8]] {
        path.split(separator: UInt8(ascii: "/")).map { part in
            part.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        }.filter { !$0.elementsEqual(".".utf8) }
    }
}

import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorPickle

// Members of archives that a pickle, or a configuration of torch.export, names as storages.
extension Scanner {
    /// Takes down the storages that a pickle names: `a/data.pkl` names `a/data/0`. The pickles of torch.package keep
    /// theirs in one folder, `.data/0.storage`.
    ///
    /// PyTorch finds members without regard to capitals.
    mutating func take(_ named: [PickleStorage], of pickle: String) {
        let place = pickle.lowercasedASCII
        let folder = place.without(suffix: ".pkl") ?? place
        let archive = Self.archive(of: place)
        for storage in named {
            let key = storage.key.lowercasedASCII
            var size = StorageSize(byteCount: nil)
            if let count = storage.count, let element = StorageElement.byteCount(of: storage.type) {
                size.byteCount = count.times(element)
            }
            add(size, "\(folder)/\(key)")
            add(size, "\(archive)\u{0}\(key).storage")
        }
    }

    /// A storage of which different sizes are stated has the largest.
    private mutating func add(_ size: StorageSize, _ name: String) {
        let name = Array(name.utf8)
        guard let known = storages[name] else {
            storages[name] = size
            return
        }
        storages[name]?.byteCount = known.byteCount.flatMap { known in size.byteCount.map { max($0, known) } }
    }

    /// The archive that a member lies in, with the mark behind it; empty for a member of the file itself.
    private static func archive(of place: String) -> String { place.cut(atLast: "!").map { $0.before + "!" } ?? "" }

    /// The storage that a member is, if something names it.
    func storage(named entry: String, in place: String) -> StorageSize? {
        let name = inside(place, entry).lowercasedASCII
        if let size = storages[Array(name.utf8)] { return size }
        guard let (folder, last) = name.cut(atLast: "/"), folder.ends(with: ".data") else { return nil }
        return storages[Array("\(Self.archive(of: name))\u{0}\(last)".utf8)]
    }

    /// The values of a storage are not interpreted. They are searched for an archive, and for a pickle at their start;
    /// what stands behind them is a file of its own.
    mutating func lookAtStorage(_ region: ByteRegion, _ place: String, _ depth: Int, byteCount: Int?) {
        let count = min(byteCount ?? region.count, region.count)
        guard count > 0 else { return lookBehind(region, 0, place, depth, "the values of the storage") }
        guard let values = part(0..<count, of: region, place) else { return }
        guard depth <= Self.deepest, spend(min(count, 1 << 17) + Self.leastWork) else {
            return notExamined(place, "beyond the limit of work")
        }
        examined(place, 0..<count, "the values of a storage")
        if ZipSurvey.looksLikeArchive(region) {
            find(.unknown, place, 0, "the values of a storage are a ZIP archive as well")
            _ = lookAtArchive(region, place, depth)
        } else if TarSurvey.looksLikeArchive(values) {
            find(.unknown, place, 0, "the values of a storage are a tar archive as well")
            lookAtTar(values, place, depth)
        } else {
            let search = HiddenPickle.search(values)
            _ = spend(search.end)
            if search.doesSomething {
                find(.unknown, place, 0, "the values of a storage are a pickle as well")
                _ = lookAtPickles(values, place, depth, isPlain: false)
            }
        }
        if count < region.count { lookBehind(region, count, place, depth, "the values of the storage") }
    }

    /// Takes down which members of a `.pt2` archive are plain weights: those that its configuration does not call
    /// pickles.
    mutating func takeConfiguration(_ data: ByteRegion, _ place: String) {
        guard let folder = place.cut(atLast: "/")?.before.lowercasedASCII else { return }
        guard case .object(let members)? = (try? StrictJSON.parse(data.bytes))?["config"] else {
            return notExamined(place, "a configuration of weights that is no JSON that can be read")
        }
        for (_, value) in members {
            guard let name = value["path_name"]?.text, case .bool(false)? = value["use_pickle"] else { continue }
            // The record is the whole storage, of which the tensor may be a part: no size is stated.
            add(StorageSize(byteCount: nil), "\(folder)/\(name.lowercasedASCII)")
        }
    }
}

/// What is stated of a storage's size.
struct StorageSize {
    /// Bytes of the values; nil if nothing says it.
    var byteCount: Int?
}

/// How large the elements of PyTorch's storage classes are.
///
/// Source: the classes `torch.*Storage` in `torch/__init__.py`.
enum StorageElement {
    /// Bytes of an element of a class, `module.name`; nil for a class that is not known.
    static func byteCount(of type: String) -> Int? {
        guard type.begins(with: "torch."),
            let element = type.cut(atLast: ".")?.behind.without(suffix: "Storage")
        else { return nil }
        return sizes[element]
    }

    private static let sizes = [
        "Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1,
        "Bool": 1, "ComplexDouble": 16, "ComplexFloat": 8, "QUInt8": 1, "QInt8": 1, "QInt32": 4, "QUInt4x2": 1,
        "QUInt2x4": 1, "Untyped": 1, "_Untyped": 1,
    ]
}

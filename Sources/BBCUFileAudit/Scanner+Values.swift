import BBCUPlatform
import TensorArchives
import TensorBytes
import TensorFiles
import TensorPickle

// Formats whose values end where their headers say: arrays, old files of PyTorch, safetensors.
extension Scanner {
    /// NumPy's arrays one after the other, and what stands behind the last.
    mutating func lookAtArrays(_ region: ByteRegion, _ place: String, _ depth: Int) {
        var (position, count) = (0, 0)
        while let next = lookAtArray(region, at: position, place, depth) {
            count += 1
            position = next
            guard let rest = try? region.slice(at: next, count: region.count - next),
                rest.starts(with: ArrayHeader.magic)
            else {
                lookBehind(region, next, place, depth, "the values of the array")
                break
            }
            guard spend(Self.leastWork) else { return notExamined(place, "arrays beyond the limit of work") }
        }
        if count > 1 { find(.note, place, 0, "\(count.counted("array")) one after the other") }
    }

    /// An array that stands at a byte: numbers, or a pickle behind the header where the elements are objects. NumPy
    /// evaluates the header as Python's literals, in which objects can be spelt in many ways: what is not plainly
    /// numbers is tried.
    ///
    /// - Returns: the byte behind it; nil if it cannot be known.
    private mutating func lookAtArray(_ region: ByteRegion, at start: Int, _ place: String, _ depth: Int) -> Int? {
        guard let header = ArrayHeader(region, at: start) else {
            notExamined(place, "a NumPy array whose header is cut off")
            return nil
        }
        if header.isPlain {
            guard let count = header.byteCount, let end = header.dataOffset.adding(count) else {
                notExamined(place, "a NumPy array whose header does not say plainly how large it is")
                return nil
            }
            if end > region.count {
                find(
                    .unknown, place, header.dataOffset,
                    "the array's values are cut off: it says it has \(count.counted("byte"))")
            }
            examined(place, start..<min(end, region.count), "a NumPy array of numbers or text, no code")
            return min(end, region.count)
        }
        examined(
            place, start..<header.dataOffset, "the header of a NumPy array that may hold objects, which are a pickle")
        let name = inside(place, "objects")
        guard let rest = try? region.slice(at: header.dataOffset, count: region.count - header.dataOffset),
            let trace = followed(rest, from: 0), Self.isPickle(trace, rest, at: 0)
        else {
            notExamined(name, "elements that may be objects, and no pickle that can be read")
            return nil
        }
        record(trace, rest, 0, name, depth + 1)
        return trace.isWhole ? header.dataOffset + trace.end : nil
    }

    /// safetensors: the header says where the last tensor ends.
    mutating func lookAtTensors(_ region: ByteRegion, _ place: String, _ depth: Int) {
        let outline = SafetensorsOutline(region)
        if let fault = outline.fault { find(.unknown, place, 0, "the header contradicts itself: \(fault)") }
        guard let whole = outline.end else {
            return notExamined(place, "safetensors whose header does not say where the tensors lie")
        }
        let end = min(whole, region.count)
        examined(place, 0..<end, "safetensors: a header and numbers, no code")
        if whole > region.count { find(.unknown, place, region.count, "the values are cut off") }
        lookAtHeaderTexts(region, place, depth)
        lookBehind(region, end, place, depth, "the last tensor")
    }

    /// What readers of safetensors leave alone in a header: texts of `__metadata__`, and keys of a tensor that the format
    /// does not have.
    private mutating func lookAtHeaderTexts(_ region: ByteRegion, _ place: String, _ depth: Int) {
        guard let text = SafetensorsHeader.text(region),
            case .object(let members)? = try? StrictJSON.parse(text.bytes)
        else { return }
        for (name, value) in members {
            guard case .object(let fields) = value else { continue }
            guard name.isExactly("__metadata__") else {
                for (key, _) in fields where !["dtype", "shape", "data_offsets"].contains(where: key.isExactly) {
                    notExamined(
                        place, "the key '\(key.printable(atMost: 80))' of a tensor, which the format does not have")
                }
                continue
            }
            for (key, value) in fields {
                guard let text = value.text else { continue }
                // A pickle may be the whole of it: in front of a pickle stands something.
                let bytes = ByteRegion([0x20] + Array(text.utf8))
                let part = "metadata '\(key.printable(atMost: 80))'"
                let inner = inside(place, part)
                guard PlainText.isText(bytes, allowsControls: false) else {
                    notExamined(inner, "a text with control characters")
                    continue
                }
                lookAtEncoded(bytes, inner, depth)
                lookAtPickles(within: bytes, inner, part, depth)
            }
        }
    }

    /// Files of PyTorch from before 1.6, one after the other, and what stands behind the last.
    mutating func lookAtSaves(_ region: ByteRegion, _ place: String, _ depth: Int) {
        var (position, count) = (0, 0)
        while let next = lookAtSave(region, at: position, place, depth) {
            count += 1
            position = next
            guard position < region.count else { break }
            guard let trace = followed(region, from: position), isMagicNumber(trace) else {
                lookBehind(region, position, place, depth, "the values of storages")
                break
            }
        }
        if count > 1 { find(.note, place, 0, "\(count.counted("file")) of PyTorch one after the other") }
    }

    /// The pickles of such a file: magic number, version, system, object, storage keys. Then every storage, as a count
    /// of elements and the values.
    private static let saveCount = 5

    /// - Returns: the byte behind the file; nil if it is not known.
    private mutating func lookAtSave(_ region: ByteRegion, at start: Int, _ place: String, _ depth: Int) -> Int? {
        var (position, keyStart) = (start, start)
        var named: [PickleStorage] = []
        for index in 0..<Self.saveCount {
            // By themselves a number or an empty dictionary of protocol 0 would be text.
            guard let trace = followed(region, from: position),
                index > 0 && trace.isWhole && trace.fault == nil || Self.isPickle(trace, region, at: position)
            else {
                if index > 0, position < region.count {
                    find(
                        .unknown, place, position,
                        "only \(index) of the \(Self.saveCount.counted("pickle")) of such a file")
                    lookBehind(region, position, place, depth, "the last pickle")
                }
                return nil
            }
            record(trace, region, position, place, depth)
            // Without its STOP nothing is known of what follows.
            guard trace.isWhole else { return nil }
            if index == 3 { named = trace.storages }
            (keyStart, position) = (position, trace.end)
        }
        return lookAtValues(region, from: position, keys: keys(region, at: keyStart), named, place)
    }

    /// The texts of the list that a pickle is; nil for any other.
    private func keys(_ region: ByteRegion, at start: Int) -> [String]? {
        guard let graph = try? PickleMachine.run(region, from: start), case .list? = graph.node(graph.root)?.kind else {
            return nil
        }
        var keys: [String] = []
        for element in graph.node(graph.root)?.elements ?? [] {
            guard case .string(let key) = element else { return nil }
            keys.append(key)
        }
        return keys
    }

    private mutating func lookAtValues(
        _ region: ByteRegion, from start: Int, keys: [String]?, _ named: [PickleStorage], _ place: String
    ) -> Int? {
        guard let keys, var cursor = try? ByteCursor(region, at: start) else {
            if start < region.count {
                find(.unknown, place, start, "the keys of storages are no list of texts: what follows cannot be known")
                notExamined(place, "\((region.count - start).counted("byte")) behind the pickles")
            }
            return start == region.count ? start : nil
        }
        var storages: [[UInt8]: PickleStorage] = [:]
        for storage in named where storages[Array(storage.key.utf8)] == nil {
            storages[Array(storage.key.utf8)] = storage
        }
        for key in keys {
            let offset = cursor.position
            guard let storage = storages[Array(key.utf8)], let size = StorageElement.byteCount(of: storage.type),
                let count = try? cursor.count(Int64.self), let byteCount = count.times(size),
                (try? cursor.skip(byteCount)) != nil
            else {
                find(.unknown, place, offset, "the storage '\(key)' is not one that the object names, or does not fit")
                if offset < region.count {
                    notExamined(place, "\((region.count - offset).counted("byte")) of storages")
                }
                return nil
            }
            if let stated = storage.count, stated != count {
                find(
                    .unknown, place, offset,
                    "the storage '\(key)' has \(count.counted("element")) where the object says \(stated)")
            }
        }
        if cursor.position > start { examined(place, start..<cursor.position, "the values of storages") }
        return cursor.position
    }
}

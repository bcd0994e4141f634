import BBCUCheckpointDiff
import BBCUPlatform
import OrderedCollections
import TensorArchives
import TensorBytes
import TensorFiles

/// A checkpoint as text that line-based tools can compare: one line a tensor and one a value beside them.
///
/// A line holds a name and what is found under it: dtype, shape, the CRC-32 of the contiguous little-endian values, and
/// statistics. Nothing in it depends on other lines, on the file's format or on the order in the file.
public struct DiffableListing: Sendable, Hashable {
    /// The lines in the order of their UTF-8 bytes.
    public let lines: [String]
    /// Lines of tensors whose values were not read: they say nothing of what the tensors hold.
    public let unread: Int

    /// The listing of a checkpoint's part at a root, of which only names that match the pattern.
    ///
    /// - Throws: what reading a tensor throws, and `noRoot`. A tensor that is far larger than its storage is listed
    ///   without checksum and statistics.
    public init(_ checkpoint: Checkpoint, root: String = "", pattern: NamePattern? = nil) throws(DifferenceError) {
        let content = try CheckpointContent(checkpoint, root: root, pattern: pattern)
        var lines: [String] = []
        var unread = 0
        for (name, entry) in content.tensors { lines.append(try Self.line(name, entry, checkpoint, &unread)) }
        for (index, name) in content.unlisted.enumerated() {
            do throws(CheckpointError) {
                let bytes = try content.bytes(ofUnlisted: index)
                lines.append(
                    "\(Self.shown(name)) used by no tensor, \(bytes.count.counted("byte")) crc32 "
                        + NumberText.hexadecimal(CRC32.of(bytes)))
            } catch { throw .checkpoint(error) }
        }
        for (name, text) in content.values { lines.append("\(Self.shown(name)) = \(text.printable())") }
        for (name, text) in try content.code() { lines.append("\(Self.shown(name)) = \(text.printable())") }
        for (name, reason) in content.unknown {
            lines.append("\(Self.shown(name)) not read: \(reason.printable())")
            unread += 1
        }
        for part in checkpoint.missing(under: root) where pattern?.matches(part.name) ?? true {
            lines.append("\(Self.shown(part.name)) not read: \(part.reason.printable())")
            unread += 1
        }
        self.unread = unread
        self.lines = lines.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func shown(_ name: String) -> String { name.isEmpty ? "(no name)" : name.printable() }

    private static func line(
        _ name: String, _ entry: TensorEntry, _ checkpoint: Checkpoint, _ unread: inout Int
    ) throws(DifferenceError) -> String {
        var start = "\(shown(name)) \(entry.dtype.rawValue) \(TensorShape.text(entry.shape))"
        if let whole = entry.layout.wholeShape { start += " of \(TensorShape.text(whole))" }
        let tensor: Tensor
        do throws(CheckpointError) {
            tensor = try checkpoint.tensor(entry)
        } catch {
            guard [.limit, .noValues, .dtype].contains(error.code) else { throw .checkpoint(error) }
            // Of a tensor without values nothing is left to be read.
            guard entry.layout.hasValues else { return start + " without values" }
            unread += 1
            return start + (error.code == .limit ? " not read: far larger than its storage" : " not read")
        }
        do throws(CheckpointError) {
            if let text = try checkpoint.quantizationText(entry.layout) { start += " \(text)" }
        } catch { throw .checkpoint(error) }
        let checksum = " crc32 " + NumberText.hexadecimal(CRC32.of(tensor.bytes))
        return start + checksum + (TensorStatistics(tensor).map(text) ?? "")
    }

    private static func text(_ statistics: TensorStatistics) -> String {
        func text(_ name: String, _ value: Double?) -> String {
            value.map { $0.isFinite ? " \(name) \(NumberText.significant($0, 6))" : "" } ?? ""
        }
        return text("min", statistics.min) + text("max", statistics.max) + text("mean", statistics.mean)
            + text("std", statistics.standardDeviation)
            + (statistics.nonFinite > 0 ? " inf/nan \(statistics.nonFinite)" : "")
    }
}

extension DiffableListing {
    /// The lines in which this listing, as A, and another, as B, differ, in the unified format of `diff -u` (POSIX, diff):
    /// three lines of context, names of files without times. Empty where they are equal.
    public func unified(with other: DiffableListing, nameA: String, nameB: String) -> [String] {
        let edits = edits(to: other)
        var output: [String] = []
        var index = 0
        var numbers = (a: 1, b: 1)
        while let change = edits[index...].firstIndex(where: { $0.mark != " " }) {
            let start = max(index, change - Self.context)
            let end = Self.hunkEnd(edits, from: change)
            numbers.a += start - index
            numbers.b += start - index
            let hunk = edits[start..<end]
            let counts = (a: hunk.count { $0.mark != "+" }, b: hunk.count { $0.mark != "-" })
            output.append("@@ -\(Self.range(numbers.a, counts.a)) +\(Self.range(numbers.b, counts.b)) @@")
            output += hunk.map { $0.mark + $0.line }
            numbers.a += counts.a
            numbers.b += counts.b
            index = end
        }
        return output.isEmpty ? [] : ["--- " + nameA.printable(), "+++ " + nameB.printable()] + output
    }

    private static let context = 3

    /// The lines of both, those of a change's A before those of its B. The lines are sorted, so that what both have is
    /// their longest common subsequence.
    private func edits(to other: DiffableListing) -> [(mark: String, line: String)] {
        var edits: [(mark: String, line: String)] = []
        var (added, a, b) = ([String](), 0, 0)
        func flush() {
            edits += added.map { ("+", $0) }
            added = []
        }
        while a < lines.count || b < other.lines.count {
            if a < lines.count, b < other.lines.count, lines[a] == other.lines[b] {
                flush()
                edits.append((" ", lines[a]))
                a += 1
                b += 1
            } else if b == other.lines.count
                || a < lines.count && lines[a].utf8.lexicographicallyPrecedes(other.lines[b].utf8)
            {
                edits.append(("-", lines[a]))
                a += 1
            } else {
                added.append(other.lines[b])
                b += 1
            }
        }
        flush()
        return edits
    }

    /// Where a hunk ends: after the context of its last change, which is followed by more than twice the context.
    private static func hunkEnd(_ edits: [(mark: String, line: String)], from change: Int) -> Int {
        var last = change
        for index in change..<edits.count {
            if edits[index].mark != " " { last = index } else if index - last > 2 * context { break }
        }
        return min(edits.count, last + 1 + context)
    }

    /// A range of lines as a hunk's head names it: an empty one by the line before it, one line without its count.
    private static func range(_ first: Int, _ count: Int) -> String {
        count == 1 ? "\(first)" : "\(count == 0 ? first - 1 : first),\(count)"
    }
}

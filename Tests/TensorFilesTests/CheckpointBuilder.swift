import TensorArchives
import TestSupport

/// Makes checkpoints entry by entry, so that tests can make the ones PyTorch would not.
struct CheckpointBuilder {
    /// The pickle's object, in opcodes; by default one tensor.
    var object = Self.tensor()
    var storages: [String: [UInt8]] = ["0": [UInt8](repeating: 1, count: 24)]
    var prefix = "archive/"
    var others: [String: [UInt8]] = ["version": Array("3\n".utf8), "byteorder": Array("little".utf8)]
    var hasPickle = true

    /// Writes the checkpoint and returns its path.
    func write(in folder: String) throws -> String {
        let path = folder + "/checkpoint.pth"
        var writer = try ZipWriter(path)
        if hasPickle { try writer.add(prefix + "data.pkl", [0x80, 2] + object + [0x2E]) }
        for (key, data) in storages.sorted(by: { $0.key < $1.key }) { try writer.add(prefix + "data/" + key, data) }
        for (name, data) in others { try writer.add(prefix + name, data) }
        try writer.finish()
        return path
    }

    /// The opcodes that make a tensor, all in protocol 0.
    static func tensor(
        function: String = "_rebuild_tensor_v2", storage: String = "FloatStorage", key: String = "0", count: Int = 6,
        offset: Int = 0, shape: [Int] = [2, 3], strides: [Int] = [3, 1], dtype: String? = nil
    ) -> [UInt8] {
        let tail = dtype.map { "I00\nNctorch\n\($0)\n" } ?? "I00\nN"
        let sizes = tuple(shape) + tuple(strides)
        return Array(
            ("ctorch._utils\n\(function)\n((Vstorage\nctorch\n\(storage)\nV\(key)\nVcpu\nI\(count)\ntQ"
                + "I\(offset)\n\(sizes)\(tail)tR").utf8)
    }

    /// The opcodes that make a dictionary of the given values.
    static func dictionary(_ items: [(String, [UInt8])]) -> [UInt8] {
        Array("(".utf8) + items.flatMap { Array("V\($0)\n".utf8) + $1 } + Array("d".utf8)
    }

    private static func tuple(_ values: [Int]) -> String { "(" + values.map { "I\($0)\n" }.joined() + "t" }
}

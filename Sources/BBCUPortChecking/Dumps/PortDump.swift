import BBCUErrorBounds
import BBCUExecution
import BBCUPlatform
import OrderedCollections
import TensorBytes
import TensorFiles

/// What a port wrote of its run: arrays by name, as they are in the files.
public struct PortDump: Sendable {
    /// One array.
    public struct Array: Sendable {
        /// The name in the file.
        public var name: String
        /// The sizes in the file.
        public var shape: [Int]
        /// Row-major values.
        public var values: [Double]
        /// The file's element type, whose rounding the values went through.
        public var storage: DType
        /// For the pixels of an image: what was done to the network's values to become these.
        public var pixels: PixelCoding?
        /// For luma of an image in colour: that image.
        public var colours: ColouredOutput?

        /// An array of row-major values.
        public init(
            name: String, shape: [Int], values: [Double], storage: DType, pixels: PixelCoding? = nil,
            colours: ColouredOutput? = nil
        ) {
            self.pixels = pixels
            self.colours = colours
            self.name = name
            self.shape = shape
            self.values = values
            self.storage = storage
        }
    }

    /// The arrays in file order.
    public var arrays: [Array]
    /// What whoever read them has to say, for the report.
    public var notes: [PortNote] = []

    /// A dump of the given arrays.
    public init(_ arrays: [Array]) { self.arrays = arrays }

    /// Reads dumps: `.npz`, `.safetensors`, `.pth` and `.npy` files, and folders of `.npy` files.
    /// - Throws: `CheckpointError` where a file cannot be read, or holds no numbers.
    public static func read(_ paths: [String]) throws(CheckpointError) -> PortDump {
        var arrays: [Array] = []
        for path in paths {
            guard let files = folder(path) else {
                arrays += try file(path)
                continue
            }
            guard !files.isEmpty else {
                arrays += try file(path)
                continue
            }
            for file in files { arrays += try self.file(path + "/" + file) }
        }
        return PortDump(arrays)
    }

    private static func file(_ path: String) throws(CheckpointError) -> [Array] {
        let checkpoint = try Checkpoint.open(path)
        try checkpoint.requireComplete()
        let stem = PathText.lastPart(of: path)
        let name = stem.without(suffix: ".npy") ?? stem
        // Texts, dates and records beside the arrays are no values of a network.
        let entries = checkpoint.tensors.filter { entry in
            if case .other(let type) = entry.dtype { type.origin != .numpy } else { true }
        }
        return try entries.map { entry throws(CheckpointError) in
            let tensor = try checkpoint.tensor(entry)
            guard let values = tensor.doubles() else {
                throw CheckpointError(
                    .dtype, file: path, place: entry.name, found: tensor.dtype.rawValue, expected: "numbers")
            }
            return Array(
                name: entry.name.isEmpty ? name : entry.name, shape: entry.shape, values: values,
                storage: entry.dtype)
        }
    }

    /// The `.npy` files of a folder in order; nil for a path that is none.
    private static func folder(_ path: String) -> [String]? {
        FolderListing.names(in: path)?.filter { $0.ends(with: ".npy") }.sorted()
    }
}

extension PortDump {
    /// The arrays that hold the input, value by value, under a name of no module: they were compared by that.
    func names(equalTo input: FeatureMap<Float>) -> Set<String> {
        let sizes = [input.channels, input.height, input.width]
        let values = input.channelMajorValues.map(Double.init)
        return Set(
            arrays.filter { array in
                array.shape.suffix(3) == sizes && array.values == values
            }.map(\.name))
    }
}

import BBCUErrorBounds
import BBCUExecution
import BBCUNetworks
import BBCUPlatform
import BBCUPortChecking
import TensorBytes
import TensorFiles

/// A folder with a reduced case: its arrays as `.npy` files, and `reduced.json`, which `Schemas/reduce.schema.json`
/// describes.
public struct ReducedFolder: Sendable {
    /// The folder's path.
    public let path: String

    /// The arrays that a case has, or may have.
    private static let names = ["input", "port", "expected", "bound", "image", "input_radius", "port_radius"]

    /// A folder that is there.
    public init(_ path: String) { self.path = path }

    /// The description's file.
    public var manifest: String { path + "/reduced.json" }

    /// One array of a case.
    public struct File: Sendable, Hashable {
        /// The array's name, and that of its file without `.npy`.
        public var name: String
        /// What it is, in words.
        public var text: String
        /// Its sizes: channels, rows, columns.
        public var shape: [Int]
        /// Its element type.
        public var type: String
        /// The file's SHA-256.
        public var sha256: String
    }

    /// Writes the arrays of a case.
    ///
    /// - Parameters:
    ///   - expected: what a right port makes of it, and its bounds.
    ///   - guarding: called with every file before it is written; throws for one that must not be.
    /// - Throws: `CheckpointError` where a file cannot be written, and what `guarding` throws.
    public func write(
        _ reduced: ReducedCase, expected: (values: FeatureMap<Double>, bounds: FeatureMap<Double>),
        guarding: (_ path: String) throws -> Void
    ) throws -> [File] {
        var files = [
            try write("input", reduced.givenText, reduced.input, guarding),
            try write("port", "what the port made of it, in the core", reduced.values, guarding),
            try write("expected", "what a right port makes of it, in the core", expected.values, guarding),
            try write("bound", "how far from it a right port may be", expected.bounds, guarding),
        ]
        if let image = reduced.image {
            files.append(try write("image", "the network's input there, which is read too", image.asDouble, guarding))
        }
        if reduced.start.radius.contains(where: { $0 > 0 }) {
            files.append(
                try write(
                    "input_radius", "how far from input what a right port is given may be", reduced.start.radiusMap,
                    guarding))
        }
        if let radius = reduced.tap.storageRadius {
            files.append(
                try write("port_radius", "what storing port may have lost", reduced.values.with(radius), guarding))
        }
        return files
    }

    private func write(
        _ name: String, _ text: String, _ map: FeatureMap<Double>, _ guarding: (String) throws -> Void
    ) throws -> File {
        let shape = [map.channels, map.height, map.width]
        let values = map.channelMajorValues
        let isFloat = values.allSatisfy { Double(Float($0)) == $0 }
        let tensor = isFloat ? Tensor(values.map { Float($0) }, shape: shape) : Tensor(values, shape: shape)
        guard let tensor else { throw PortError(.array, file: name, found: "an array of no size") }
        let file = "\(path)/\(name).npy"
        try guarding(file)
        let bytes = try NumPyArray.encode(tensor)
        try WholeFile.write(bytes, to: file)
        return File(
            name: name, text: text, shape: shape, type: tensor.dtype.rawValue, sha256: ByteRegion(bytes).sha256())
    }

    /// What a reduced case says of itself, beside its arrays.
    public struct Saved: Sendable {
        /// The case.
        public var reduced: ReducedCase
        /// The SHA-256 of the checkpoint.
        public var checkpoint: String
        /// The factor k.
        public var amplification: Double
        /// The port's arithmetic.
        public var arithmetic: Arithmetic
        /// The formats in which the case was judged; nil for the arithmetic alone.
        public var formats: PortFormats?
    }

    /// Reads a case.
    /// - Parameter checkpoint: the SHA-256 of the network's checkpoint.
    /// - Throws: ``PortError`` where the folder holds none, its files are not what was written, or it is another
    ///   checkpoint's.
    public func read(_ network: BBCUNetwork, checkpoint given: String) throws -> Saved {
        try StrictJSON.read(manifest, atMost: ByteRegion.largestReport, kind: "a \(Advice.reducedCase)") {
            json throws(PortError) in try read(json, network, checkpoint: given)
        }
    }

    private func read(
        _ json: StrictJSON, _ network: BBCUNetwork, checkpoint given: String
    ) throws(PortError) -> Saved {
        let kind = "a \(Advice.reducedCase)"
        let head: Head = try json.model(kind)
        guard Amplification.isUsable(head.k), let arithmetic = Arithmetic(head.precision) else {
            throw PortError(.otherKind, found: "no \(Advice.reducedCase)")
        }
        guard head.sha256 == given else {
            throw PortError(
                .otherSubject, found: "a case of the checkpoint with SHA-256 \(head.sha256), this one has \(given)")
        }
        var maps: [String: FeatureMap<Double>] = [:]
        for file in head.case.files {
            guard Self.names.contains(file.name) else {
                throw PortError(
                    .value, found: "found the file \"\(file.name.printable(atMost: 80))\"",
                    expected: "one of " + Self.names.joined(separator: ", "))
            }
            maps[file.name] = try self.map(file.name, file.sha256)
        }
        let place: Place = try (json["case"] ?? .null).model(kind)
        guard let reduced = ReducedCase(place, maps, network) else {
            throw PortError(
                .contradiction,
                found: "a case that contradicts itself: what it says of its parts is not what its files hold")
        }
        var formats: PortFormats?
        if case .array? = json["formats"] { formats = try PortFormats(json) }
        return Saved(
            reduced: reduced, checkpoint: head.sha256, amplification: head.k, arithmetic: arithmetic, formats: formats)
    }

    /// What of a description is looked at first.
    private struct Head: Decodable {
        struct Case: Decodable { let files: [File] }
        struct File: Decodable {
            let name: String
            let sha256: String?
        }
        let sha256: String
        let k: Double
        let precision: String
        let `case`: Case
    }

    private func map(_ name: String, _ hash: String?) throws(PortError) -> FeatureMap<Double> {
        let file = "\(path)/\(name).npy"
        let region: ByteRegion
        do throws(BytesError) { region = try ByteRegion.mapping(file) } catch {
            throw PortError(.unreadable, file: file, found: error.found, expected: "an array")
        }
        guard region.sha256() == hash else {
            throw PortError(
                .changed, file: file, found: "found SHA-256 \(region.sha256())",
                expected: "\(hash ?? "none"): it has been changed", advice: .newValues)
        }
        return try Self.map(file)
    }

    /// An array of shape (C, H, W) or (1, C, H, W).
    /// - Throws: ``PortError`` where it has another, or cannot be read.
    public static func map(_ file: String) throws(PortError) -> FeatureMap<Double> {
        let tensor: Tensor
        do throws(CheckpointError) { tensor = try NumPyArray.read(file) } catch { throw error.recoded(.unreadable) }
        let shape = tensor.shape.count == 4 && tensor.shape[0] == 1 ? Array(tensor.shape.dropFirst()) : tensor.shape
        guard shape.count == 3, let values = tensor.doubles(),
            let map = FeatureMap(
                channels: shape[0], height: shape[1], width: shape[2], channelMajorValues: values)
        else {
            throw PortError(
                .array, file: file, found: "found shape \(TensorShape.text(tensor.shape))",
                expected: "(C, H, W) of numbers")
        }
        return map
    }
}

extension ReducedCase {
    /// What `input.npy` is, in words: `what body.0.body.0 is given: conv_first after leaky ReLU 0.1`.
    public var givenText: String {
        guard layers.lowerBound > 0 else { return "the network's own input" }
        return "what \(operations.first ?? module) is given: \(startName)"
            + (applied.isEmpty ? "" : " after \(applied.joined(separator: ", "))")
    }

    /// No image of a case has more rows or columns.
    private static let longestSide = 1 << 24

    /// A case from its description and its arrays; nil where they do not fit each other or the network.
    fileprivate init?(_ place: ReducedFolder.Place, _ maps: [String: FeatureMap<Double>], _ network: BBCUNetwork) {
        let (crop, core, layers) = (place.crop, place.core, place.layers)
        func fits(_ range: Range<Int>, _ end: Int) -> Bool {
            !range.isEmpty && range.lowerBound >= 0 && range.upperBound <= end
        }
        guard fits(layers, network.layers.count), crop.of.count == 2, crop.of.allSatisfy({ $0 <= Self.longestSide }),
            fits(crop.rows, crop.of[0]), fits(crop.columns, crop.of[1]), fits(core.rows, Self.longestSide),
            fits(core.columns, Self.longestSide), let input = maps["input"], let port = maps["port"],
            network.tapName(ofLayer: layers.upperBound - 1) == place.module,
            input.height == crop.rows.count, input.width == crop.columns.count,
            port.height == core.rows.count, port.width == core.columns.count,
            port.channels == network.steps[layers.upperBound - 1].output.channels,
            input.channels == network.steps[layers.lowerBound].input.channels,
            maps["input_radius"].map({ $0.values.count == input.values.count }) ?? true,
            maps["port_radius"].map({ $0.values.count == port.values.count }) ?? true
        else { return nil }
        let tap = Tap(
            name: place.module, layer: layers.upperBound - 1, arrayName: "port", layout: .nchw, map: port,
            storageRadius: maps["port_radius"]?.values, end: layers.upperBound - 1, pixels: place.pixels,
            window: PixelRectangle(rows: core.rows, columns: core.columns))
        self.init(
            start: maps["input_radius"].map { Enclosure(input, radius: $0.values) } ?? Enclosure(exactly: input),
            startName: place.from, layers: layers, tap: tap, image: maps["image"]?.asFloat,
            crop: CropPlace(rows: crop.rows, columns: crop.columns, height: crop.of[0], width: crop.of[1]), of: network)
    }
}

extension ReducedFolder {
    /// A case without its arrays, as `reduced.json` has it.
    struct Place: Codable {
        struct Crop: Codable {
            let rows: Range<Int>
            let columns: Range<Int>
            /// The height and the width of the whole map.
            let of: [Int]
            var borders: [String]?
        }

        struct Core: Codable {
            let rows: Range<Int>
            let columns: Range<Int>
        }

        let module: String
        let from: String
        var applied: [String]?
        let layers: Range<Int>
        var operations: [String]?
        let crop: Crop
        let core: Core
        private let levels: Int?
        private let range: ClosedRange<Double>?
        private let oneSample: Bool?

        init(_ reduced: ReducedCase) {
            (module, from, applied) = (reduced.module, reduced.startName, reduced.applied)
            (layers, operations) = (reduced.layers, reduced.operations)
            let place = reduced.crop
            crop = Crop(
                rows: place.rows, columns: place.columns, of: [place.height, place.width], borders: place.borders)
            core = Core(rows: reduced.coreRows, columns: reduced.coreColumns)
            let pixels = reduced.tap.pixels
            (levels, range, oneSample) = (pixels?.levels, pixels?.range, pixels?.isSample)
        }

        /// What is said of an image's pixels; nil for other values.
        var pixels: PixelCoding? {
            guard let levels, (1...65535).contains(levels) else { return nil }
            let known = PixelCoding(levels: levels)
            let range = range.flatMap { $0.lowerBound < $0.upperBound ? $0 : nil }
            return PixelCoding(levels: levels, range: range ?? known.range, isSample: oneSample ?? known.isSample)
        }
    }
}

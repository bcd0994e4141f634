import ArgumentParser
import BBCUKit
import BBCUPlatform
import BBCUReporting
import TensorBytes

/// What is refused before any work begins.
enum Guards {
    /// Bytes a value of the largest feature map that is kept at the peak, with room.
    enum Work: Int {
        /// One run, a layer at a time: measured 23.
        case run = 40
        /// Three runs with their bounds by tiles: 24 for the maps before a layer, 24 after it and 4 beside: measured 56.
        case verification = 64
        /// The comparison of a port with whole maps and their radii: measured 132.
        case comparison = 160
    }

    /// Refuses an input whose feature maps this machine cannot hold.
    /// - Throws: ``InputError``
    static func requireMemory(for work: Work, _ network: BBCUNetwork, height: Int, width: Int, input: String) throws {
        let needed = network.largestFeatureMap(height: height, width: width)?
            .multipliedReportingOverflow(by: work.rawValue)
        try requireMemory(needed.flatMap { $0.overflow ? nil : $0.partialValue }, "\(width)x\(height)", input)
    }

    /// The same for a network that is run by rows where it can be: the images at both ends and the rows between the
    /// stages.
    /// - Parameter streamed: nil if it is run layer by layer.
    /// - Throws: ``InputError``
    static func requireMemory(
        for streamed: StreamedNetwork?, _ network: BBCUNetwork, height: Int, width: Int, input: String
    ) throws {
        let scale = network.hyperparameters.upscale
        let pixels = height.multipliedReportingOverflow(by: width)
        // In float32, and as bytes of a PNG at either end.
        let images = pixels.partialValue.multipliedReportingOverflow(
            by: network.hyperparameters.inputChannels * (1 + scale * scale) * 12)
        let size = "\(width)x\(height)"
        guard !pixels.overflow, !images.overflow, images.partialValue < 1 << 48 else {
            return try requireMemory(nil, size, input)
        }
        // Before anything is laid out for these rows and columns; the reader of the image refuses longer sides.
        try requireMemory(images.partialValue, size, input)
        guard max(height, width) <= 1 << 20 else { return }
        guard let rows = streamed?.rowBytes(height: height, width: width) else {
            return try requireMemory(for: .run, network, height: height, width: width, input: input)
        }
        try requireMemory(images.partialValue + rows, size, input)
    }

    /// - Parameter needed: bytes; nil for more than can be counted.
    private static func requireMemory(_ needed: Int?, _ size: String, _ input: String) throws {
        try requireMemory(needed, size, input, HostLimits().memory)
    }

    /// The same for a host's memory.
    /// - Throws: ``InputError``
    static func requireMemory(_ needed: Int?, _ size: String, _ input: String, _ memory: HostLimits.Memory?) throws {
        guard let memory else { return }
        if let needed, needed <= memory.bytes { return }
        func amount(_ bytes: Int) -> String {
            bytes < 1_000_000_000
                ? "\(bytes / 1_000_000) MB" : NumberText.fixed(Double(bytes) / 1e9, decimals: 1) + " GB"
        }
        let found = needed.map { "about \(amount($0))" } ?? "more than any machine has"
        throw InputError(
            file: input, found: "\(size), which needs \(found) of memory",
            expected: "at most \(memory.source.text(amount(memory.bytes))); use a smaller input")
    }

    /// Refuses to write over a file that is read.
    /// - Throws: `ValidationError`, which ends in status 64.
    static func refuseOverwriting(_ output: String, inputs: [String?]) throws {
        try refuseOverwriting([output], inputs: inputs)
    }

    /// The same for many files.
    static func refuseOverwriting(_ outputs: [String], inputs: [String?]) throws {
        let read = Set(inputs.compactMap { $0.flatMap(identity) })
        for output in outputs {
            if let target = identity(output), read.contains(target) {
                throw ValidationError("\(output.printable()) is read by this command; write to another file.")
            }
        }
    }

    /// Refuses an output folder that is the input folder or lies in it, where a second run would read the first one's
    /// images.
    /// - Throws: `ValidationError`, which ends in status 64.
    static func refuseOutput(_ output: String, inside input: String) throws {
        guard lies(output, in: input) else { return }
        throw ValidationError(
            "\(output.printable()) lies in \(input.printable()), whose images are read; write to another folder.")
    }

    /// Whether a path, or the folder that would be made for it, is another folder or lies in it.
    static func lies(_ path: String, in other: String) -> Bool {
        guard let folder = identity(other) else { return false }
        var path = path
        while identity(path) == nil, !path.isEmpty {
            path = PathText.parent(of: path) ?? "."
        }
        while let place = identity(path) {
            if place == folder { return true }
            let parent = path + "/.."
            guard identity(parent) != place else { return false }
            path = parent
        }
        return false
    }

    /// What makes two paths the same file: device and inode; nil where there is no such file.
    private static func identity(_ path: String) -> FileStatus.Identity? { FileStatus(path)?.identity }
}

extension HostLimits.Memory.Source {
    /// An amount of memory with what sets it.
    fileprivate func text(_ amount: String) -> String {
        switch self {
        case .machine: "this machine's \(amount)"
        case .controlGroup: "the \(amount) that this process's control group allows"
        case .addressSpace: "the \(amount) that the limit on address space (ulimit -v) leaves"
        case .data: "the \(amount) that the limit on data (ulimit -d) leaves"
        }
    }
}

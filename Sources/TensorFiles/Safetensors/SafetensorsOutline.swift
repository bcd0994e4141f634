import BBCUPlatform
import TensorBytes

/// What a safetensors header says of its file, by the checks of the reader, for an audit that does not read the tensors.
package struct SafetensorsOutline {
    /// The byte behind the last tensor; nil where the header cannot be read.
    package private(set) var end: Int?
    /// How the header contradicts itself or the format, in words; nil where it does not.
    package private(set) var fault: String?

    /// Reads the header of a file.
    package init(_ region: ByteRegion, limits: ReadingLimits = ReadingLimits()) {
        do throws(CheckpointError) {
            let header = try Safetensors.header(region, limits)
            let count = header.ranges.values.map(\.upperBound).max() ?? 0
            end = (region.count - header.data.count).adding(count) ?? .max
            try Safetensors.checkTiling(header.ranges, count: count)
        } catch {
            fault = "found " + error.found + (error.expected.map { ", expected \($0)" } ?? "")
        }
    }
}

import BBCUNetworks
import BBCUPlatform
import TensorBytes

extension TrainingOptions {
    /// Reads an options file.
    /// - Throws: ``OptionsError`` where it is no options file or cannot be read.
    public static func read(_ path: String) throws(OptionsError) -> TrainingOptions {
        let region: ByteRegion
        do throws(BytesError) {
            region = try ByteRegion.mapping(path)
        } catch {
            throw OptionsError(.unreadable, file: path, found: error.found)
        }
        // Options files are a few kilobytes; more is some other file given by mistake.
        guard region.count <= 1 << 20 else {
            throw OptionsError(
                .unreadable, file: path, found: "\(region.count.counted("byte")) is too large for an options file")
        }
        return try TrainingOptions(text: String(decoding: region.bytes, as: UTF8.self), file: path)
    }
}

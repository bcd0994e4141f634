import BBCUPlatform
import TensorBytes
import TensorFiles

extension Checkpoint {
    /// How a tensor's integers stand for real numbers, in words that are equal if that is; nil for a tensor that is not
    /// quantized. Scales for each channel are given by the SHA-256 of their values.
    ///
    /// - Throws: what reading the scales throws.
    package func quantizationText(_ layout: TensorLayout) throws(CheckpointError) -> String? {
        switch layout.quantization {
        case nil: return nil
        // Its parameters are attributes, compared as such.
        case .unknown(let scheme)?: return scheme
        case .perTensor(let scheme, let scale, let zeroPoint)?:
            return "\(scheme), scale \(scale), zero point \(zeroPoint)"
        case .perChannel(let scheme, let axis, let scales, let zeroPoints)?:
            return "\(scheme), axis \(axis), scales \(try text(scales)), zero points \(try text(zeroPoints))"
        }
    }

    private func text(_ parameters: Quantization.ChannelParameters) throws(CheckpointError) -> String {
        switch parameters {
        case .values(let numbers): return numbers.map(\.description).joined(separator: " ")
        case .tensor(let layout):
            let tensor = try tensor(TensorEntry(path: [], layout: layout))
            let numbers = tensor.elementCount <= 16 ? tensor.doubles() : nil
            return numbers?.map(\.description).joined(separator: " ")
                ?? "of SHA-256 \(ByteRegion(tensor.bytes).sha256())"
        }
    }
}

extension ReadingError where Code == CheckpointCode {
    /// Whether the error says that one tensor's values cannot be read, and nothing about the file.
    var isOfOneTensor: Bool { [.limit, .noValues, .dtype, .incomplete].contains(code) }
}

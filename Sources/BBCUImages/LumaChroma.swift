import BBCUPlatform

/// An image split for a network that restores luma alone: its luma, and its chroma kept for the way back.
public struct LumaChroma: Sendable, Hashable {
    /// Y / 255, one channel.
    public let luma: Planes
    /// Cb / 255 and Cr / 255, two channels; nil for a grey image.
    public let chroma: Planes?
    /// The range of the luma and chroma.
    public let range: LumaRange
    /// The bit depth of the image.
    public let bitDepth: Int

    /// Splits an image. A grey image is read as three equal channels, so in studio range its values too are
    /// squeezed into 16...235, as the published test code does. Nothing is rounded to 8 bits.
    ///
    /// - Throws: ``ImageError`` with code `alpha` where a pixel is not opaque.
    public init(_ image: RasterImage, range: LumaRange) throws(ImageError) {
        let colours = try image.withoutAlpha()
        let isGrey = colours.channels == 1
        // 65535 / 257 is 255, so both divisions keep an 8-bit intensity exact.
        let unit: Double = image.bitDepth == 8 ? 1 : 257
        var luma: [Float] = []
        var chroma: [Float] = []
        luma.reserveCapacity(colours.width * colours.height)
        chroma.reserveCapacity(isGrey ? 0 : 2 * colours.width * colours.height)
        for start in stride(from: 0, to: colours.samples.count, by: colours.channels) {
            let red = Double(colours.samples[start]) / unit
            let green = isGrey ? red : Double(colours.samples[start + 1]) / unit
            let blue = isGrey ? red : Double(colours.samples[start + 2]) / unit
            let colour = YCbCr(red: red, green: green, blue: blue, range: range)
            luma.append(Float(colour.y / 255))
            if !isGrey { chroma += [Float(colour.cb / 255), Float(colour.cr / 255)] }
        }
        let (width, height) = (image.width, image.height)
        self.luma = Planes(unchecked: 1, height: height, width: width, values: luma)
        self.chroma = isGrey ? nil : Planes(unchecked: 2, height: height, width: width, values: chroma)
        self.range = range
        self.bitDepth = image.bitDepth
    }

    /// Joins a restored luma with the chroma kept: RGB, or grey where the image was grey.
    ///
    /// - Parameters:
    ///   - restored: Y / 255, one channel, of the image's size. It is not clamped to the range before.
    ///   - bitDepth: 8 or 16; nil for that of the image.
    /// - Throws: ``ImageError`` with code `channels` where the sizes differ, `nonFinite` at a NaN or infinity.
    public func image(restored: Planes, bitDepth: Int? = nil) throws(ImageError) -> RasterImage {
        guard restored.channels == 1, restored.height == luma.height, restored.width == luma.width else {
            throw ImageError(
                .channels, found: "found \(restored.channels) x \(restored.height) x \(restored.width) restored values",
                expected: "1 x \(luma.height) x \(luma.width)")
        }
        var values: [Float] = []
        values.reserveCapacity(restored.values.count * (chroma == nil ? 1 : 3))
        for (index, y) in restored.values.enumerated() {
            let cb = chroma.map { Double($0.values[2 * index]) * 255 } ?? 128
            let cr = chroma.map { Double($0.values[2 * index + 1]) * 255 } ?? 128
            let colour = YCbCr(y: Double(y) * 255, cb: cb, cr: cr).rgb(range)
            if chroma == nil {
                values.append(Float(colour.green / 255))
            } else {
                values += [Float(colour.red / 255), Float(colour.green / 255), Float(colour.blue / 255)]
            }
        }
        return try Planes(
            unchecked: chroma == nil ? 1 : 3, height: luma.height, width: luma.width, values: values
        ).image(bitDepth: bitDepth ?? self.bitDepth)
    }
}

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
    public init(_ image: Image, range: LumaRange) throws(ImageError) {
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

    /// How the colours of an image differ from the chroma kept.
    public struct ChromaDifference: Sendable, Hashable {
        /// Whether the image is grey where there is chroma to keep: nothing is compared.
        public var isGrey = false
        /// Pixels of which a channel is 0 or full, and may have been clamped: they are not compared.
        public var clamped = 0
        /// Pixels whose chroma differs by more than a conversion in whole numbers makes it.
        public var differing = 0
        /// The largest difference of those, in levels of 255.
        public var largest = 0.0
    }

    /// Compares the chroma of an RGB image with that kept; nil for another size.
    /// - Throws: ``ImageError`` with code `alpha` where a pixel is not opaque.
    public func chromaDifference(of joined: Image) throws(ImageError) -> ChromaDifference? {
        let colours = try joined.withoutAlpha()
        if colours.channels == 1, chroma != nil { return ChromaDifference(isGrey: true) }
        guard colours.channels == 3, (colours.height, colours.width) == (luma.height, luma.width),
            let theirs = try LumaChroma(colours, range: range).chroma
        else { return nil }
        var result = ChromaDifference()
        for pixel in luma.values.indices {
            let samples = colours.samples[3 * pixel..<3 * pixel + 3]
            guard !samples.contains(0), !samples.contains(colours.peak) else {
                result.clamped += 1
                continue
            }
            var difference = 0.0
            for index in [2 * pixel, 2 * pixel + 1] {
                let kept = chroma.map { Double($0.values[index]) * 255 } ?? 128
                difference = max(difference, abs(Double(theirs.values[index]) * 255 - kept))
            }
            guard difference > Self.chromaRounding else { continue }
            result.differing += 1
            result.largest = max(result.largest, difference)
        }
        return result
    }

    /// What a port that keeps chroma in 8 bits, and RGB in between, may lose.
    private static let chromaRounding = 2.0

    /// The luma that was joined with the chroma kept to make an image: the way back from ``image(restored:bitDepth:)``,
    /// within half a level, clamped to its range. A channel that is 0 or full may have been clamped: there luma is that of
    /// the others, and where no other is left, the end of the range.
    ///
    /// - Parameter joined: RGB, or grey.
    /// - Throws: ``ImageError`` with code `channels` where the sizes differ, `alpha` where a pixel is not opaque.
    public func luma(of joined: Image) throws(ImageError) -> Planes {
        guard joined.height == luma.height, joined.width == luma.width else {
            throw ImageError(
                .channels, found: "\(joined.height) x \(joined.width) pixels",
                expected: "\(luma.height) x \(luma.width)")
        }
        let colours = try joined.withoutAlpha()
        let (ends, peak) = (range.ends, Double(colours.peak))
        var values = try LumaChroma(colours, range: range).luma.values
        for index in values.indices {
            let samples = colours.samples[index * colours.channels..<(index + 1) * colours.channels].map(Double.init)
            let free = samples.indices.filter { 0 < samples[$0] && samples[$0] < peak }
            guard free.count < samples.count else { continue }
            guard !free.isEmpty else {
                if samples.allSatisfy({ $0 == 0 }) { values[index] = Float(ends.lowerBound / 255) }
                if samples.allSatisfy({ $0 == peak }) { values[index] = Float(ends.upperBound / 255) }
                continue
            }
            let cb = chroma.map { Double($0.values[2 * index]) * 255 } ?? 128
            let cr = chroma.map { Double($0.values[2 * index + 1]) * 255 } ?? 128
            // What the chroma adds to each channel, on top of black.
            let added = YCbCr(y: ends.lowerBound, cb: cb, cr: cr).rgb(range)
            let offsets = [added.red, added.green, added.blue]
            let grey = free.reduce(0) { $0 + samples[$1] * 255 / peak - offsets[$1] } / Double(free.count)
            let y = grey / 255 * (ends.upperBound - ends.lowerBound) + ends.lowerBound
            values[index] = Float(min(max(y, ends.lowerBound), ends.upperBound) / 255)
        }
        return Planes(unchecked: 1, height: joined.height, width: joined.width, values: values)
    }

    /// Joins a restored luma with the chroma kept: RGB, or grey where the image was grey.
    ///
    /// - Parameters:
    ///   - restored: Y / 255, one channel, of the image's size. It is not clamped to the range before.
    ///   - bitDepth: 8 or 16; nil for that of the image.
    /// - Throws: ``ImageError`` with code `channels` where the sizes differ, `nonFinite` at a NaN or infinity.
    public func image(restored: Planes, bitDepth: Int? = nil) throws(ImageError) -> Image {
        guard restored.channels == 1, restored.height == luma.height, restored.width == luma.width else {
            throw ImageError(
                .channels, found: "\(restored.channels) x \(restored.height) x \(restored.width) restored values",
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

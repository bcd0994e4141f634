extension Image {
    /// The image as a PNG file in memory.
    ///
    /// - Parameter compression: the zlib level, 0 (none) to 9 (smallest).
    /// - Throws: ``ImageError`` where PNG cannot hold it.
    public func png(compression: Int = 6) throws(ImageError) -> [UInt8] {
        try PNGCodec.encode(self, level: min(max(compression, 0), 9))
    }
}

import BBCUExecution

/// How the images of an evaluation are read and written: the program that has an image library says so.
public struct ImageAccess: Sendable {
    /// Reads the samples of an 8-bit image.
    public var read: @Sendable (_ path: String) throws -> ByteImage
    /// Reads an array, as a network is given it.
    public var readArray: @Sendable (_ path: String) throws -> FeatureMap<Float>
    /// Writes an image to a folder; the folders in its name are made.
    public var write: @Sendable (_ image: ByteImage, _ name: String, _ folder: String) throws -> Void
    /// Encodes luma as JPEG and decodes it.
    public var jpeg: Degradation.JPEGRoundTrip

    /// Access by functions.
    public init(
        read: @escaping @Sendable (_ path: String) throws -> ByteImage,
        readArray: @escaping @Sendable (_ path: String) throws -> FeatureMap<Float>,
        write: @escaping @Sendable (_ image: ByteImage, _ name: String, _ folder: String) throws -> Void,
        jpeg: @escaping Degradation.JPEGRoundTrip
    ) {
        (self.read, self.readArray, self.write, self.jpeg) = (read, readArray, write, jpeg)
    }
}

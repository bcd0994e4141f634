import BBCUPlatform

extension ByteRegion {
    /// The SHA-256 of the bytes (FIPS 180-4) as 64 lower-case hexadecimal digits. Nothing is copied.
    public func sha256() -> String { withUnsafeBytes { BBCUPlatform.sha256($0) } }
}

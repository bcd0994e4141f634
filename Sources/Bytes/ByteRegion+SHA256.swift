import Crypto

extension ByteRegion {
    /// The SHA-256 of the bytes (FIPS 180-4) as 64 lower-case hexadecimal digits. Nothing is copied.
    public func sha256() -> String {
        let digest = withUnsafeBytes { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: bytes)
            return hash.finalize()
        }
        return digest.reduce(into: "") { text, byte in
            text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
    }
}

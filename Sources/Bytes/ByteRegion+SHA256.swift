import Crypto

extension ByteRegion {
    /// The SHA-256 of the bytes (FIPS 180-4) as 64 lower-case hexadecimal digits. Nothing is copied.
    public func sha256() -> String {
        var hash = SHA256()
        withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize().reduce(into: "") { text, byte in
            text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
    }
}

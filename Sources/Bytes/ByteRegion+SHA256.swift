import Crypto

extension ByteRegion {
    /// The SHA-256 of the bytes (FIPS 180-4) as 64 lower-case hexadecimal digits. A little is copied at a time.
    public func sha256() -> String {
        let step = 1 << 20
        var hash = SHA256()
        for start in stride(from: 0, to: count, by: step) {
            if let part = try? slice(at: start, count: Swift.min(step, count - start)) { hash.update(data: part.bytes) }
        }
        return hash.finalize().reduce(into: "") { text, byte in
            text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
    }
}

#if canImport(CryptoKit)
    import CryptoKit
#else
    import CBBCUSHA256
#endif

/// The SHA-256 of bytes (FIPS 180-4) as 64 lower-case hexadecimal digits.
package func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
    #if canImport(CryptoKit)
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        let digest = hash.finalize()
    #else
        var digest = [UInt8](repeating: 0, count: 32)
        bbcu_sha256(bytes.baseAddress, bytes.count, &digest)
    #endif
    return digest.reduce(into: "") { text, byte in
        text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
}

import TensorBytes

/// The small text that Git LFS leaves in place of a large file.
///
/// Source: `docs/spec.md` of git-lfs.
package enum GitPointer {
    private static let start = Array("version https://git-lfs".utf8)

    /// Whether the bytes are such a pointer.
    package static func isOne(_ region: ByteRegion) -> Bool { region.starts(with: start) }
}

extension String {
    /// The text as one word of a POSIX shell; as it is where nothing in it means anything to a shell.
    ///
    /// Every quote is replaced by its scalar, whatever mark follows it.
    public var shellQuoted: String {
        let isPlain = utf8.allSatisfy { byte in
            byte < 0x80 && (Self.plain.contains(byte) || (0x61...0x7A).contains(byte | 0x20))
        }
        guard isEmpty || !isPlain else { return self }
        return "'" + substituting("'", by: "'\\''") + "'"
    }

    private static let plain = Set("0123456789_./-+:=@%,".utf8)
}

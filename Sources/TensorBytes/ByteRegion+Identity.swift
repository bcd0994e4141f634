extension ByteRegion {
    /// Which bytes of which memory a region is: equal for two regions that are the same bytes. Valid while one of them
    /// lives.
    package struct Identity: Sendable, Hashable {
        private let memory: ObjectIdentifier?
        private let range: Range<Int>

        fileprivate init(_ region: ByteRegion) {
            memory = region.memory.map { ObjectIdentifier($0) }
            range = region.range
        }
    }

    /// Which bytes the region is, without looking at them.
    package var identity: Identity { Identity(self) }
}

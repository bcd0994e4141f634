enum DistributedCheckpoint {
    /// The name under which a plan is written.
    static let planName = ".metadata"
}

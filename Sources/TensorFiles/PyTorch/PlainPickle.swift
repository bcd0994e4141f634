import BBCUPlatform
import TensorBytes
import TensorPickle

/// A pickle alone, such as `pickle.dump` writes of NumPy's arrays. Its values lie inside it.
enum PlainPickle {
    /// A pickle that fails before this byte is none.
    private static let shortestPickle = 16

    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        let graph: PickleGraph
        do throws(PickleError) {
            graph = try PickleMachine.run(region, limits: reading.limits.pickle)
        } catch {
            // Words that end in a full stop look like a pickle of protocol 0 until they are read.
            if region[0] != 0x80, error.offset ?? 0 < shortestPickle, let text = TextFile(region) {
                throw CheckpointError(
                    .notCheckpoint, found: text.kind.description,
                    expected: "a checkpoint of PyTorch, safetensors or NumPy", advice: text.kind.advice)
            }
            throw error.recoded(.pickle(error.code))
        }
        if DistributedPlan.isPlan(graph) { return try DistributedCheckpoint.open(graph, region, reading) }
        let tree = try ObjectTree.build(graph, storages: StoredRegions(), reading)
        var checkpoint = Checkpoint(
            reading, format: .pickle, root: tree.root, tensors: try TensorListing.tensors(in: tree, reading),
            region: region, storages: tree.storages)
        checkpoint.notes += tree.notes
        checkpoint.end = graph.end
        return checkpoint
    }
}

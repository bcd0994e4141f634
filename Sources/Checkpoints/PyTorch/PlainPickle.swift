import Bytes
import Pickle

/// A pickle alone, such as `pickle.dump` writes of NumPy's arrays. Its values lie inside it.
enum PlainPickle {
    static func open(_ region: ByteRegion, _ reading: Reading) throws(CheckpointError) -> Checkpoint {
        let graph: PickleGraph
        do throws(PickleError) {
            graph = try PickleMachine.run(region, limits: reading.limits.pickle)
        } catch { throw error.recoded(.pickle(error.code)) }
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

import BBCUPlatform
import TensorBytes
import TensorPickle

/// Where the pieces of a rank's file lie by the plan beside it, for an audit that looks at each by itself.
package enum DistributedPlaces {
    /// Whether a name is that of a rank's file.
    package static func isPart(_ path: String) -> Bool { DistributedCheckpoint.isPart(path) }

    /// The ranges of a rank's file that the plan in its folder names, in order, each once; empty where there is no plan,
    /// or none that can be read, or one of other files.
    package static func ranges(of path: String, limits: ReadingLimits = ReadingLimits()) -> [Range<Int>] {
        let folder = NeighbourFile.folder(of: path)
        guard isPart(path), let region = try? ByteRegion.mapping(folder + DistributedCheckpoint.planName),
            let graph = try? PickleMachine.run(region, limits: limits.pickle), DistributedPlan.isPlan(graph),
            let plan = try? DistributedPlan(graph, limits)
        else { return [] }
        let name = ExactName(String(decoding: path.utf8.dropFirst(folder.utf8.count), as: UTF8.self))
        let ranges = plan.places.values.compactMap { place -> Range<Int>? in
            guard ExactName(place.file) == name, let end = place.offset.adding(place.length) else { return nil }
            return place.offset..<end
        }
        return Set(ranges).sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    }
}

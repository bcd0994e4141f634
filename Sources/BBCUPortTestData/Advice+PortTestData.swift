import BBCUPlatform

extension Advice {
    package static let otherState = Advice("give another folder")
    package static let deleteOrOtherState = Advice("delete it, or give another folder")
    package static let reducedCase = Advice("reduced case")
    package static let newValues = Advice("values of a port that was mended are given apart")
    package static let vectorInput = Advice("an input of a vector search")
}

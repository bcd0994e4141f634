import BBCUPlatform

extension Advice {
    package static let singlePrecision = Advice("write float32")
    package static let choosePart = Advice("choose a part of the file")
    package static let chooseThisPart = Advice("choose this part of the file, %")
    package static let convertDtype = Advice("or another, converted")
    package static let exactForm = Advice("use the exact form")
    package static let validate = Advice("a validation lists everything that is wrong")
    package static let allowUnused = Advice("Allow them by patterns (\"*\" for all)")
    package static let givenFactor = Advice("the caller")
}

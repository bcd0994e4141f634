/// The numbers by which ports are judged that are no bounds: each is a choice, and here is why.
package enum Thresholds {
    // MARK: Verdicts

    /// A bound beyond this share of a module's range tells nothing: only signs that may flip, or very many roundings, make bounds so
    /// wide, and a fault that changes values by 5 % shows in images.
    package static let looseBound = 0.05
    /// Errors of correct ports are within so many times each other: they differ in the order of summation and in fused steps only.
    package static let spread = 4.0
    /// The same for the pixels of an image, which all err by a rounding that hides what is smaller.
    package static let spreadOfPixels = 1.5
    /// What rounding to levels makes of squared errors may be so many times its mean.
    package static let spreadOfStorage = 1.05
    /// The same of errors, for pixels whose values are not spread evenly over a level.
    package static let spreadOfLevels = 1.02
    /// A port that accumulates in float16 errs about half the square root of the number of terms as much as the reference, which
    /// accumulates in float32: 12 to 24 times.
    package static let float16Ratio = 32.0
    /// Nothing accumulates in bfloat16 or in the fixed point of what it stores, but some round a handful of times a layer.
    package static let coarseRatio = 8.0
    /// With more fraction bits, numbers of float32 may be multiples of the last place by chance.
    package static let mostFractionBits = 12
    /// An unnamed array is taken for the module that it correlates with most, if by more than this: a wrong port's array still
    /// does, another module's has no reason to.
    package static let correlation = 0.5
    /// Differences within so many times each other count as the same in two reports: other orders of summation.
    package static let similarDifference = 1.5

    // MARK: Diagnosis

    /// A fault explains a dump only if with it the network comes at least twice as close.
    package static let improvement = 0.5
    /// Where pixels' rounding is all but this share of the squared error, nothing is left to explain.
    package static let leastUnexplained = 0.05
    /// So many values of an image have to be where a fault puts them: of fewer, some fault fits by chance.
    package static let leastValues = 48
    /// Through fewer values many straight lines go.
    package static let leastValuesOfLine = 64.0
    /// Slopes and offsets of lines that are nearer to each other are the same: half a level of 8 bits is 0.002.
    package static let (sameSlope, sameOffset) = (0.01, 0.002)
    /// A fitted factor that is nearer to k, or to 1, is that.
    package static let sameFactor = 1e-3
    /// Every known fault takes a run of the network: on images larger than a square of this side what holds is not doubted further.
    package static let sideOfDoubt = 96
    /// So many other modules that are wrong say enough of a fault.
    package static let mostOtherModules = 8
    /// Smaller images are all border, where libraries upsample differently.
    package static let leastSideOfUpsampling = 8
    /// A fault is tried on the worst part of an image first, with so many pixels along a side, if the whole is at least so many
    /// times as large: else trying it saves nothing.
    package static let (sideOfCrop, savingOfCrop) = (24, 2)

    // MARK: Tiles

    /// Seams that score less, in standard errors, are not looked into where nothing else is wrong: of the many sizes of tiles some
    /// score a little by chance.
    package static let seamsStandOut = 3.0
    /// The right size has come first wherever its seams stood out; a few more cost little.
    package static let mostSizesOfTiles = 3
    /// Tilings of which all tiles are run, halos that are compared at more than one corner, and those corners.
    package static let (mostTilings, mostHalos, mostCorners) = (6, 6, 8)
    /// Rows and columns of a corner, in pixels of the input: what a seam spoils most.
    package static let sideOfCorner = 16
    /// Beyond rounding, no corner comes this close by chance, as a sum of squares.
    package static let closeCorner = 1e-6
    /// With the right tiles no larger share of the squared error is left, but for signs that rounding flips.
    package static let explainedByTiles = 0.02
    /// Pixels that are few enough to be run with their bounds, tile by tile.
    package static let smallImage = 1 << 12

    // MARK: Integer sums

    /// A quotient that rounding has moved off a whole number is nearer to it.
    package static let nearWhole = 0.01
    /// How far a solution in float64 can be from a sign by rounding: with conditions up to 4e4 it is 1e-10.
    package static let nearSign = 0.01
    /// So many other arrays that are wrong say enough of a fault of sums.
    package static let mostOtherSums = 4
    /// So many exact sums are no chance where none is wrong.
    package static let enoughExactSums = 32
    /// Where the sums of both inputs are wrong, one has to be so by far, and not for being in doubt.
    package static let clearlyFewerWrong = 0.25
    /// The most unknowns, and the longest side, of a system that is solved for signs: a few seconds' work.
    package static let largestSystem = (unknowns: 4608, side: 8)
    /// The most doubtful signs that are settled by least squares.
    package static let mostDoubtfulSigns = 512
    /// Lost equations that are tried, the likeliest first; more take too long, and leave too much open.
    package static let lostEquations = [16, 128, 512]
    /// Projections after which signs behind lost equations are given up.
    package static let mostProjections = 200
}

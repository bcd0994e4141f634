import BBCUPlatform

extension Advice {
    package static let salvage = Advice("download it again; Salvage lists %")
    package static let salvageOfDamaged = Advice(
        "the file is cut off or damaged: download it again; Salvage lists what is left")
    package static let listMissing = Advice("Checkpoint.missing lists what is missing; get the missing files")
    package static let droppingAttributes = Advice("they can be left out; another format keeps them")
    package static let writingAPart = Advice("write a part of the file, or another format")
}

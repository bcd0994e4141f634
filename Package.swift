// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let cSettings: [CSetting] = [
    .enableWarning("all"),
    .enableWarning("extra"),
    .treatAllWarnings(as: .error),
]

/// A library target of ours, with the settings every target shares.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: swiftSettings)
}

/// The tests of one target, which see the whole library through TestSupport.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name), "TestSupport"] + dependencies,
        swiftSettings: swiftSettings)
}

let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// What every room about ports reads.
let checking: [Target.Dependency] = [
    "TensorFiles", "BBCUExecution", "BBCUNetworks", "TensorBytes", "BBCUPlatform", collections,
]

/// The rooms whose results are reported.
let rooms = [
    "BBCUEvaluation", "BBCUExporting", "BBCUNetworkDiff", "BBCUPortTestData", "BBCUNumberFormats",
    "BBCUAccumulatorChecking", "BBCUPortChecking", "BBCUWeightPacking", "BBCUVerification", "BBCUErrorBounds",
    "BBCUExecution", "BBCUNetworks", "BBCUCheckpointDiff", "BBCUFileAudit", "TensorFiles", "TensorPickle",
    "TensorArchives", "TensorBytes", "BBCUPlatform",
]
let reported = rooms.map { Target.Dependency.target(name: $0) }

let package = Package(
    name: "BBCUKit",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .library(name: "TensorFiles", targets: ["TensorFiles", "TensorBytes", "BBCUPlatform"]),
        .library(name: "BBCUKit", targets: ["BBCUKit", "BBCUReporting", "BBCUTrainingOptions"] + rooms),
        .library(name: "BBCUImages", targets: ["BBCUImages"]),
        .executable(name: "bbcu", targets: ["bbcu"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The system's libraries, and C.
        .systemLibrary(
            name: "CBBCUZlib", pkgConfig: "zlib",
            providers: [.apt(["libz-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CBBCUPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .target(name: "CBBCUPNGShim", dependencies: ["CBBCUPNG"], exclude: ["README.md"], cSettings: cSettings),
        .systemLibrary(
            name: "CBBCUJPEG", pkgConfig: "libjpeg",
            providers: [.apt(["libjpeg62-turbo-dev"]), .brew(["jpeg-turbo"])]),
        .target(name: "CBBCUJPEGShim", dependencies: ["CBBCUJPEG"], exclude: ["README.md"], cSettings: cSettings),
        .target(name: "CBBCUKernels", exclude: ["README.md"], cSettings: cSettings),
        .target(name: "CBBCUSystem", exclude: ["README.md"], cSettings: cSettings),
        .target(name: "CBBCUSHA256", exclude: ["README.md"], cSettings: cSettings),

        // From bytes to a checkpoint.
        library("BBCUPlatform", ["CBBCUSystem", "CBBCUSHA256", collections]),
        library("TensorBytes", ["BBCUPlatform", collections]),
        library("TensorArchives", ["TensorBytes", "BBCUPlatform", "CBBCUZlib"]),
        library("TensorPickle", ["TensorBytes", "BBCUPlatform", collections]),
        library("TensorFiles", ["TensorArchives", "TensorPickle", "TensorBytes", "BBCUPlatform", collections]),
        library(
            "BBCUFileAudit",
            ["TensorFiles", "TensorArchives", "TensorPickle", "TensorBytes", "BBCUPlatform", collections]),
        library("BBCUCheckpointDiff", ["TensorFiles", "TensorPickle", "TensorBytes", "BBCUPlatform", collections]),

        // From a checkpoint to a network, and its interpreters.
        library("BBCUNetworks", ["TensorFiles", "TensorBytes", "BBCUPlatform", collections]),
        library(
            "BBCUNetworkDiff", ["BBCUNetworks", "BBCUCheckpointDiff", "TensorFiles", "TensorBytes", "BBCUPlatform"]),
        library("BBCUTrainingOptions", ["BBCUNetworks", "TensorBytes", "BBCUPlatform", collections, yams]),
        library("BBCUExecution", ["BBCUNetworks", "TensorBytes", "BBCUPlatform", "CBBCUKernels"]),
        library("BBCUErrorBounds", ["BBCUExecution", "BBCUNetworks", "TensorBytes", "BBCUPlatform", collections]),
        library(
            "BBCUVerification", ["BBCUErrorBounds", "BBCUExecution", "BBCUNetworks", "TensorBytes", "BBCUPlatform"]),
        library(
            "BBCUExporting",
            [
                "BBCUExecution", "BBCUNetworks", "BBCUCheckpointDiff", "TensorFiles", "TensorBytes", "BBCUPlatform",
                collections,
            ]),
        library(
            "BBCUWeightPacking",
            ["BBCUExecution", "BBCUNetworks", "TensorFiles", "TensorBytes", "BBCUPlatform", collections]),
        library("BBCUPortChecking", checking + ["BBCUErrorBounds"]),
        library("BBCUAccumulatorChecking", checking + ["BBCUPortChecking", "BBCUErrorBounds"]),
        library("BBCUNumberFormats", checking + ["BBCUPortChecking", "BBCUErrorBounds"]),
        library(
            "BBCUPortTestData",
            checking + ["BBCUAccumulatorChecking", "BBCUPortChecking", "BBCUWeightPacking", "BBCUErrorBounds"]),
        library("BBCUImages", ["TensorBytes", "BBCUPlatform", "CBBCUJPEGShim", "CBBCUPNGShim"]),
        library(
            "BBCUEvaluation",
            [
                "TensorFiles", "BBCUVerification", "BBCUErrorBounds", "BBCUExecution", "BBCUNetworks", "TensorBytes",
                "BBCUPlatform",
                collections,
            ]
        ),

        // What a person or a script reads.
        library("BBCUReporting", reported + [collections]),
        library("BBCUKit", reported + ["BBCUReporting", "BBCUTrainingOptions"]),
        .executableTarget(
            name: "bbcu", dependencies: ["BBCUKit", "BBCUImages", argumentParser],
            exclude: ["README.md"],
            swiftSettings: swiftSettings),

        .target(
            name: "TestSupport", dependencies: ["BBCUKit"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter", cSettings: cSettings),
        tests("BBCUPlatform", ["CBBCUSystem", "CBBCUSHA256"]),
        tests("TensorBytes", []),
        tests("TensorArchives"),
        tests("TensorPickle"),
        tests("TensorFiles"),
        tests("BBCUFileAudit"),
        tests("BBCUCheckpointDiff"),
        tests("BBCUNetworks", [collections]),
        tests("BBCUTrainingOptions"),
        tests("BBCUExecution", ["AllocationCounter", "CBBCUKernels"]),
        tests("BBCUVerification"),
        tests("BBCUExporting"),
        tests("BBCUPortChecking", [collections]),
        tests("BBCUImages"),
        tests("BBCUEvaluation", ["BBCUImages"]),
        tests("BBCUReporting", [collections]),
        // The articles' snippets see what a user of the two products sees.
        .target(name: "SwiftUINames", path: "Tests/SwiftUINames", swiftSettings: swiftSettings),
        .testTarget(
            name: "BBCUKitTests", dependencies: ["BBCUKit", "BBCUImages", "SwiftUINames", "TestSupport"],
            packageAccess: false,
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CommandTests", dependencies: ["BBCUKit", "BBCUImages", "TestSupport", "bbcu", collections],
            swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17
)

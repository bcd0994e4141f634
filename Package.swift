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
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// The tests of one target.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name + "Tests",
        dependencies: [.target(name: name), "TestSupport"] + dependencies,
        swiftSettings: swiftSettings)
}

let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "BBCUKit",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .library(name: "BBCUKit", targets: ["BBCUKit"]),
        .library(name: "BBCUKitImages", targets: ["Images"]),
        .executable(name: "bbcu", targets: ["bbcu"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The system's libraries, and C.
        .systemLibrary(
            name: "CZlib", pkgConfig: "zlib",
            providers: [.apt(["libz-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng",
            providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .target(name: "CPNGShim", dependencies: ["CPNG"], cSettings: cSettings),
        .systemLibrary(
            name: "CJPEG", pkgConfig: "libjpeg",
            providers: [.apt(["libjpeg62-turbo-dev"]), .brew(["jpeg-turbo"])]),
        .target(name: "CJPEGShim", dependencies: ["CJPEG"], cSettings: cSettings),
        .target(name: "CKernels", cSettings: cSettings),
        .target(name: "CBBCUSystem", cSettings: cSettings),

        // From bytes to a checkpoint.
        library("Bytes", ["CBBCUSystem", crypto]),
        library("Tensors"),
        library("JSON", ["Bytes", collections]),
        library("Containers", ["Bytes", "CZlib"]),
        library("Pickle", ["Bytes", collections]),
        library("Checkpoints", ["Containers", "Pickle", "Tensors", "JSON", "Bytes", collections]),
        library("Scanning", ["Checkpoints", "Containers", "Pickle", "JSON", "Bytes", collections]),
        library("Differences", ["Checkpoints", "Pickle", "Tensors", "Bytes", collections]),

        // From a checkpoint to a network, and its interpreters.
        library("Networks", ["Tensors", "Bytes", collections, yams]),
        library("Execution", ["Networks", "Tensors", "Bytes", "CKernels"]),
        library("Parity", ["Execution", "Networks", "Tensors"]),
        library("Exporting", ["Execution", "Networks", "Tensors"]),
        library("Ports", ["Checkpoints", "Parity", "Execution", "Networks", "JSON", "Tensors", "Bytes", collections]),
        library("Images", ["Bytes", "CJPEGShim", "CPNGShim"]),
        library("Evaluation", ["Parity", "Execution", "Networks", "JSON", "Tensors", "Bytes", collections]),

        // What a person or a script reads.
        library(
            "Reports",
            [
                "Evaluation", "Ports", "Parity", "Networks", "Differences", "Scanning", "Checkpoints", "Containers",
                "Pickle",
                "Tensors",
                "JSON", "Bytes", collections,
            ]),
        library(
            "BBCUKit",
            [
                "Bytes", "Tensors", "JSON", "Containers", "Pickle", "Checkpoints", "Scanning", "Differences",
                "Networks",
                "Evaluation", "Execution", "Exporting", "Parity", "Ports", "Reports", collections,
            ]),
        .executableTarget(
            name: "bbcu", dependencies: ["BBCUKit", "CBBCUSystem", "Images", argumentParser],
            swiftSettings: swiftSettings),

        .target(
            name: "TestSupport",
            dependencies: ["BBCUKit", "Bytes", "Checkpoints", "Containers", "Execution", "Networks", "Tensors"],
            path: "Tests/TestSupport",
            swiftSettings: swiftSettings),
        tests("Bytes", ["CBBCUSystem"]),
        tests("Tensors"),
        tests("Exporting", ["BBCUKit", "Execution", "Networks", "Tensors"]),
        tests("Containers", ["Bytes"]),
        tests("Pickle", ["Bytes"]),
        tests("Checkpoints", ["Bytes", "Containers", "Execution", "Pickle", "Tensors"]),
        tests("Scanning", ["Bytes", "Containers", "Pickle"]),
        tests("Differences", ["Bytes", "Checkpoints", "Containers", "Tensors"]),
        tests("Networks", ["Bytes", "Checkpoints", "Tensors", collections]),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter", cSettings: cSettings),
        tests("Execution", ["AllocationCounter", "Checkpoints", "Networks", "Tensors", "CKernels"]),
        tests("Parity", ["Checkpoints", "Execution", "Networks", "Tensors"]),
        tests(
            "Ports", ["BBCUKit", "Bytes", "Checkpoints", "Execution", "Networks", "Reports", "Tensors", collections]),
        tests("Images"),
        tests("Evaluation", ["BBCUKit", "Bytes", "Execution", "Images", "JSON", "Networks"]),
        tests("Reports", ["Bytes", "Checkpoints", "Differences", "JSON", "Tensors", collections]),
        // The articles' snippets see what a user of the two products sees.
        .testTarget(
            name: "BBCUKitTests", dependencies: ["BBCUKit", "Images", "TestSupport"], packageAccess: false,
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CommandTests", dependencies: ["BBCUKit", "Execution", "Images", "TestSupport", "bbcu", collections],
            swiftSettings: swiftSettings),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17
)

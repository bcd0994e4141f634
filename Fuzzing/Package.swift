// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what the sanitizers need never reaches those who use the library.
let package = Package(
    name: "Fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "BBCUKit", path: "..")],
    targets: [
        .executableTarget(
            name: "fuzz",
            dependencies: [
                .product(name: "BBCUKit", package: "BBCUKit"), .product(name: "BBCUImages", package: "BBCUKit"),
            ],
            path: "Sources",
            swiftSettings: [.unsafeFlags(["-parse-as-library"])])
    ],
    swiftLanguageModes: [.v6]
)

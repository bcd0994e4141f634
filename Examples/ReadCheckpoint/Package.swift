// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ReadCheckpoint",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "BBCUKit", path: "../..")],
    targets: [
        .executableTarget(
            name: "ReadCheckpoint",
            dependencies: [.product(name: "TensorFiles", package: "BBCUKit")],
            swiftSettings: [.enableUpcomingFeature("MemberImportVisibility")])
    ]
)

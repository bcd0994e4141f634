// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "RestoreApp",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "BBCUKit", path: "../..")],
    targets: [
        .executableTarget(
            name: "RestoreApp",
            dependencies: [
                .product(name: "BBCUKit", package: "BBCUKit"), .product(name: "BBCUImages", package: "BBCUKit"),
            ])
    ]
)

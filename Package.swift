// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "tempera",
    products: [
        .library(name: "Tempera", targets: ["Tempera"]),
        .executable(name: "tempera", targets: ["TemperaCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CFFmpeg",
            pkgConfig: "libavformat libavcodec libswscale libavutil",
            providers: [.apt([
                "libavdevice-dev", "libavfilter-dev", "libavformat-dev", "libavcodec-dev", "libswscale-dev",
                "libavutil-dev",
            ])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CKernels"),
        .target(name: "Network", dependencies: ["CKernels", "COpenBLAS"]),
        .target(name: "Media", dependencies: ["CFFmpeg", "Network", .product(name: "Logging", package: "swift-log")]),
        .target(name: "Pipeline", dependencies: ["CKernels", "Network", "Media"]),
        .target(name: "Perception", dependencies: ["CKernels", "COpenBLAS", "Network", "Media"]),
        .target(name: "Tempera", dependencies: ["Network", "Media", "Pipeline", "Perception"]),
        .executableTarget(
            name: "TemperaCLI",
            dependencies: [
                "Tempera", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .target(name: "TestFiles", path: "Tests/TestFiles"),
        .target(name: "MutexHints", path: "Tests/MutexHints"),
        .testTarget(
            name: "NetworkTests", dependencies: ["Network", "CKernels", "AllocationCounter", "TestFiles"], exclude: ["Fixtures"]),
        .testTarget(name: "MediaTests", dependencies: ["Media", "AllocationCounter", "TestFiles"], exclude: ["Fixtures"]),
        .testTarget(name: "PipelineTests", dependencies: ["CKernels", "Pipeline", "MutexHints", "TestFiles"]),
        .testTarget(name: "PerceptionTests", dependencies: ["Perception", "CKernels", "COpenBLAS", "TestFiles"]),
        .testTarget(name: "CLITests", dependencies: ["Tempera", "TemperaCLI", "TestFiles"], exclude: ["Fixtures"]),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "tempera-benchmarks",
    dependencies: [
        .package(name: "tempera", path: ".."),
        // Without its default traits it needs no other allocator.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "NetworkBenchmarks",
            dependencies: [
                .product(name: "Tempera", package: "tempera"), .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/NetworkBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        .executableTarget(
            name: "KernelBenchmarks",
            dependencies: [
                .product(name: "Tempera", package: "tempera"), .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/KernelBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ],
    swiftLanguageModes: [.v6]
)

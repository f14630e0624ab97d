// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "HarbourGenerator",
    targets: [.executableTarget(name: "HarbourGenerator")],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

/// In CI a warning in one of our targets is an error; dependencies keep theirs.
let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["SHOPSTREAM_CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "shopstream",
    products: [.executable(name: "shopstream", targets: ["shopstream"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(
            name: "Events",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(name: "Models", swiftSettings: strict),
        .target(name: "Engine", dependencies: ["Events", "Models"], swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: ["Events", "Engine", logging, .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(name: "Traffic", dependencies: ["Events", "Engine", "Pipeline"], swiftSettings: strict),
        .systemLibrary(name: "CRdkafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .target(name: "Kafka", dependencies: ["Events", "Pipeline", "CRdkafka", logging], swiftSettings: strict),
        .target(
            name: "Web",
            dependencies: [
                "Events", "Engine", "Pipeline", logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "shopstream",
            dependencies: [
                "Events", "Models", "Engine", "Pipeline", "Traffic", "Kafka", "Web", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "EventsTests", dependencies: ["Events"], swiftSettings: strict),
        .testTarget(name: "ModelsTests", dependencies: ["Models"], swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Events", "Models", "Engine", "Pipeline"],
            exclude: ["State/Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(name: "TrafficTests", dependencies: ["Events", "Pipeline", "Traffic"], swiftSettings: strict),
        .testTarget(
            name: "PipelineTests",
            dependencies: ["Events", "Engine", "Pipeline", "Traffic", logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "KafkaTests",
            dependencies: ["Events", "Pipeline", "Kafka", "CRdkafka", logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "shopstream", "Events", "Kafka", "Pipeline", "Traffic", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "shopstream", "Events", "Engine", "Kafka", "Pipeline", "Traffic", "Web", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "HouseTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

/// Sanitizers build the rooms that they watch and no others: SHOPSTREAM_TESTS=PipelineTests,KafkaTests.
if let tests = Context.environment["SHOPSTREAM_TESTS"]?.split(separator: ",").map(String.init) {
    let rooms = ["Events", "Models", "Engine", "Pipeline", "Traffic", "CRdkafka", "Kafka"]
    package.products = []
    package.targets.removeAll { !(rooms + tests).contains($0.name) }
}

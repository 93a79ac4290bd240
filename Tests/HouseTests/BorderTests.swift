import Testing

/// The rooms and who may know whom: `Events, Models ← Engine ← Pipeline ← {Traffic, Kafka, Web} ← shopstream`.
@Suite struct BorderTests {
    static let mayImport: [String: Set<String>] = [
        "Events": [],
        "Models": [],
        "Engine": ["Events", "Models"],
        "Pipeline": ["Events", "Engine"],
        "Traffic": ["Events", "Engine", "Pipeline"],
        "Kafka": ["Events", "Engine", "Pipeline", "CRdkafka"],
        "Web": ["Events", "Engine", "Pipeline"],
        "CRdkafka": [],
        "shopstream": ["Events", "Models", "Engine", "Pipeline", "Traffic", "Kafka", "Web"],
    ]
    static let ours = Set(mayImport.keys)
    static let withoutFoundation: Set<String> = ["Events", "Models", "Engine"]
    static let platform: Set<String> = [
        "Foundation", "FoundationEssentials", "FoundationNetworking", "FoundationInternationalization", "FoundationXML",
        "Dispatch",
    ]

    @Test func `every room has its place`() {
        let rooms = Set(House.sources.map(\.target))
        let unknown = rooms.subtracting(Self.ours).sorted()
        expectNone(unknown, "give each a line in BorderTests.mayImport")
    }

    @Test func `a room knows only the rooms below it`() {
        let wrong = House.sources.compactMap { file -> String? in
            let foreign = Self.ours.intersection(file.imports).subtracting(Self.mayImport[file.target] ?? [])
            return foreign.isEmpty ? nil : "\(file.name) imports \(foreign.sorted())"
        }
        expectNone(wrong, "the arrows of this suite point the other way")
    }

    @Test func `the pure rooms do without Foundation`() {
        let wrong = House.sources.filter {
            Self.withoutFoundation.contains($0.target) && !Self.platform.isDisjoint(with: $0.imports)
        }
        expectNone(wrong.map(\.name), "move what needs it to a room with IO")
    }

    @Test func `only Kafka speaks C`() {
        let places = House.sources.filter { $0.target != "Kafka" }.flatMap { $0.stringPlaces(of: "rd_kafka_") }
        expectNone(places, "go through the ports of Pipeline")
    }

    @Test func `one file knows the HTTP server`() {
        let files = House.sources.filter { $0.imports.contains { $0.hasPrefix("NIO") } }.map(\.name)
        #expect(files == ["Sources/Web/Server.swift"], "keep SwiftNIO behind one file")
    }

    @Test func `imports are found however they are written`() {
        let file = SourceFile(
            name: "Sources/Web/A.swift",
            text: """
                public import Events
                @testable internal import Engine
                @_spi(Tests) import struct Pipeline.Line
                // import Models
                let text = "import Kafka"
                """
        )
        #expect(file.imports == ["Events", "Engine", "Pipeline"])
    }
}

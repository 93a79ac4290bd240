import Events
import Logging
import Pipeline
import Synchronization
import Testing
import Traffic

@testable import Web
@testable import shopstream

/// No customer's name and no word of a payload leaves by a log line, a metric, an error or a dead letter's header, on
/// good days and on bad ones.
@Suite struct NamesTests {
    private static let input = "storefront.clickstream.v1"
    /// Parts of names and payloads that nothing else contains.
    private static let marks = ["zaphod", "beeblebrox", "heart-of-gold", "trillian"]

    /// Views, orders and reviews of a customer with a name, and what each way of being wrong looks like.
    private static var records: [(key: String?, value: String)] {
        func event(_ name: String, _ number: Int, _ more: String = "") -> String {
            """
            {"type":"track","event":"\(name)","messageId":"trillian-\(number)","userId":"zaphod@example.com",\
            "timestamp":"2023-11-\(10 + number / 3)T10:00:00Z","context":{"ip":"192.0.2.1","traits":{"name":"beeblebrox"}},\
            "properties":{"product_id":"p\(number % 3)","price":9.5,"quantity":1\(more)}}
            """
        }
        let good = (0..<40).map { number in
            let names = ["Product Viewed", "Order Completed", "Product Reviewed"]
            let words = number % 3 == 2 ? #","rating":1,"review_body":"heart-of-gold, bad quality""# : ""
            return ("zaphod@example.com", event(names[number % 3], number, words))
        }
        let long = String(repeating: "zaphod", count: 20_000)
        let wrong: [(String?, String)] = [
            (nil, event("Product Viewed", 50)), ("trillian", event("Product Viewed", 51)),
            ("zaphod@example.com", #"{"userId":"zaphod@example.com","event":"Product Viewed""#),
            ("zaphod@example.com", "beeblebrox"), (long, event("Product Viewed", 52)),
            ("zaphod@example.com", event("Product Viewed", 53).replacing("zaphod@example.com", with: long)),
            ("zaphod@example.com", event("Product Viewed", 54).replacing("2023-11", with: "zaphod")),
            ("zaphod@example.com", event("Order Completed", 55, #","quantity":-1,"currency":"heart-of-gold""#)),
        ]
        return good + wrong
    }

    @Test(arguments: [nil] + FaultKind.allCases)
    func `nothing that leaves names anybody`(kind: FaultKind?) throws {
        var injected = 0
        for index in kind == nil ? [0] : Array(stride(from: 2, to: 60, by: 7)) {
            let shop = try Shop(Self.input)
            try shop.load(Self.records)
            if let kind { shop.log.faults = .at(index, kind) }
            let said = try shop.run()
            injected += shop.log.injections.count
            let letters = try shop.log.records(in: Topology.deadLetters(of: Self.input))
            #expect(letters.count >= 3, "there is something to tell")
            let headers = letters.flatMap(\.headers).map {
                "\($0.name)=\(String(decoding: $0.value ?? [], as: UTF8.self))"
            }
            for line in said + headers {
                let leak = Self.marks.first { line.lowercased().contains($0) }
                #expect(leak == nil, "\(leak ?? ""): \(line.prefix(200))")
            }
        }
        #expect(kind == nil || injected > 0)
    }

    /// The settings' own check that the test can fail: what is looked for is in the outputs.
    @Test func `the marks are where they belong`() throws {
        let shop = try Shop(Self.input)
        try shop.load(Self.records)
        _ = try shop.run()
        let lists = try shop.log.records(in: OutputTopic.recommendations.name)
        #expect(lists.contains { $0.keyText?.contains("zaphod") == true })
    }
}

/// A log in memory with a line on it, and everything that the line says to anybody.
private final class Shop {
    let log: MemoryLog
    private let topology: Topology
    private let ears = Ears()
    private var process: MemoryProcess

    init(_ input: String) throws {
        log = MemoryLog()
        for topic in [input, Topology.deadLetters(of: input)] + OutputTopic.allCases.map(\.name) {
            log.createTopic(
                topic,
                partitions: 1,
                compacted: topic.hasPrefix("insights") || topic.hasSuffix("changelog")
            )
        }
        topology = try Topology(inputs: [input], existing: try log.topics())
        process = log.newIncarnation()
    }

    func load(_ records: [(key: String?, value: String)]) throws {
        for record in records {
            try log.append(topology.inputs[0], 0, key: record.key, value: record.value, timestamp: 1_740_000_000_000)
        }
    }

    /// Runs to the end, with a new process for one that died; answers every text that came out.
    func run() throws -> [String] {
        var line = makeLine()
        var watch = Watch(start: log.now)
        for _ in 0..<4_000 {
            do {
                let goesOn = try line.turn()
                log.advance(by: 250)
                hear(line, &watch)
                if goesOn { continue }
                if line.hasDrained { break }
                line.stop()
            } catch {
                ears.hear("\(error) \(Exit(error)?.sentence ?? "")")
                process = log.newIncarnation()
                line = makeLine()
            }
        }
        #expect(line.hasDrained)
        line.shut()
        return ears.all
    }

    private func hear(_ line: Line, _ watch: inout Watch) {
        let status = line.status()
        ears.hear(LineMetrics.text([status], ClusterCondition(), Health(), process: ProcessFigures.read(), at: log.now))
        ears.hear(String(decoding: JSONText.of(Overview([status], at: log.now)), as: UTF8.self))
        for note in watch.look(at: [status], now: log.now) { ears.hear(note.text) }
    }

    private func makeLine() -> Line {
        var settings = LineSettings()
        settings.name = "test-0"
        settings.untilEnd = true
        settings.checkpointInterval = 60
        settings.recordsPerPoll = 8
        return Line(
            cluster: process,
            topology: topology,
            settings: settings,
            clock: WallClock { [log] in log.now },
            writer: 1,
            log: Logger(label: "test") { [ears] _ in EarsHandler(ears: ears) }
        )
    }
}

/// Every text once.
private final class Ears: Sendable {
    private let heard = Mutex<Set<String>>([])

    func hear(_ text: String) { _ = heard.withLock { $0.insert(text) } }
    var all: [String] { heard.withLock { $0.sorted() } }
}

private struct EarsHandler: LogHandler {
    let ears: Ears
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(ears: Ears) { self.ears = ears }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { ears.hear("\(event.message) \(event.metadata ?? [:]) \(metadata)") }
}

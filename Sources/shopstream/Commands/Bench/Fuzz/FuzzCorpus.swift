import Engine
import Events
import Foundation
import Logging
import Pipeline
import Traffic

/// Real records of every kind, to be spoiled: a pretend shop's, and all that a line makes of them in its own topics.
struct FuzzCorpus: Sendable {
    /// Records kept of each kind, and the longest that are.
    private static let most = 400
    private static let longest = 4_096

    private var inputs: [FuzzTarget: [[UInt8]]] = [:]

    /// Runs lines over a small shop in memory.
    ///
    /// - Throws: ``Exit`` when there is a target for which they left nothing.
    init(seed: UInt64) throws {
        let log = MemoryLog()
        let names = [ShopTopic.clickstream, .reviews].map { $0.name.text } + [Topology.erasures]
        for name in names + names.map(Topology.deadLetters) { log.createTopic(name, partitions: 1) }
        for topic in OutputTopic.allCases { log.createTopic(topic.name, partitions: 1) }
        let topology = try Topology(inputs: names, existing: try log.topics())
        try fill(log, seed: seed, events: 6_000)
        try FuzzCorpus.work(log, topology, budget: 0, turns: 250)
        try FuzzCorpus.work(log, topology, budget: 1, turns: .max)
        try collect(log)
        for target in FuzzTarget.allCases where self[target].isEmpty {
            throw Exit(.software, "the made-up shop left nothing to spoil for \(target.rawValue): take another --seed")
        }
    }

    subscript(target: FuzzTarget) -> [[UInt8]] { inputs[target] ?? [] }

    private mutating func add(_ value: [UInt8], _ target: FuzzTarget) {
        guard value.count <= FuzzCorpus.longest, self[target].count < FuzzCorpus.most else { return }
        inputs[target, default: []].append(value)
    }

    private mutating func fill(_ log: MemoryLog, seed: UInt64, events: Int) throws {
        var plan = ShopPlan(seed: seed, customers: 150, products: 60, eventsPerDay: 400, span: 60 * EventTime.day)
        (plan.poison, plan.quirks) = (0.02, 0.2)
        var shop = try PretendShop(plan)
        var buffer = ByteBuffer(capacity: 1 << 16)
        for number in 0..<events {
            buffer.removeAll()
            guard let event = shop.next(into: &buffer) else { return }
            if number % 60 == 59 { try forget(buffer.bytes(event.key), at: event.time, number / 60, log) }
            let value = buffer.bytes(event.value)
            if event.topic == .catalog {
                add(value.array, .feed)
            } else {
                if number % 7 == 0 { add(value.array, .events) }
                let key = buffer.bytes(event.key)
                try log.append("\(event.topic.name)", 0, key: key, value: value, timestamp: event.time)
            }
        }
    }

    /// A request in each of the manners in which one comes.
    private mutating func forget(_ customer: Bytes, at time: EventTime, _ number: Int, _ log: MemoryLog) throws {
        guard !customer.isEmpty else { return }
        let name = customer.text
        let request =
            switch number % 3 {
            case 0: #"{"type":"track","event":"User Deleted","messageId":"d\#(number)","userId":"\#(name)","#
            case 1: #"{"regulationType":"SUPPRESS_WITH_DELETE","subjectType":"USER_ID","subjectIds":["\#(name)"],"#
            default: #"{"shop_domain":"shop.example","customer":{"id":"\#(name)"},"orders_to_redact":[1],"#
            }
        let value = request + #""timestamp":\#(time)}"#
        add(Array(value.utf8), .erasures)
        try log.append(Topology.erasures, 0, key: name, value: value, timestamp: time)
    }

    /// A file an input, for fuzzers that bring their own spoiling.
    func write(_ target: FuzzTarget, to folder: String) throws {
        let folder = URL(filePath: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, input) in self[target].enumerated() {
            try Data(input).write(to: folder.appending(path: "seed-\(number)"))
        }
    }

    /// Small batches, so that packed signals stay short. A line with a budget lets customers go.
    private static func work(_ log: MemoryLog, _ topology: Topology, budget: Int, turns: Int) throws {
        var settings = LineSettings()
        settings.untilEnd = true
        settings.checkpointInterval = 1_000
        settings.recordsPerPoll = 16
        settings.memoryBudget = budget
        let line = Line(
            cluster: log,
            topology: topology,
            settings: settings,
            clock: WallClock { log.now },
            writer: 1,
            log: Logger(label: "corpus") { _ in SwiftLogNoOpLogHandler() }
        )
        defer { line.shut() }
        var left = turns
        repeat {
            while left > 0, try line.turn() {
                log.advance(by: 20)
                left -= 1
            }
            if !line.hasDrained { line.stop() }
            left = max(left, 1)
        } while !line.hasDrained
    }

    private mutating func collect(_ log: MemoryLog) throws {
        try collect(state: log.records(in: OutputTopic.customersChangelog.name), .customers)
        try collect(state: log.records(in: OutputTopic.productsChangelog.name), .products)
        for (topic, target) in [
            (OutputTopic.signals, FuzzTarget.signals), (.productNeighbours, .feed), (.models, .feed),
        ] {
            for value in try log.records(in: topic.name).compactMap(\.value) { add(value, target) }
        }
    }

    /// The newest first: those are the fullest.
    private mutating func collect(state records: [MemoryRecord], _ target: FuzzTarget) {
        for record in records.reversed() {
            guard let key = record.key else { continue }
            switch record.keyText {
            case "journal", "checkpoint": if let value = record.value { add(value, .journal) }
            default: add(key + (record.value.map { [0] + $0 } ?? []), target)
            }
        }
    }
}

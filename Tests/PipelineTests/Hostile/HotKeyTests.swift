import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// One name makes a hundred thousand events in an hour (decision 14), among people who share its partition: they are
/// answered as ever, and what is kept of it and written about it stays small.
@Suite struct HotKeyTests {
    @Test func aHotKeyDoesNotStarveItsPartition() throws {
        let calm = try HotRun(flood: 0)
        let loud = try HotRun(flood: 100_000)
        try checkAnswers(loud, calm)
        try checkBooks(loud, calm)
        try checkChangelog(loud)
        try checkProducts(loud, calm)
        checkStatus(loud)
    }

    /// Delays are counted in turns of the line, each of which folds as many records as a poll brings.
    private func checkAnswers(_ loud: HotRun, _ calm: HotRun) throws {
        let quiet = try #require(calm.delays.max())
        #expect(loud.delays.count == HotRun.people && calm.delays.count == HotRun.people, "everybody got a list")
        // A transaction's interval and its commit, in turns of 7 ms.
        #expect(quiet <= 17 && loud.delays.allSatisfy { $0 <= 17 }, "\(loud.delays.max() ?? 0) turns, calm \(quiet)")
        let polls = loud.appended / loud.rig.settings.recordsPerPoll
        #expect(loud.turnsToFold <= polls + polls / 10 + 20, "\(loud.turnsToFold) turns for \(polls) full polls")
    }

    private func checkBooks(_ loud: HotRun, _ calm: HotRun) throws {
        #expect(loud.line.customer(HotRun.scraper)?.views == 100_000, "its own books are kept")
        let more = loud.line.status().customerBytes - calm.line.status().customerBytes
        #expect(more <= 256 << 10, "\(more) bytes more than without it")
        let lists = try loud.rig.log.records(in: OutputTopic.recommendations.name)
        #expect(lists.count { $0.keyText == HotRun.scraper } <= 1)
    }

    /// One record a checkpoint, not one an event; the journal has runs.
    private func checkChangelog(_ loud: HotRun) throws {
        let records = try loud.rig.log.records(in: OutputTopic.customersChangelog.name)
        let own = records.filter { $0.keyText == "customer/\(HotRun.scraper)" }
        let checkpoints = records.count { $0.keyText == "checkpoint" }
        #expect(own.count >= 3 && own.count <= checkpoints, "\(own.count) records in \(checkpoints) checkpoints")
        let sizes = own.map { $0.value?.count ?? 0 }
        #expect(try #require(sizes.max()) <= 4_096, "\(sizes.max() ?? 0) bytes")
        let first = try #require(sizes.first)
        #expect(try #require(sizes.last) <= first + 64, "the last is as large as the first: \(sizes)")
        let journals = records.filter { $0.keyText == "journal" }.map { $0.value?.count ?? 0 }
        #expect(try #require(journals.max()) <= 128, "\(journals.max() ?? 0) bytes")
    }

    private func checkProducts(_ loud: HotRun, _ calm: HotRun) throws {
        #expect(loud.line.product("x")?.views == Bounds.eventsPerHour)
        for name in ["a", "b"] {
            let (with, without) = (try #require(loud.line.product(name)), try #require(calm.line.product(name)))
            #expect(with.views == without.views && with.orders == without.orders, "\(name)")
            #expect(with.boughtAfter.map(\.product) == without.boughtAfter.map(\.product), "\(name)")
            #expect(with.boughtAfter.map(\.weight) == without.boughtAfter.map(\.weight), "\(name)")
        }
        let bytes = try [loud, calm].map { run in
            try run.rig.log.records(in: OutputTopic.signals.name).reduce(0) { $0 + ($1.value?.count ?? 0) }
        }
        #expect(bytes[0] - bytes[1] <= Int(Bounds.eventsPerHour) * 128, "\(bytes[0] - bytes[1]) bytes of signals more")
    }

    /// `shopstream_hot_customers` is made of this.
    private func checkStatus(_ loud: HotRun) {
        let name = Array(HotRun.scraper.utf8).withUnsafeBytes {
            loud.rig.settings.pseudonyms.current.text(of: Bytes($0))
        }
        #expect(loud.line.status().hot == [HotName(pseudonym: name, events: 100_000)])
        #expect(!name.contains(HotRun.scraper))
        #expect(loud.line.status().quieted == 100_000 - Bounds.eventsPerHour)
    }
}

/// A shop with a small chain, then an hour in which people look at something between, and behind, a scraper's views.
private final class HotRun {
    static let people = 101
    static let scraper = "scraper-7"

    let rig: Rig
    let line: Line
    /// By person, the turns between the fold of their view and the commit of their list.
    private(set) var delays: [Int] = []
    private(set) var appended = 0
    private(set) var turnsToFold = 0
    private var turns = 0
    private var offsets: [String: Int64] = [:]
    private var number = 0

    init(flood: Int) throws {
        rig = try Rig(inputs: [Script.clicks], partitions: 1)
        rig.settings.recordsPerPoll = 256
        rig.settings.projectionInterval = 20
        rig.settings.checkpointInterval = 400
        line = rig.makeLine()
        for buyer in 0..<3 {
            for (step, product) in ["a", "b"].enumerated() {
                let time = Script.start + Int64(step) * EventTime.day + Int64(buyer) * EventTime.minute
                for event in ["Product Viewed", "Order Completed"] {
                    try append("buyer-\(buyer)", event, product, time)
                }
            }
        }
        for _ in 0..<60 { try turn() }
        try load(flood)
        try follow()
    }

    private func load(_ flood: Int) throws {
        let hour = (Script.start / EventTime.hour + 72) * EventTime.hour
        let before = number
        let gap = flood / (Self.people - 1)
        for person in 0..<Self.people {
            // The last one stands behind all of them.
            let views = person * gap..<min(flood, (person + 1) * gap)
            for view in views {
                let time = hour + Int64(view) * EventTime.hour / Int64(flood)
                try append(Self.scraper, "Product Viewed", "x", time)
            }
            let time = hour + Int64(person) * (EventTime.hour - 1) / Int64(Self.people)
            offsets["person-\(person)"] = Int64(number)
            try append("person-\(person)", "Product Viewed", "a", time)
        }
        appended = number - before
    }

    private func append(_ user: String, _ event: String, _ product: String, _ time: EventTime) throws {
        number += 1
        let value = """
            {"type":"track","event":"\(event)","messageId":"m\(number)","userId":"\(user)","timestamp":\(time),\
            "properties":{"product_id":"\(product)","category":"c1","price":9.5,"quantity":1}}
            """
        try rig.log.append(Script.clicks, 0, key: user, value: value, timestamp: time)
    }

    private func turn() throws {
        _ = try line.turn()
        rig.log.advance(by: 7)
        turns += 1
    }

    /// Until everything is folded and committed.
    private func follow() throws {
        turns = 0
        var folded: [String: Int] = [:]
        var answered: [String: Int] = [:]
        var quiet = 0
        for _ in 0..<4_000 where quiet < 60 {
            try turn()
            let position = line.live.first { $0.stage == .customers }?.positions[0] ?? 0
            for (person, offset) in offsets where offset < position && folded[person] == nil { folded[person] = turns }
            for record in try rig.log.records(in: OutputTopic.recommendations.name) {
                guard let person = record.keyText, offsets[person] != nil, answered[person] == nil else { continue }
                answered[person] = turns
            }
            if position >= number, turnsToFold == 0 { turnsToFold = turns }
            quiet = position >= number && line.committing == nil && !line.hasWork ? quiet + 1 : 0
        }
        try #require(quiet == 60)
        delays = answered.compactMap { person, turn in folded[person].map { turn - $0 } }
    }
}

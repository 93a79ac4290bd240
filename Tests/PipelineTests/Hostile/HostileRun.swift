import Engine
import Events
import Testing
import Traffic

@testable import Pipeline

/// One hostile input through the real line, between two events of people who mean well; then the state that it left,
/// through a restart.
struct HostileRun {
    let input: HostileInput
    let rig: Rig
    let line: Line
    let letters: [MemoryRecord]

    init(_ input: HostileInput) throws {
        self.input = input
        var options = MemoryLog.Options()
        options.largestRecord = 64 << 20
        rig = try Rig(inputs: [Script.clicks], partitions: 1, options: options)
        rig.log.createTopic(Topology.deadLetters(of: Script.clicks), partitions: 1, largestRecord: input.room)
        try HostileRun.load(input, into: rig)
        line = try rig.lineAtEnd()
        letters = try rig.log.records(in: Topology.deadLetters(of: Script.clicks))
    }

    private static func load(_ input: HostileInput, into rig: Rig) throws {
        try witness("alice", rig)
        let headers = input.header > 0 ? [Header("x", [UInt8](repeating: 1, count: input.header))] : []
        for value in input.values() {
            try rig.append(input.key, value, at: input.recordTime, headers)
        }
        try witness("bob", rig)
    }

    private static func witness(_ name: String, _ rig: Rig) throws {
        let view = HostileInput.view(user: "\"\(name)\"")
        try rig.append(Array(name.utf8), Array(view.utf8), at: HostileInput.noon, [])
    }

    /// Everybody else was served, and the state can be read back.
    func check() throws {
        for name in ["alice", "bob"] {
            #expect(line.customer(name)?.views == 1, "\(input.name): \(name) was not served")
        }
        let before = line.live.map { $0.everything() }
        rig.restart()
        let next = rig.makeLine()
        for _ in 0..<400 where !next.isReady {
            _ = try next.turn()
            rig.log.advance(by: 7)
        }
        #expect(next.live.map { $0.everything() } == before, "\(input.name): the state does not come back")
        try letters.forEach(checkOrigin)
    }

    private func checkOrigin(_ letter: MemoryRecord) throws {
        let told = Dictionary(letter.headers.map { ($0.name, $0.value ?? []) }) { $1 }
        #expect(told["__dlq.errors.topic"] == Array(Script.clicks.utf8))
        #expect(told["__dlq.errors.partition"] == Array("0".utf8))
        #expect(told["__dlq.errors.offset"] == Array("1".utf8), "\(input.name)")
        #expect(letter.timestamp == input.recordTime)
    }

    /// Reasons that the dead letters give, in their headers and to the metrics.
    var reasons: [String] {
        letters.map { letter in
            let value = letter.headers.first { $0.name == "__dlq.errors.exception" }?.value ?? []
            return String(decoding: value, as: UTF8.self)
        }
    }

    /// What happened, in words.
    var outcome: String {
        guard let letter = letters.first else { return line.counters.skipped > 0 ? "skipped" : "folded: \(told)" }
        let sent = input.values()[0]
        if letter.value == sent, letter.key == input.key { return "dead letter, byte for byte" }
        let kept = "\(letter.value?.count ?? 0) of \(sent?.count ?? 0) bytes"
        return "dead letter, \(kept)\(letter.key == input.key ? "" : ", without the key"), with size and SHA-256"
    }

    private var told: String {
        var words: [String] = []
        let add = { (count: UInt64, what: String) in if count > 0 { words.append("\(count) \(what)") } }
        if let view = line.customer(input.customer) {
            let counts = [
                (view.views, "view"), (view.orders, "order"), (view.refunds, "refund"), (view.reviews, "review"),
            ]
            for (count, what) in counts { add(UInt64(count), what) }
            for spent in view.monetary { words.append("\(Int64(spent.amount)) \(spent.currency) spent") }
            if view.priceBand != nil { words.append("a price") }
            if let mood = view.sentiment { words.append("mood \(mood)") }
        }
        let ordered = line.products { $0.orders > 0 }
        if ordered > 0 { words.append("\(ordered) product\(ordered == 1 ? "" : "s") in demand") }
        add(line.counters.duplicates, "duplicate")
        add(line.counters.unkeyed[0], "unkeyed")
        add(line.counters.miskeyed[0], "miskeyed")
        add(line.status().late, "late")
        return words.isEmpty ? "seen" : words.joined(separator: ", ")
    }
}

extension Rig {
    func append(_ key: [UInt8]?, _ value: [UInt8]?, at time: EventTime, _ headers: [Header]) throws {
        try (key ?? []).withUnsafeBytes { keyBytes in
            try (value ?? []).withUnsafeBytes { valueBytes in
                try log.append(
                    Script.clicks,
                    0,
                    key: key == nil ? .none : HostileInput.present(keyBytes),
                    value: value == nil ? .none : HostileInput.present(valueBytes),
                    timestamp: time,
                    headers: headers
                )
            }
        }
    }

    /// A line that has handled everything and drained.
    func lineAtEnd(turns: Int = 4_000) throws -> Line {
        let line = makeLine()
        for _ in 0..<turns {
            let goesOn = try line.turn()
            log.advance(by: 7)
            if goesOn { continue }
            if line.hasDrained { return line }
            line.stop()
        }
        Issue.record("no end after \(turns) turns")
        return line
    }
}

extension HostileInput {
    /// No bytes, but there.
    static func present(_ bytes: UnsafeRawBufferPointer) -> Bytes {
        if bytes.count > 0 { return Bytes(bytes) }
        return Bytes(start: Bytes("x").start, count: 0)
    }
}

extension Line {
    func customer(_ name: String) -> CustomerView? {
        for shard in live {
            guard case .customers(let state) = shard.state else { continue }
            if let view = Array(name.utf8).withUnsafeBytes({ state.view(of: Bytes($0)) }) { return view }
        }
        return nil
    }

    func product(_ name: String) -> ProductView? {
        for shard in live {
            guard case .products(let state) = shard.state else { continue }
            if let view = Array(name.utf8).withUnsafeBytes({ state.view(of: Bytes($0)) }) { return view }
        }
        return nil
    }

    /// How many of the products p0, p1 … are so.
    func products(where isSo: (ProductView) -> Bool) -> Int {
        (0..<10_000).count { number in product("p\(number)").map(isSo) ?? false }
    }
}

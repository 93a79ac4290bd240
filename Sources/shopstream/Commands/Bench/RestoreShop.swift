import Engine
import Events
import Logging
import Pipeline
import Traffic

/// Fills a cluster with the memory of a large shop and a day on top of it, and leaves it as a killed line would.
///
/// The memory: a record for every customer, with the shapes that a sample of customers got by folding events; every
/// product that the sample touched, with its published rows. The day: stale journals as commits leave them, then events
/// that a line folds, commits and checkpoints, so that records are rewritten as they are in real life. Nothing is
/// compacted.
struct RestoreShop {
    var customers: Int
    var products: Int
    /// Events of the day that are folded over the memory.
    var events: Int
    /// Journals of the day that later ones replace.
    var journals: Int
    var seed: UInt64

    private static let sample = 20_000
    private static let outboxRecords = 50_000

    private func plan(users: Int, events: Int, after days: Int64) -> BenchPlan {
        var plan = BenchPlan(clicks: events - events / 21, reviews: events / 21)
        plan.seed = seed &+ UInt64(days)
        plan.users = users
        plan.products = products
        plan.start += days * EventTime.day
        plan.span = max(1, days) * EventTime.day
        return plan
    }

    func build(on ground: any BenchGround, settings: LineSettings) throws {
        try writeMemory(to: ground)
        try writeJournals(to: ground)
        try ground.settle()
        try writeDay(to: ground)
        try ground.settle()
        try foldDay(on: ground, settings)
        ground.restart()
    }

    // MARK: the memory

    private func writeMemory(to ground: any BenchGround) throws {
        let people = min(customers, RestoreShop.sample)
        let tape = try BenchTape(plan(users: people, events: people * 20, after: 0))
        let fold = EngineFold()
        fold.play(tape, tape.records.count)
        let topics = Stage.allCases.map { ground.topology.changelog(of: $0).name }
        let partitions = ground.topology.partitions
        var outbox = Outbox()
        var shapes: [[UInt8]] = []
        fold.everyone { stage, key, value in
            if stage == .customers { return shapes.append(value.array) }
            let name = key.array.drop { $0 != UInt8(ascii: "/") }.dropFirst()
            let partition = name.withUnsafeBytes { Hash.partition(of: Bytes($0), among: partitions) }
            outbox.add(topic: 1, partition: partition, key: key, value: value)
        }
        try ground.append(outbox, topics: topics)
        outbox.removeAll()
        for number in 0..<customers {
            put(number, shapes[number % shapes.count], into: &outbox, partitions)
            guard outbox.records.count == RestoreShop.outboxRecords else { continue }
            try ground.append(outbox, topics: topics)
            outbox.removeAll()
        }
        for partition in 0..<partitions { seal(fold, partition, ground.topology, into: &outbox) }
        try ground.append(outbox, topics: topics)
        try fold.rowsNow().publishRows { try ground.append($0, topics: [OutputTopic.productNeighbours.name]) }
    }

    /// The stream's name for a customer, `u` and at least six digits.
    private func put(_ number: Int, _ shape: [UInt8], into outbox: inout Outbox, _ partitions: Int32) {
        let digits = String(number)
        let start = outbox.bytes.count
        outbox.bytes.append("customer/u")
        outbox.bytes.append(String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
        let name = outbox.bytes.bytes(start + "customer/".utf8.count..<outbox.bytes.count)
        let partition = Hash.partition(of: name, among: partitions)
        let value = outbox.bytes.count
        outbox.bytes.append(shape)
        outbox.add(topic: 0, partition: partition, keyStart: start, valueStart: value)
    }

    /// What belongs to a partition as a whole, its checkpoint and its empty journal.
    private func seal(_ fold: EngineFold, _ partition: Int32, _ topology: Topology, into outbox: inout Outbox) {
        for (index, stage) in Stage.allCases.enumerated() {
            var value = ByteBuffer()
            let key = fold.encodePartition(stage, into: &value)
            let (name, record) = (value.bytes(0..<key), value.bytes(from: key))
            outbox.add(topic: Int32(index), partition: partition, key: name, value: record)
            let inputs = topology.inputs(of: stage)
            let offsets = inputs.map { _ in Int64(0) }
            value.removeAll()
            Checkpoint(
                shape: .settings(model: EngineConfiguration.modelFingerprint, EngineConfiguration().stateSettings),
                inputs: inputs,
                offsets: offsets
            )
            .encode(into: &value)
            outbox.add(topic: Int32(index), partition: partition, key: Bytes(Checkpoint.key), value: value.bytes())
            value.removeAll()
            Journal(writer: 0, inputs: inputs, base: offsets).encode(into: &value)
            outbox.add(topic: Int32(index), partition: partition, key: Bytes(Journal.key), value: value.bytes())
        }
    }

    // MARK: the day

    private func writeJournals(to ground: any BenchGround) throws {
        let topics = Stage.allCases.map { ground.topology.changelog(of: $0).name }
        var outbox = Outbox()
        for number in 0..<journals {
            let stage = Stage.allCases[number % 2]
            let inputs = ground.topology.inputs(of: stage)
            var value = ByteBuffer()
            Journal(writer: UInt64(number), inputs: inputs, base: inputs.map { _ in 0 }).encode(into: &value)
            outbox.add(
                topic: Int32(number % 2),
                partition: Int32(number / 2) % ground.topology.partitions,
                key: Bytes(Journal.key),
                value: value.bytes()
            )
            guard outbox.records.count == RestoreShop.outboxRecords else { continue }
            try ground.append(outbox, topics: topics)
            outbox.removeAll()
        }
        try ground.append(outbox, topics: topics)
    }

    private func writeDay(to ground: any BenchGround) throws {
        var stream = try BenchStream(plan(users: customers, events: events, after: 1))
        var buffer = ByteBuffer(capacity: 1 << 16)
        var outbox = Outbox()
        while true {
            buffer.removeAll()
            guard let event = stream.next(into: &buffer) else { break }
            let key = buffer.bytes(event.key)
            outbox.add(
                topic: event.topic == .reviews ? 1 : 0,
                partition: Hash.partition(of: key, among: ground.topology.partitions),
                timestamp: event.time,
                key: key,
                value: buffer.bytes(event.value)
            )
            guard outbox.records.count == RestoreShop.outboxRecords else { continue }
            try ground.append(outbox, topics: MemoryGround.inputs)
            outbox.removeAll()
        }
        try ground.append(outbox, topics: MemoryGround.inputs)
    }

    /// A line takes the memory over, folds the day, and is killed in the middle of a transaction: what it has folded
    /// since its last checkpoints is in its journals.
    private func foldDay(on ground: any BenchGround, _ settings: LineSettings) throws(Fault) {
        var own = settings
        own.name = RestoreTrial.name(settings, 0)
        own.checkpointInterval = 2_000
        let line = RestoreTrial.line(own, on: ground)
        defer { line.shut() }
        while line.counters.consumed.reduce(0, +) < UInt64(events) { _ = try line.turn() }
    }
}

extension Outcomes {
    /// The rows as records of their topic, a part at a time.
    func publishRows(_ send: (borrowing Outbox) throws -> Void) rethrows {
        let encoder = Encoder(version: Shopstream.version)
        var outbox = Outbox()
        for (number, row) in projections.enumerated() {
            let key = outbox.bytes.count
            if row.subject == .category { outbox.bytes.append("category:") }
            outbox.bytes.append(row.key)
            let value = outbox.bytes.count
            encoder.encode(row, entries: neighbours, into: &outbox.bytes)
            outbox.add(topic: 0, partition: 0, keyStart: key, valueStart: value)
            guard number % 10_000 == 9_999 else { continue }
            try send(outbox)
            outbox.removeAll()
        }
        try send(outbox)
    }
}

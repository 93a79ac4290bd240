import Events
import Logging
import Pipeline
import Testing
import Traffic

@testable import shopstream

/// A shop's topics in memory, with events in them, and lines that work them off.
final class ShopRig {
    let log = MemoryLog()
    let topology: Topology
    var settings = LineSettings()
    private var process: MemoryProcess
    private var writer: UInt64 = 0

    init(partitions: Int32 = 2, days: Int = 10, hasErasures: Bool = false) throws {
        let inputs = Topology.defaultInputs + (hasErasures ? [Topology.erasures] : [])
        for name in inputs + inputs.map(Topology.deadLetters) { log.createTopic(name, partitions: partitions) }
        for topic in OutputTopic.allCases {
            log.createTopic(topic.name, partitions: topic == .models ? 1 : partitions, compacted: topic.isCompacted)
        }
        topology = try Topology(inputs: inputs, existing: try log.topics())
        process = log.newIncarnation()
        settings.name = "rig-0"
        settings.untilEnd = true
        settings.checkpointInterval = 50
        settings.recordsPerPoll = 64
        if days > 0 { try fill(days) }
    }

    private func fill(_ days: Int) throws {
        var plan = ShopPlan(seed: 5, customers: 40, products: 20, eventsPerDay: 80, span: Int64(days) * EventTime.day)
        plan.poison = 0.01
        var shop = try PretendShop(plan)
        var buffer = ByteBuffer()
        while let event = shop.next(into: &buffer) {
            defer { buffer.removeAll() }
            guard event.topic != .catalog else { continue }
            let key = buffer.bytes(event.key)
            try log.append(
                event.topic.name.text,
                Hash.partition(of: key, among: topology.partitions),
                key: key,
                value: buffer.bytes(event.value),
                timestamp: event.time
            )
        }
    }

    /// Runs a line until everything is handled; the process ends with it.
    func runToEnd() throws {
        process = log.newIncarnation()
        writer += 1
        let line = Line(
            cluster: process,
            topology: topology,
            settings: settings,
            clock: WallClock { [log] in log.now },
            writer: writer,
            log: Logger(label: "rig") { _ in SwiftLogNoOpLogHandler() }
        )
        defer { line.shut(leaving: true) }
        for _ in 0..<5_000 {
            let goesOn = try line.turn()
            log.advance(by: 7)
            if goesOn { continue }
            if line.hasDrained { return }
            line.stop()
        }
        Issue.record("the line does not end")
    }

    /// The customer asks to be forgotten, with everything there is.
    func erase(_ customer: String) throws {
        let time = EventTime.day * 30_000
        try log.append(
            Topology.erasures,
            Array(customer.utf8).withUnsafeBytes { Hash.partition(of: Bytes($0), among: topology.partitions) },
            key: customer,
            value: "{\"event\":\"User Deleted\",\"userId\":\"\(customer)\"}",
            timestamp: time
        )
    }

    /// How often something was recommended to the customer.
    func lists(for customer: String) throws -> Int {
        try log.records(in: OutputTopic.recommendations.name).count { $0.keyText == customer && $0.value != nil }
    }

    var survey: ResetSurvey {
        get throws {
            var survey = ResetSurvey()
            for partition in topology.subscribed { survey.bounds[partition] = try log.bounds(of: partition) }
            survey.committed = log.offsets(of: settings.group)
            return survey
        }
    }

    /// Resets as the verb does, in a process of its own. Somebody else's member does its part meanwhile.
    func reset(
        _ target: ResetTarget,
        on process: MemoryProcess? = nil,
        beside other: OtherMember? = nil
    ) throws -> Int {
        let plan = try ResetPlan(target, topology, try survey)
        let clock = WallClock { [log] in
            log.advance(by: 1)
            other?.poll()
            return log.now
        }
        return try StateEraser(process ?? log.newIncarnation(), topology, settings, plan, clock: clock).run()
    }

    /// The last value of every key of a changelog, advice excepted (the last four bytes of customers and products).
    func state(_ topic: OutputTopic) throws -> [String: [UInt8]] {
        var state: [String: [UInt8]] = [:]
        for record in try log.records(in: topic.name) {
            guard let key = record.keyText, key.contains("/") else { continue }
            state["\(record.place.partition) \(key)"] = record.value.map {
                key.hasPrefix("model/") ? $0 : $0.dropLast(4)
            }
        }
        return state
    }
}

/// A member of the group that is alive and does what a member does.
///
/// `@unchecked Sendable`: a test uses it on one thread.
final class OtherMember: @unchecked Sendable {
    private let inlet: any Inlet
    private var records: [Record] = []

    init(_ process: MemoryProcess, _ rig: ShopRig) throws {
        inlet = try process.makeInlet(
            Subscription(group: rig.settings.group, instance: "other-0", topics: rig.topology.subscription)
        )
        for _ in 0..<10 { poll() }
    }

    func poll() {
        records.removeAll()
        guard let polled = try? inlet.poll(into: &records, limit: 1, wait: 0) else { return }
        if case .revoked(let partitions) = polled.change { try? inlet.release(assignment: partitions) }
    }
}

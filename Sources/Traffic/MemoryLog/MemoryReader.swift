import Glibc
import Pipeline

/// A port's way to the cluster: to which process it belongs, and whether it is still of use.
struct PortSeat {
    let log: MemoryLog
    let process: Int
    /// Thrown by every call once the port is lost.
    var broken: Fault?

    /// Begins a call: refuses the dead and the broken, counts the step and says which fault strikes it.
    @inline(__always)
    func enter(_ step: FaultPlan.Step, doing: String, _ broker: inout Broker) throws(Fault) -> FaultEffect? {
        try broker.requireAlive(process, doing: doing)
        if let broken { throw broken }
        guard let kind = broker.steps.next(step) else { return nil }
        let effect = FaultEffect(kind, at: step)
        if effect == .gone {
            broker.kill(process)
            throw .processGone(doing: doing)
        }
        return effect
    }

    /// Keeps the fault, so that every later call throws it too.
    mutating func breaks(with fault: Fault) -> Fault {
        broken = fault
        return fault
    }
}

/// What reader and inlet have in common.
protocol MemoryFetching: Fetching {
    var seat: PortSeat { get set }
    var session: FetchSession { get set }
    /// The fault of a port whose name was taken over.
    func fencedFault(doing: String) -> Fault
    /// Refuses a call that the cluster would refuse this member.
    func admit(_ broker: Broker, doing: String) throws(Fault)
    /// Refuses positions outside of what the port owns.
    func admit(_ positions: [TopicPartition: Int64]) throws(Fault)
    /// One look at the cluster, under the lock.
    func look(_ broker: inout Broker, _ records: inout [Record], _ limit: Int) throws(Fault) -> Polled
}

extension MemoryFetching {
    var topics: [String] { session.names }

    /// Makes a call as one step; the faults that can strike it come before its effect.
    func call<Result: Sendable>(
        _ step: FaultPlan.Step,
        doing: String,
        _ body: (inout Broker) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        try seat.log.locked { (broker) throws(Fault) in
            switch try seat.enter(step, doing: doing, &broker) {
            case nil: break
            case .broken: throw seat.breaks(with: .injectedBreak(doing: doing))
            case .fenced: throw seat.breaks(with: fencedFault(doing: doing))
            default: throw .injectedRetry(doing: doing)
            }
            return try body(&broker)
        }
    }

    func fetch(from positions: [TopicPartition: Int64]) throws(Fault) {
        try call(.fetch, doing: "fetching from new positions") { (broker) throws(Fault) in
            try admit(broker, doing: "fetching from new positions")
            try admit(positions)
            try session.start(from: positions)
        }
    }

    func poll(into records: inout [Record], limit: Int, wait: Int32) throws(Fault) -> Polled {
        session.letGo()
        let before = records.count
        var polled = try call(.poll, doing: "polling") { (broker) throws(Fault) in
            try look(&broker, &records, limit)
        }
        var naps = seat.log.options.waits ? wait * 2 : 0
        while naps > 0, records.count == before, polled.change == nil, polled.ended.isEmpty {
            usleep(500)
            naps -= 1
            polled = try seat.log.locked { (broker) throws(Fault) in
                try broker.requireAlive(seat.process, doing: "polling")
                return try look(&broker, &records, limit)
            }
        }
        return polled
    }

    func bounds(of partitions: [TopicPartition]) throws(Fault) -> [TopicPartition: LogBounds] {
        try call(.bounds, doing: "asking for the bounds") { (broker) throws(Fault) in
            try admit(broker, doing: "asking for the bounds")
            return try session.bounds(of: partitions)
        }
    }

    /// Under the lock, as the segment's list of headers may grow.
    func headers(of record: Record) -> [Header] { seat.log.locked { _ in session.headers(of: record) } }
    func lastKnownEnd(of partition: TopicPartition) -> Int64? { session.lastKnownEnd(of: partition) }

    func endUse() {
        session.stop()
        session.letGo()
        seat.broken = .state(doing: "using a closed port", "make a new one")
    }
}

/// A reader outside of any group.
final class MemoryReader: MemoryFetching {
    var seat: PortSeat
    var session: FetchSession

    init(_ seat: PortSeat, _ topics: [TopicLog], isolation: MemoryLog.Isolation) {
        self.seat = seat
        session = FetchSession(topics, seat.log.options, isolation: isolation)
    }

    func fencedFault(doing: String) -> Fault { .injectedBreak(doing: doing) }
    func admit(_ broker: Broker, doing: String) throws(Fault) {}
    func admit(_ positions: [TopicPartition: Int64]) throws(Fault) {}

    func look(_ broker: inout Broker, _ records: inout [Record], _ limit: Int) throws(Fault) -> Polled {
        var polled = Polled()
        try session.collect(into: &records, limit: limit, &polled)
        return polled
    }

    func close() { endUse() }
}

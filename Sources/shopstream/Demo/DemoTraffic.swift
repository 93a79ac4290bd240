import Events
import Foundation
import Kafka
import Pipeline
import Traffic

/// The pretend shop's thread: publishes at its pace until the span is over or somebody stops it.
///
/// The embedded cluster keeps 5 MiB a partition, so the shop waits while the line is far behind.
final class DemoTraffic: Sendable {
    static let partitions: Int32 = 4
    /// Records that may wait: some 2 MiB a partition.
    private static let mostWaiting: Int64 = 20_000

    private let cluster: KafkaCluster
    private let plan: DemoPlan
    private let board: DemoBoard
    private let isGraded: Bool
    private let waiting: @Sendable () -> Int64
    private let isStopping = StopFlag()

    /// - Parameter waiting: records that the line has still to read.
    init(
        _ cluster: KafkaCluster,
        _ plan: DemoPlan,
        _ board: DemoBoard,
        isGraded: Bool,
        waiting: @escaping @Sendable () -> Int64
    ) {
        self.cluster = cluster
        self.plan = plan
        self.board = board
        self.isGraded = isGraded
        self.waiting = waiting
    }

    func start() {
        let thread = Thread { self.run() }
        thread.name = "shop"
        thread.start()
    }

    func stop() { isStopping.set() }

    private func run() {
        do {
            let producer = try KafkaProducer(cluster, topics: ShopTopic.allCases.map { "\($0.name)" })
            try publish(with: producer)
            while try !producer.flush(wait: 500), !isStopping.isSet {}
            producer.close()
        } catch {
            board.update { $0.fault = "\(error)" }
        }
        board.update { $0.isSoldOut = true }
    }

    private func publish(with producer: KafkaProducer) throws {
        var shop = try PretendShop(plan.shop)
        var buffer = ByteBuffer(capacity: 4_096)
        let pace = Pace(factor: plan.speed, eventStart: plan.shop.start, wallStart: Clock.monotonic())
        var count = 0
        while let event = shop.next(into: &buffer), !isStopping.isSet {
            wait(until: event.time, pace)
            if count & 255 == 0 { waitForLine() }
            try send(event, buffer, with: producer)
            note(event, shop.lastOrder)
            buffer.removeAll()
            count += 1
        }
    }

    private func wait(until time: EventTime, _ pace: Pace) {
        while !isStopping.isSet {
            let ahead = pace.wait(before: time, at: Clock.monotonic())
            if ahead <= 0 { return }
            Clock.sleep(milliseconds: min(ahead, 20))
        }
    }

    private func waitForLine() {
        while waiting() > DemoTraffic.mostWaiting, !isStopping.isSet { Clock.sleep(milliseconds: 10) }
    }

    private func send(_ event: ShopEvent, _ buffer: borrowing ByteBuffer, with producer: KafkaProducer) throws(Fault) {
        let key = buffer.bytes(event.key)
        try producer.send(
            topic: Int(event.topic.rawValue),
            partition: Hash.partition(of: key, among: DemoTraffic.partitions),
            key: key,
            value: buffer.bytes(event.value),
            timestamp: event.time
        )
    }

    /// Tells the grader of orders, and the clock of what was sent when.
    private func note(_ event: ShopEvent, _ order: PlacedOrder) {
        let now = Clock.monotonicNanoseconds() / 1_000
        board.update { state in
            state.sent += 1
            state.eventTime = event.time
            if event.isRedelivery { return }
            state.marks.add(event.time, sent: now)
            if isGraded, event.kind == .orderCompleted {
                state.grader.order(customer: order.customer, products: order.products, at: order.time)
            }
        }
    }
}

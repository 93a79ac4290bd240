import Events
import Traffic

/// Takes events from the shop, waits until each is due, and hands them to the sink.
struct Generator {
    private let plan: GeneratePlan
    private let source: any EventSource
    private let sink: any EventSink
    private let stop: StopFlag
    private let pace: Pace?
    private let wallStart = Clock.monotonic()
    private(set) var count = 0
    private(set) var bytes = 0
    private var latest: EventTime
    /// Rows of the catalogue, which are no events: they neither count nor are they held back by a rate.
    private(set) var rows = 0

    init(_ plan: GeneratePlan, _ sink: any EventSink, _ stop: StopFlag) throws {
        self.plan = plan
        self.stop = stop
        self.sink = sink
        switch plan.shop {
        case .pretend(let shop): source = try ShopSource(shop)
        case .bench(let bench): source = try BenchSource(bench)
        }
        latest = plan.start
        pace =
            if case .lapse(let factor) = plan.tempo {
                Pace(factor: factor, eventStart: plan.start, wallStart: wallStart)
            } else { nil }
    }

    /// Until the shop closes, enough is made, or somebody says stop.
    mutating func run(_ report: (borrowing Generator) -> Void) throws {
        var buffer = ByteBuffer(capacity: 1 << 16)
        while count < plan.limit, let event = source.next(into: &buffer) {
            guard wait(for: event) else { break }
            if try sink.put(event, buffer) { note(event) }
            buffer.removeAll()
            if count & 255 == 0 { report(self) }
        }
        try sink.finish()
    }

    private mutating func note(_ event: ShopEvent) {
        guard event.topic != .catalog else { return rows += 1 }
        count += 1
        bytes += event.value.count
        latest = event.time
    }

    /// False when it is time to stop.
    private func wait(for event: ShopEvent) -> Bool {
        while true {
            let now = Clock.monotonic()
            if stop.isSet || now - wallStart >= plan.wallLimit { return false }
            let ahead = due(event, now)
            if ahead <= 0 { return true }
            Clock.sleep(milliseconds: min(ahead, 50))
        }
    }

    /// Ms until the event is due.
    private func due(_ event: ShopEvent, _ now: Int64) -> Int64 {
        switch plan.tempo {
        case .fast: 0
        case .rate(let rate): event.topic == .catalog ? 0 : Int64(Double(count) * 1_000 / rate) - (now - wallStart)
        case .lapse: pace?.wait(before: event.time, at: now) ?? 0
        }
    }

    /// Of the work, by whatever ends it first; nil when nobody knows.
    var share: Double {
        let passed = Double(Clock.monotonic() - wallStart)
        return max(
            Double(count) / Double(plan.limit),
            passed / Double(plan.wallLimit),
            Double(latest - plan.start) / Double(plan.span)
        )
    }

    var summary: String {
        let seconds = Double(Clock.monotonic() - wallStart) / 1_000
        let rate = Int(Double(count) / max(0.001, seconds))
        let catalogue = rows > 0 ? " and \(rows.counted("row")) of the catalogue" : ""
        return
            "\(count.counted("event"))\(catalogue), \(ByteStyle.text(Int64(bytes))), \(TimeStyle.text(plan.start)) to "
            + "\(TimeStyle.text(latest)), in \(seconds.fixed(2)) s (\(rate.grouped)/s)"
    }
}

/// Where events come from.
protocol EventSource: AnyObject {
    func next(into buffer: inout ByteBuffer) -> ShopEvent?
}

final class ShopSource: EventSource {
    private var shop: PretendShop

    init(_ plan: ShopPlan) throws(UnfitPlan) { shop = try PretendShop(plan) }

    func next(into buffer: inout ByteBuffer) -> ShopEvent? { shop.next(into: &buffer) }
}

final class BenchSource: EventSource {
    private var stream: BenchStream

    init(_ plan: BenchPlan) throws(UnfitPlan) { stream = try BenchStream(plan) }

    func next(into buffer: inout ByteBuffer) -> ShopEvent? { stream.next(into: &buffer) }
}

import Events
import Traffic

/// Where a record lies on the tape, and when it was made.
struct TapeRecord: BitwiseCopyable {
    var page: Int32
    var start: Int32
    var keyCount: Int32
    var valueCount: Int32
    var time: EventTime
    var isReview: Bool
}

/// A stream of events in memory, to be played as often as one likes.
final class BenchTape {
    private final class Page {
        var bytes = ByteBuffer(capacity: Page.size)
        static let size = 4 << 20
    }

    private var pages: [Page] = []
    private(set) var records: [TapeRecord] = []

    init(_ plan: BenchPlan) throws {
        var stream = try BenchStream(plan)
        records.reserveCapacity(plan.clicks + plan.reviews)
        while record(&stream) {}
    }

    private func record(_ stream: inout BenchStream) -> Bool {
        if pages.last.map({ $0.bytes.count > Page.size - 8_192 }) ?? true { pages.append(Page()) }
        let page = pages[pages.count - 1]
        guard let event = stream.next(into: &page.bytes) else { return false }
        records.append(
            TapeRecord(
                page: Int32(pages.count - 1),
                start: Int32(event.key.lowerBound),
                keyCount: Int32(event.key.count),
                valueCount: Int32(event.value.count),
                time: event.time,
                isReview: event.topic == .reviews
            )
        )
        return true
    }

    func key(_ record: TapeRecord) -> Bytes {
        Bytes(start: pages[Int(record.page)].bytes.base + Int(record.start), count: Int(record.keyCount))
    }

    func value(_ record: TapeRecord) -> Bytes {
        let start = Int(record.start) + Int(record.keyCount)
        return Bytes(start: pages[Int(record.page)].bytes.base + start, count: Int(record.valueCount))
    }

    /// Mean length of the first `count` values.
    func meanBytes(_ count: Int) -> Double {
        let total = records.prefix(count).reduce(0) { $0 + Int($1.valueCount) }
        return Double(total) / Double(max(1, min(count, records.count)))
    }
}

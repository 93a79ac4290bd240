import Events

/// Copies of records that will be published a second time, as producers do when an answer got lost.
///
/// At most ``room`` copies wait at once (about 330 bytes each, 22 MB); beyond that a record is simply not delivered
/// twice.
struct Redeliveries {
    static let room = 1 << 16

    private var bytes: [[UInt8]] = []
    private var events: [ShopEvent] = []
    private var free: [Int] = []

    /// Keeps a copy of the record in the pen and answers its place.
    mutating func keep(_ event: ShopEvent, _ record: Bytes) -> Int? {
        if let place = free.popLast() {
            bytes[place].removeAll(keepingCapacity: true)
            bytes[place].append(contentsOf: record.buffer)
            events[place] = event
            return place
        }
        guard events.count < Redeliveries.room else { return nil }
        bytes.append(record.array)
        events.append(event)
        return events.count - 1
    }

    /// Writes the copy out and gives its place back.
    mutating func release(_ place: Int, at time: EventTime, into buffer: inout ByteBuffer) -> ShopEvent {
        var event = events[place]
        let start = buffer.count
        buffer.append(bytes[place])
        let keyCount = event.key.count
        event.key = start..<start + keyCount
        event.value = start + keyCount..<buffer.count
        event.time = time
        event.isRedelivery = true
        free.append(place)
        return event
    }
}

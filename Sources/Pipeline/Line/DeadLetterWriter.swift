import Crypto
public import Events

/// Writes a record that could not be used to the dead-letter topic of its input: byte for byte as it came, with what
/// was wrong and where it stood in headers.
///
/// One that the topic would refuse goes as its beginning, its size and its SHA-256: where it came from can be told, and
/// whether another copy is the same. So does one that is given up because it is too large (``Rejection/tooLarge``).
public struct DeadLetterWriter {
    private typealias Name = DeadLetter.Name

    /// Bytes of the value that are kept when the whole is too large.
    static let head = 64 << 10
    /// Longest key, and bytes of headers, that are kept then.
    private static let keptKey = 4 << 10
    private static let keptHeaders = 16 << 10
    let record: Record
    let reason: Rejection
    let topic: String
    let group: String
    /// As received.
    let headers: [Header]

    /// - Parameters:
    ///   - topic: where the record stood.
    ///   - group: who gives it up.
    ///   - headers: the record's own, as received.
    public init(record: Record, reason: Rejection, topic: String, group: String, headers: [Header]) {
        self.record = record
        self.reason = reason
        self.topic = topic
        self.group = group
        self.headers = headers
    }

    /// - Parameters:
    ///   - index: the dead-letter topic, as the outlet counts its topics.
    ///   - room: bytes that the dead-letter topic takes in one record.
    /// - Returns: the reason that the dead letter gives.
    @discardableResult
    public func write(into outbox: inout Outbox, topic index: Int32, partition: Int32, room: Int) -> Rejection {
        let given = given(in: room)
        if given == .tooLarge {
            writeBeginning(into: &outbox, index, partition, room)
        } else {
            add(to: &outbox, index, partition, key: record.key, value: record.value, headers + origin(given))
        }
        return given
    }

    /// The reason that the dead letter gives in a topic that takes so many bytes in one record.
    public func given(in room: Int) -> Rejection { frame + record.value.count <= room ? reason : .tooLarge }

    /// Bytes that it takes beside the value.
    var frame: Int {
        RecordSize.most(key: record.key, value: .none, headers) + RecordSize.of(origin(reason))
    }

    private func writeBeginning(into outbox: inout Outbox, _ index: Int32, _ partition: Int32, _ room: Int) {
        let key = record.key.count <= DeadLetterWriter.keptKey ? record.key : .none
        let told =
            keptHeaders + origin(.tooLarge) + [
                Header(Name.cause, "\(reason.code)"),
                Header(Name.keyBytes, String(record.key.count)),
                Header(Name.headerCount, String(headers.count)),
                Header(Name.valueBytes, String(record.value.count)),
                Header(Name.digest, DeadLetterWriter.hexadecimal(SHA256.hash(data: record.value.raw))),
            ]
        let rest = room - RecordSize.most(key: key, value: .none, told)
        let count = min(record.value.count, DeadLetterWriter.head, max(0, rest))
        let value = record.value.isMissing ? record.value : Bytes(start: record.value.start, count: count)
        add(to: &outbox, index, partition, key: key, value: value, told)
    }

    /// All of them, or of too many only how often the record was sent back.
    private var keptHeaders: [Header] {
        if RecordSize.of(headers) <= DeadLetterWriter.keptHeaders { return headers }
        return headers.filter { $0.name == Name.replays && ($0.value?.count ?? 0) < 20 }.suffix(1)
    }

    private func add(
        to outbox: inout Outbox,
        _ index: Int32,
        _ partition: Int32,
        key: Bytes,
        value: Bytes,
        _ headers: [Header]
    ) {
        outbox.add(
            topic: index,
            partition: partition,
            timestamp: record.timestamp,
            key: key,
            value: value,
            headers: headers
        )
    }

    private func origin(_ reason: Rejection) -> [Header] {
        DeadLetter.headers(record, of: topic, reason, group: group)
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        digest.map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }
}

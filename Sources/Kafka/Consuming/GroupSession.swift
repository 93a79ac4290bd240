import CRdkafka
import Events
import Pipeline

/// The group's metadata as of one assignment, and the consumer that it belongs to.
///
/// `@unchecked Sendable`: the metadata is never changed, and the weak reference is safe from any thread.
final class GroupSession: @unchecked Sendable {
    let metadata: OpaquePointer
    /// For the plain offset commit on clusters that do not store transactional offsets.
    private(set) weak var consumer: Client?

    private init(_ metadata: OpaquePointer, _ consumer: Client) {
        self.metadata = metadata
        self.consumer = consumer
    }

    deinit { rd_kafka_consumer_group_metadata_destroy(metadata) }

    /// Taken in the assign callback, before the assignment is accepted: until then the generation cannot move on.
    static func capture(_ consumer: Client) -> Membership? {
        guard let metadata = rd_kafka_consumer_group_metadata(consumer.handle) else { return nil }
        let session = GroupSession(metadata, consumer)
        guard let (memberId, generation) = session.identity else { return nil }
        return Membership(memberId: memberId, generation: generation, handle: session)
    }

    /// 2.0.2 has no getters; the serialised form does: `CGMDv2:`, the generation, then group and member, each up to a
    /// NUL.
    private var identity: (memberId: String, generation: Int32)? {
        var buffer: UnsafeMutableRawPointer?
        var count = 0
        if let error = rd_kafka_consumer_group_metadata_write(metadata, &buffer, &count) {
            rd_kafka_error_destroy(error)
            return nil
        }
        guard let buffer else { return nil }
        defer { rd_kafka_mem_free(nil, buffer) }
        return Self.parse(Array(UnsafeRawBufferPointer(start: buffer, count: count)))
    }

    static func parse(_ bytes: [UInt8]) -> (memberId: String, generation: Int32)? {
        let magic = Array("CGMDv2:".utf8)
        guard bytes.starts(with: magic), bytes.count > magic.count + 4 else { return nil }
        let generation = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: magic.count, as: Int32.self) }
        let names = bytes[(magic.count + 4)...].split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard names.count == 3 else { return nil }
        return (String(decoding: names[1], as: UTF8.self), generation)
    }
}

import CRdkafka
import Pipeline

/// A librdkafka client and all that its callbacks reach, with one end: the handle is destroyed, which joins its
/// threads, before anything the threads could touch is let go.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from every thread, and nothing here changes.
final class Client: @unchecked Sendable {
    enum Kind { case consumer, producer }

    let handle: OpaquePointer
    let reports: Reports
    let name: String
    private let kind: Kind

    init(_ kind: Kind, _ pairs: [(key: String, value: String)], reports: Reports) throws(Fault) {
        let conf = try Self.configuration(kind, pairs, reports)
        var reason = [CChar](repeating: 0, count: 512)
        let type = kind == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        guard let handle = rd_kafka_new(type, conf, &reason, reason.count) else {
            rd_kafka_conf_destroy(conf)
            throw Self.refused(reports.scrubbed(Text.of(reason)))
        }
        self.handle = handle
        self.reports = reports
        self.kind = kind
        name = String(cString: rd_kafka_name(handle))
        if kind == .consumer { rd_kafka_poll_set_consumer(handle) }
        if reports.givesTokens, let error = rd_kafka_sasl_background_callbacks_enable(handle) {
            throw KafkaFault(consuming: error, .connecting).fault
        }
    }

    deinit {
        ClientGrave(handle, reports, limit: kind == .consumer ? 10_000 : nil, name).fill()
        reports.board.withdraw(name)
    }

    /// Serves callbacks, waiting up to `wait` ms for the first.
    func serve(wait: Int32 = 0) { _ = rd_kafka_poll(handle, wait) }

    /// The fault behind a `_FATAL`, or behind any call once the client has raised a fatal error.
    func fatal(_ operation: Operation) -> Fault? {
        var reason = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(handle, &reason, reason.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return KafkaFault(code: code, operation: operation, isFatal: true, wasAway: reports.board.wasAway).fault
    }

    /// A transaction that cannot go on often says no more than that; the first record that was not delivered says why.
    func explained(_ fault: KafkaFault) -> KafkaFault {
        var fault = fault
        fault.wasAway = reports.board.wasAway
        guard !fault.isFatal, fault.requiresAbort || fault.code == RD_KAFKA_RESP_ERR__STATE else { return fault }
        serve(wait: 100)
        guard let cause = reports.takeFailures().first else { return fault }
        var explained = fault
        explained.code = cause.code
        explained.subject = cause.topic ?? fault.subject
        return explained
    }

    private static func configuration(
        _ kind: Kind,
        _ pairs: [(key: String, value: String)],
        _ reports: Reports
    ) throws(Fault) -> OpaquePointer {
        let conf: OpaquePointer = rd_kafka_conf_new()
        for (key, value) in pairs {
            if let complaint = Settable.set(conf, key, value, hiding: Redaction.isSecret(key)) {
                rd_kafka_conf_destroy(conf)
                throw refused(complaint)
            }
        }
        reports.install(on: conf)
        if reports.givesTokens { reports.installTokens(on: conf) }
        if Self.verifies(pairs) { reports.installCertificates(on: conf) }
        if kind == .consumer { reports.installRebalances(on: conf) } else { reports.installDeliveries(on: conf) }
        return conf
    }

    private static func verifies(_ pairs: [(key: String, value: String)]) -> Bool {
        let last = Dictionary(pairs.map { ($0.key, $0.value.lowercased()) }, uniquingKeysWith: { $1 })
        return last["security.protocol"]?.hasSuffix("ssl") == true
            && last["enable.ssl.certificate.verification"] != "false"
    }

    private static func refused(_ reason: String) -> Fault {
        Fault(
            .stop(exitCode: Fault.Exit.configuration),
            code: "_INVALID_ARG",
            doing: "configuring Kafka",
            remedy: reason
        )
    }
}

enum Text {
    /// The characters up to the NUL.
    static func of(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// As much as fits, with the NUL.
    static func put(_ text: String, into buffer: UnsafeMutableBufferPointer<CChar>) {
        guard buffer.count > 0 else { return }
        let bytes = text.utf8.prefix(buffer.count - 1)
        for (index, byte) in bytes.enumerated() { buffer[index] = CChar(bitPattern: byte) }
        buffer[bytes.count] = 0
    }
}

/// Milliseconds of the monotonic clock, for waits that must end.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(in milliseconds: Int32) { end = .now + .milliseconds(Int(milliseconds)) }

    /// What is left, never below zero.
    var remaining: Int32 {
        let left = ContinuousClock.now.duration(to: end).components
        return Int32(clamping: max(0, left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000))
    }

    var isOver: Bool { remaining == 0 }
}

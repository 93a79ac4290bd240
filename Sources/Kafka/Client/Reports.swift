import CRdkafka
import Logging
import Pipeline
import Synchronization

/// The latest statistics of every client, as librdkafka's JSON, for metrics to read from another thread.
final class StatisticsBoard: Sendable {
    private let latest = Mutex<[String: String]>([:])

    func post(_ json: String, of client: String) { latest.withLock { $0[client] = json } }
    func withdraw(_ client: String) { _ = latest.withLock { $0.removeValue(forKey: client) } }
    var all: [String: String] { latest.withLock { $0 } }
}

/// Everything that librdkafka's callbacks reach. One per client, which owns it and outlives every callback.
///
/// `@unchecked Sendable`: `onRebalance` is set once before the client subscribes and called only on the thread that
/// polls; all else is constant or behind the lock.
final class Reports: @unchecked Sendable {
    typealias Rebalance = (OpaquePointer, rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) ->
        Void

    /// What failed on the way out since the last question.
    struct Failures {
        var count = 0
        var first: rd_kafka_resp_err_t?
    }

    let logger: Logger
    let board: StatisticsBoard
    var onRebalance: Rebalance?
    private let failures = Mutex(Failures())
    private let refusal = Mutex<rd_kafka_resp_err_t?>(nil)

    init(logger: Logger, board: StatisticsBoard) {
        self.logger = logger
        self.board = board
    }

    /// Delivery failures since the last call.
    func takeFailures() -> Failures {
        failures.withLock { failures in
            defer { failures = Failures() }
            return failures
        }
    }

    /// The cluster refused our credentials; librdkafka goes on trying, we don't.
    func checkRefusal(_ operation: Operation) throws(Fault) {
        guard let code = refusal.withLock({ $0 }) else { return }
        throw KafkaFault(code: code, operation: operation).fault
    }

    func warn(_ text: String) { logger.warning("\(text)") }

    fileprivate func failed(_ code: rd_kafka_resp_err_t, detail: String) {
        switch code {
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            refusal.withLock { $0 = code }
            logger.error("\(detail)")
        case RD_KAFKA_RESP_ERR__FATAL:
            logger.error("\(detail)")
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE:
            logger.info("\(detail)")
        default:
            logger.warning("\(detail)")
        }
    }

    /// Purged records are those of a transaction that we gave up ourselves.
    fileprivate func undelivered(_ code: rd_kafka_resp_err_t) {
        if code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT { return }
        failures.withLock { failures in
            failures.count += 1
            failures.first = failures.first ?? code
        }
    }
}

extension Reports {
    private static func of(_ client: OpaquePointer?) -> Reports? {
        guard let opaque = client.flatMap(rd_kafka_opaque) else { return nil }
        return Unmanaged<Reports>.fromOpaque(opaque).takeUnretainedValue()
    }

    private static func of(_ opaque: UnsafeMutableRawPointer?) -> Reports? {
        opaque.map { Unmanaged<Reports>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Points the callbacks of a configuration here.
    func install(on conf: OpaquePointer) {
        rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(conf) { client, level, facility, text in
            guard let facility, let text else { return }
            Reports.of(client)?.log(level, String(cString: facility), String(cString: text))
        }
        rd_kafka_conf_set_error_cb(conf) { _, code, detail, opaque in
            Reports.of(opaque)?.failed(rd_kafka_resp_err_t(code), detail: detail.map { String(cString: $0) } ?? "")
        }
        rd_kafka_conf_set_stats_cb(conf) { client, json, count, opaque in
            guard let client, let json, let reports = Reports.of(opaque) else { return 0 }
            let text = String(decoding: UnsafeRawBufferPointer(start: json, count: count), as: UTF8.self)
            reports.board.post(text, of: String(cString: rd_kafka_name(client)))
            return 0
        }
        rd_kafka_conf_set_throttle_cb(conf) { _, broker, _, milliseconds, opaque in
            guard milliseconds > 0, let broker else { return }
            Reports.of(opaque)?.logger.info("broker \(String(cString: broker)) throttles by \(milliseconds) ms")
        }
    }

    /// Failed deliveries only: with `delivery.report.only.error` a success costs nothing.
    func installDeliveries(on conf: OpaquePointer) {
        rd_kafka_conf_set_dr_msg_cb(conf) { _, message, opaque in
            guard let message, message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            Reports.of(opaque)?.undelivered(message.pointee.err)
        }
    }

    func installRebalances(on conf: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(conf) { client, code, partitions, opaque in
            guard let client, let partitions else { return }
            Reports.of(opaque)?.onRebalance?(client, code, partitions)
        }
    }

    private func log(_ level: Int32, _ facility: String, _ text: String) {
        let levels: [Logger.Level] = [.critical, .critical, .critical, .error, .warning, .notice, .info, .debug]
        let loud = levels[Int(min(max(level, 0), 7))]
        logger.log(level: Reports.chatter.contains(facility) ? .debug : loud, "\(facility): \(text)")
    }

    /// What librdkafka warns of and mends by itself, many times a second: a coordinator that is still loading, and old
    /// brokers that cannot be told not to create topics (we check that they exist).
    private static let chatter: Set = ["GETPID", "AUTOCREATE"]
}

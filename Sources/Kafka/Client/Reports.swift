import CRdkafka
import Logging
import Pipeline
import Synchronization

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
        var first: (code: rd_kafka_resp_err_t, topic: String?)?
    }

    let board: ClusterBoard
    private let logger: Logger
    private let credentials: Credentials
    var onRebalance: Rebalance?
    private let failures = Mutex(Failures())

    init(logger: Logger, board: ClusterBoard, credentials: Credentials = .none) {
        self.logger = logger
        self.board = board
        self.credentials = credentials
    }

    /// Whether librdkafka has to ask us for tokens.
    var givesTokens: Bool { credentials.tokens != nil }

    /// The text without our secrets.
    func scrubbed(_ text: String) -> String { credentials.scrubbed(text) }

    /// Delivery failures since the last call.
    func takeFailures() -> Failures {
        failures.withLock { failures in
            defer { failures = Failures() }
            return failures
        }
    }

    /// The cluster refuses our credentials; librdkafka goes on trying.
    func checkRefusal(_ operation: Operation) throws(Fault) {
        guard var fault = board.refusal() else { return }
        fault.doing = operation.rawValue
        throw fault
    }

    /// The same with what is known of why no broker answers.
    func explained(_ fault: Fault) -> Fault {
        let reason = board.lastReason ?? "no broker answers"
        var explained = fault
        explained.remedy = "\(reason); \(fault.remedy ?? "check bootstrap.servers and security.protocol")"
        return explained
    }

    func warn(_ text: String) { say(.warning, text) }

    /// Errors of connections come a second time as log lines; here they are remembered.
    fileprivate func failed(_ code: rd_kafka_resp_err_t, detail: String) {
        let detail = Reports.brief(credentials.scrubbed(detail))
        switch code {
        case _ where detail.hasPrefix(Reports.tokenFailure):
            // Connections outlive their token, so there is time; librdkafka asks again in ten seconds.
            board.note(detail)
            say(.error, detail)
        case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
            refuse(code, detail)
        case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__SSL:
            board.note(detail)
            logger.debug("\(detail)")
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
            logger.debug("\(detail)")
        case RD_KAFKA_RESP_ERR__FATAL:
            say(.error, detail)
        default:
            say(.warning, detail)
        }
    }

    /// Without how long it took: the same words are then the same message.
    private static func brief(_ detail: String) -> String {
        detail.firstRange(of: " (after ").map { String(detail[..<$0.lowerBound]) } ?? detail
    }

    private static let tokenFailure = "Failed to acquire SASL OAUTHBEARER token"

    private func refuse(_ code: rd_kafka_resp_err_t, _ detail: String) {
        var fault = KafkaFault(code: code, operation: .connecting).fault
        let ours = givesTokens ? "the token, and what the broker expects of it" : "sasl.username and sasl.password"
        fault.remedy = "\(detail); check sasl.mechanism and \(ours)"
        board.note(detail)
        board.refuse(fault)
        say(.error, fault.remedy ?? detail)
    }

    /// The one answer to a certificate that OpenSSL does not trust is no. We remember why.
    fileprivate func distrust(_ error: Int32, of broker: String) -> String {
        let reason = "\(broker): \(CertificateError.reason(error))"
        var fault = KafkaFault(code: RD_KAFKA_RESP_ERR__SSL, operation: .connecting).fault
        fault.remedy = reason
        board.refuse(fault)
        return reason
    }

    private func say(_ level: Logger.Level, _ text: String) {
        let text = credentials.scrubbed(text)
        guard let passed = board.chatter.pass(text) else { return logger.debug("\(text)") }
        logger.log(level: level, "\(passed)")
    }

    /// Purged records are those of a transaction that we gave up ourselves.
    fileprivate func undelivered(_ code: rd_kafka_resp_err_t, _ topic: String?) {
        if code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT { return }
        failures.withLock { failures in
            failures.count += 1
            failures.first = failures.first ?? (code, topic)
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
            Reports.of(opaque)?.say(
                .notice,
                "broker \(String(cString: broker)) throttles by \(milliseconds) ms: a quota is reached, raise it"
            )
        }
    }

    /// With verification on, OpenSSL's verdict stands; the callback is there because its reason is told nowhere else.
    func installCertificates(on conf: OpaquePointer) {
        _ = rd_kafka_conf_set_ssl_cert_verify_cb(conf) { _, broker, _, error, _, _, _, text, size, opaque in
            guard let error, error.pointee == 0 else {
                let name = broker.map { String(cString: $0) } ?? "the broker"
                let reason = Reports.of(opaque)?.distrust(error?.pointee ?? 1, of: name) ?? "not trusted"
                if let text { Text.put(reason, into: UnsafeMutableBufferPointer(start: text, count: size)) }
                return 0
            }
            return 1
        }
    }

    /// Tokens are fetched on librdkafka's background thread: a slow command holds up nobody who polls.
    func installTokens(on conf: OpaquePointer) {
        rd_kafka_conf_enable_sasl_queue(conf, 1)
        rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf) { client, _, opaque in
            guard let client, let tokens = Reports.of(opaque)?.credentials.tokens else { return }
            do throws(BearerToken.Problem) {
                try tokens.token().give(to: client)
            } catch {
                rd_kafka_oauthbearer_set_token_failure(client, error.description)
            }
        }
    }

    /// Failed deliveries only: with `delivery.report.only.error` a success costs nothing.
    func installDeliveries(on conf: OpaquePointer) {
        rd_kafka_conf_set_dr_msg_cb(conf) { _, message, opaque in
            guard let message, message.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            let topic = message.pointee.rkt.flatMap(rd_kafka_topic_name).map { String(cString: $0) }
            Reports.of(opaque)?.undelivered(message.pointee.err, topic)
        }
    }

    func installRebalances(on conf: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(conf) { client, code, partitions, opaque in
            guard let client, let partitions else { return }
            Reports.of(opaque)?.onRebalance?(client, code, partitions)
        }
    }

    /// A line of librdkafka's log: its syslog level, what it is about, and the words.
    func log(_ level: Int32, _ facility: String, _ text: String) {
        if facility == Reports.sessionEnded { board.noteSilence() }
        let levels: [Logger.Level] = [.critical, .critical, .critical, .error, .warning, .notice, .info, .debug]
        let loud = levels[Int(min(max(level, 0), 7))]
        let isMended = Reports.mended.contains(facility)
        let own = isMended ? .debug : Reports.ours.contains(facility) ? min(loud, .warning) : loud
        guard logger.logLevel <= own else { return }
        if own == .debug { return logger.debug("\(facility): \(credentials.scrubbed(text))") }
        say(own, "\(facility): \(text)")
    }

    /// What librdkafka warns of and mends by itself, many times a second: a coordinator that is still loading, and old
    /// brokers that cannot be told not to create topics (we check that they exist).
    private static let mended: Set = ["GETPID", "AUTOCREATE"]
    /// A member heard nothing of its coordinator for a whole session: it joins anew, and what it sent before may be
    /// told that another holds its name. There is no other word of it.
    private static let sessionEnded = "SESSTMOUT"
    /// What it calls an error and the line answers: connections, and transactions that are to be aborted.
    private static let ours: Set = [
        "FAIL", "FATAL", "TXNERR", "ADDOFFSETS", "ADDPARTS", "ENDTXN", "TXNOFFSETS", "REQTMOUT",
    ]
}

extension BearerToken {
    /// librdkafka's own complaint may quote the token, so it is not asked for.
    fileprivate func give(to client: OpaquePointer) throws(Problem) {
        var reason = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_oauthbearer_set_token(client, text, expires, principal, nil, 0, &reason, reason.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw Problem(description: "librdkafka refuses the token (\(String(cString: rd_kafka_err2name(code))))")
    }
}

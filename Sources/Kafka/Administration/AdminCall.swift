import CRdkafka
import Pipeline

/// One administrative request: submits it, waits for its answer, frees both.
struct AdminCall {
    let client: Client
    var wait: Int32 = 15_000

    /// - Parameters:
    ///   - submit: gets the options and the queue for the answer.
    ///   - read: reads the answer, which is gone afterwards.
    func run<Answer>(
        _ kind: rd_kafka_admin_op_t,
        _ subject: String? = nil,
        submit: (OpaquePointer, OpaquePointer) -> Void,
        read: (OpaquePointer) throws(Fault) -> Answer
    ) throws(Fault) -> Answer {
        let options: OpaquePointer = rd_kafka_AdminOptions_new(client.handle, kind)
        defer { rd_kafka_AdminOptions_destroy(options) }
        rd_kafka_AdminOptions_set_request_timeout(options, wait, nil, 0)
        let answers: OpaquePointer = rd_kafka_queue_new(client.handle)
        defer { rd_kafka_queue_destroy(answers) }
        submit(options, answers)
        guard let event = rd_kafka_queue_poll(answers, wait + 1_000) else {
            throw KafkaFault(code: RD_KAFKA_RESP_ERR__TIMED_OUT, operation: .administering, subject: subject).fault
        }
        defer { rd_kafka_event_destroy(event) }
        try client.reports.checkRefusal(.administering)
        try KafkaFault.check(rd_kafka_event_error(event), .administering, subject)
        return try read(event)
    }

    /// Throws the first topic's failure. Those for which `isFine` holds are none.
    static func check(
        _ results: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int,
        isFine: (rd_kafka_resp_err_t) -> Bool = { _ in false }
    ) throws(Fault) {
        for index in 0..<count {
            guard let result = results?[index] else { continue }
            let code = rd_kafka_topic_result_error(result)
            if isFine(code) { continue }
            let detail = rd_kafka_topic_result_error_string(result).map { ": " + String(cString: $0) } ?? ""
            try KafkaFault.check(code, .administering, String(cString: rd_kafka_topic_result_name(result)) + detail)
        }
    }
}

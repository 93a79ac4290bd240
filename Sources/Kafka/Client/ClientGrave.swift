import CRdkafka
import Foundation

/// The end of a client. With 2.0.2 a consumer whose topic was deleted under it does not always end: destroying it
/// waits for ever for a group that waits for partitions that are gone. That must not hold up its line, so a consumer
/// that does not end in time is left behind with its threads. It owns all memory that it reads into. A producer reads
/// from ours, and is waited for.
///
/// `@unchecked Sendable`: librdkafka's handles may be used from every thread, and nothing here changes.
final class ClientGrave: @unchecked Sendable {
    private let handle: OpaquePointer
    /// What the callbacks reach has to outlive the client.
    private let reports: Reports
    private let limit: Int32?
    private let name: String
    private let isGone = DispatchSemaphore(value: 0)

    /// - Parameter limit: ms.
    init(_ handle: OpaquePointer, _ reports: Reports, limit: Int32?, _ name: String) {
        self.handle = handle
        self.reports = reports
        self.limit = limit
        self.name = name
    }

    func fill() {
        guard let limit else { return destroy() }
        Thread { self.destroy() }.start()
        if isGone.wait(timeout: .now() + .milliseconds(Int(limit))) == .success { return }
        reports.warn("\(name) does not end and is left behind; its threads go with the process")
    }

    /// A consumer has been closed before, or is given up: nobody is left to serve the callbacks of a close.
    private func destroy() {
        rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        isGone.signal()
    }
}

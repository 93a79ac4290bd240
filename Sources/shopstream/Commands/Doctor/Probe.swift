import Events
import Kafka
import Pipeline

/// Tries on a topic of its own what the cluster does: whether aborted records are hidden, stale producers fenced, and
/// what time it is there.
struct Probe {
    private let cluster: KafkaCluster
    private let topic: String
    private let id: String

    init(_ cluster: KafkaCluster) {
        self.cluster = cluster
        id = String(UInt64.random(in: 0 ... .max), radix: 16)
        topic = "shopstream.doctor.\(id)"
    }

    func run() -> [Finding] {
        do {
            try TopicAdmin(cluster).apply(.create(setup))
        } catch {
            return [Finding(.note, "probe", "no topic can be made here (\(error.code)): nothing was tried")]
        }
        var findings = [attempt("transactions", aborting), attempt("transactions", fencing), attempt("clock", clock)]
        do {
            try TopicAdmin(cluster).delete(topic)
        } catch {
            findings.append(
                Finding(.note, "probe", "\(topic) could not be deleted (\(error.code))", remedy: "delete it by hand")
            )
        }
        return findings
    }

    private var setup: TopicSetup {
        TopicSetup(
            name: topic,
            partitions: 1,
            configs: ["message.timestamp.type": "LogAppendTime", "min.insync.replicas": "1"]
        )
    }

    private func attempt(_ subject: String, _ trial: () throws(Fault) -> Finding) -> Finding {
        do throws(Fault) {
            return try trial()
        } catch {
            return Finding(.warning, subject, "could not be tried: \(error)")
        }
    }

    // MARK: the trials

    private func aborting() throws(Fault) -> Finding {
        let outlet = try cluster.makeOutlet(transactionalId: "shopstream-doctor-\(id)", topics: [topic])
        let outbox = Probe.outbox("aborted")
        defer {
            outlet.close()
            withExtendedLifetime(outbox) {}
        }
        try outlet.initialize()
        try outlet.begin()
        try outlet.send(outbox)
        Clock.sleep(milliseconds: 200)
        try outlet.abort()
        try produce("plain")
        let values = try read(until: "plain").map(\.value)
        guard values.contains("aborted") else { return Finding(.fine, "transactions", "aborted records are hidden") }
        return Finding(
            .failure(.configuration),
            "transactions",
            "aborted records are visible",
            remedy: "this is no Kafka broker but a stand-in: outputs may come twice"
        )
    }

    private func fencing() throws(Fault) -> Finding {
        let stale = try cluster.makeOutlet(transactionalId: "shopstream-doctor-\(id)", topics: [topic])
        let successor = try cluster.makeOutlet(transactionalId: "shopstream-doctor-\(id)", topics: [topic])
        try stale.initialize()
        // The client sends from where the bytes lie, so they stay until both producers are closed.
        let outbox = Probe.outbox("stale")
        defer {
            stale.close()
            successor.close()
            withExtendedLifetime(outbox) {}
        }
        try stale.begin()
        try stale.send(outbox)
        Clock.sleep(milliseconds: 200)
        try successor.initialize()
        do throws(Fault) {
            try stale.abort()
        } catch {
            return Finding(.fine, "transactions", "stale producers are fenced (\(error.code))")
        }
        return Finding(
            .failure(.configuration),
            "transactions",
            "stale producers are not fenced",
            remedy: "this is no Kafka broker but a stand-in: two processes could write as one"
        )
    }

    private func clock() throws(Fault) -> Finding {
        let before = Clock.wall()
        try produce("clock")
        let after = Clock.wall()
        guard let stamp = try read(until: "clock").last?.timestamp, stamp != EventTime.unknown else {
            return Finding(.note, "clock", "the cluster gives records no time")
        }
        let difference = stamp < before ? stamp - before : max(0, stamp - after)
        if abs(difference) < 2_000 { return Finding(.fine, "clock", "the broker's differs by less than 2 s") }
        return Finding(
            abs(difference) > 60_000 ? .warning : .note,
            "clock",
            "the broker's is \((Double(difference) / 1_000).fixed(1)) s ahead",
            remedy: "let both follow the same time server"
        )
    }

    // MARK: the topic

    private static func outbox(_ text: String) -> Outbox {
        var outbox = Outbox()
        var text = text
        text.withUTF8 { utf8 in
            let bytes = Bytes(UnsafeRawBufferPointer(utf8))
            outbox.add(topic: 0, partition: 0, key: bytes, value: bytes)
        }
        return outbox
    }

    private func produce(_ text: String) throws(Fault) {
        let producer = try KafkaProducer(cluster, topics: [topic])
        defer { producer.close() }
        let outbox = Probe.outbox(text)
        let record = outbox.records[0]
        try producer.send(topic: 0, partition: 0, key: outbox.key(of: record), value: outbox.value(of: record))
        _ = try producer.flush(wait: 10_000)
    }

    private func read(until last: String) throws(Fault) -> [(value: String, timestamp: EventTime)] {
        let reader = try cluster.makeReader(topics: [topic])
        defer { reader.close() }
        try reader.fetch(from: [TopicPartition(topic, 0): Position.beginning])
        var found: [(value: String, timestamp: EventTime)] = []
        var records: [Record] = []
        let deadline = Clock.monotonic() + 10_000
        while found.last?.value != last, Clock.monotonic() < deadline {
            records.removeAll(keepingCapacity: true)
            _ = try reader.poll(into: &records, limit: 64, wait: 200)
            for record in records { found.append((record.value.text, record.timestamp)) }
        }
        return found
    }
}

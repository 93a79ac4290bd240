import Engine
import Events

/// What all parts of an audit have at hand: readers, the fold, what is expected of the outputs, and the report.
final class AuditDesk {
    let topology: Topology
    let settings: LineSettings
    let cut: AuditCut
    let capabilities: BrokerCapabilities
    /// Walks over changelogs and outputs; over changelogs a second time; over inputs as journals say.
    private(set) var logs: LogWalk
    private(set) var again: LogWalk
    let inputs: any Fetching
    private let readers: [any Fetching]
    let folding: FoldingDesk
    private let emitter: Emitter
    private var outbox = Outbox()
    var report = AuditReport()
    var outputs = OutputLedger()
    var signals: SignalLedger
    /// Somewhere between, what was folded is not known: then nobody can say what is put out too much.
    var hasGap = false
    private(set) var hasReset = false
    private var breath: () -> Void = {}

    init(
        _ cluster: any Cluster,
        _ topology: Topology,
        _ settings: LineSettings,
        _ cut: AuditCut,
        _ capabilities: BrokerCapabilities,
        signals: SignalLedger
    ) throws(Fault) {
        self.topology = topology
        self.settings = settings
        self.cut = cut
        self.signals = signals
        self.capabilities = capabilities
        let all = topology.inputs + topology.outputs
        let first = try cluster.makeReader(topics: all)
        let second = try cluster.makeReader(topics: all)
        inputs = try cluster.makeReader(topics: topology.subscription)
        readers = [first, second, inputs]
        logs = LogWalk(first)
        again = LogWalk(second)
        folding = FoldingDesk(topology, categories: settings.engine.consent, needsClock: true)
        folding.effects.since = settings.outputsSince
        emitter = Emitter(topology, group: settings.group, categories: settings.engine.consent)
    }

    func close() { readers.forEach { $0.close() } }

    /// Records handed out so far.
    var records: UInt64 { logs.count + again.count + folding.counters.consumed.reduce(0, +) }

    func onBreath(_ breath: @escaping () -> Void) {
        self.breath = breath
        logs.report = breath
        again.report = breath
    }

    func breathe() { breath() }

    func makeShard(_ stage: Stage, _ partition: Int32) -> Shard {
        let commons = Commons(
            configuration: settings.engine,
            partitions: topology.partitions,
            pseudonyms: settings.pseudonyms
        )
        return Shard(stage, partition, inputs: topology.inputs(of: stage), commons: commons, writer: 0)
    }

    /// Of records as the lines decode them.
    func makeDecoder() -> InputDecoder {
        InputDecoder(topology, categories: settings.engine.consent, needsClock: true)
    }

    func add(
        _ kind: AuditFinding.Kind,
        _ subject: AuditFinding.Subject,
        _ place: TopicPartition,
        _ offset: Int64?,
        _ what: String,
        _ customer: String? = nil
    ) {
        // Nobody hid what was aborted or kept a stale producer out, so it may be there twice.
        if !capabilities.enforcesTransactions, kind == .duplicate || kind == .extra { return }
        report.add(AuditFinding(kind, subject, place, offset, what, customer: customer))
    }

    func note(_ sentence: String) { report.note(sentence) }

    func noteReset() {
        if hasReset { return }
        hasReset = true
        note(
            "the memory was reset: outputs of the fold before it are not checked, and may have been said again since, "
                + "as may dead letters"
        )
    }

    /// Topics whose records follow from facts alone.
    static let factTopics: [OutputTopic] = [.churnAlerts, .productSentiment, .models]

    /// Notes what the fold has decided since, and forgets it.
    func collect() {
        emitter.emit(folding.effects, into: &outbox, &folding.counters)
        for record in outbox.records {
            guard let topic = OutputTopic(rawValue: record.topic), AuditDesk.factTopics.contains(topic) else {
                continue
            }
            outputs.expect(
                topic: record.topic,
                partition: record.partition,
                key: outbox.key(of: record),
                value: outbox.value(of: record)
            )
        }
        outbox.removeAll()
        folding.effects.signals.drain { partition, packed in signals.expect(packed, in: partition) }
        folding.rejected.removeAll(keepingCapacity: true)
    }

    /// The dead letter that a rejected record leads to, handed to `body` with its headers.
    func withDeadLetter(
        _ record: Record,
        input: Int,
        _ rejection: Rejection,
        headers: [Header],
        room: Int = .max,
        _ body: (Outgoing, Bytes, Bytes, [Header]) -> Void
    ) {
        var counters = Counters(inputs: topology.inputs.count)
        emitter.emit(
            deadLetter: record,
            input: input,
            rejection,
            headers: headers,
            room: room,
            into: &outbox,
            &counters
        )
        for letter in outbox.records {
            let headers = letter.headers < 0 ? [] : outbox.headers[Int(letter.headers)]
            body(letter, outbox.key(of: letter), outbox.value(of: letter), headers)
        }
        outbox.removeAll()
    }
}

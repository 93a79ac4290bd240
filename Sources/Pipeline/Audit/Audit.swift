import Engine
import Events

/// Holds a cluster's topics against what its inputs lead to: state records to the byte, signals, outputs, dead letters,
/// and the numbers that no order of folding can change. Reads only, outside of the group, one partition at a time.
public final class Audit {
    private let desk: AuditDesk
    private let topology: Topology
    private let cut: AuditCut
    private var lists: ListRules
    private var letters: DeadLetterLedger
    private var products = ProductRecount()
    /// Whether the products' numbers can be counted from the inputs, all of them.
    private var areProductsCountable = true
    /// Whether the folds put out everything that was put out since the memory was empty.
    private var isWhole = true
    private var began: [TopicPartition: Int64] = [:]
    private let progress: (AuditProgress) -> Void
    private var step = ""
    private var stepsDone = 0

    /// - Parameters:
    ///   - settings: group, engine and ``LineSettings/outputsSince`` as the service runs with them.
    ///   - cut: where the group stands and the logs end, at one moment at rest.
    ///   - capabilities: of the cluster; without transactions only losses can be looked for.
    public init(
        _ cluster: any Cluster,
        _ topology: Topology,
        _ settings: LineSettings,
        _ cut: AuditCut,
        capabilities: BrokerCapabilities,
        progress: @escaping (AuditProgress) -> Void = { _ in }
    ) throws(Fault) {
        self.topology = topology
        self.cut = cut
        self.progress = progress
        let shares = Audit.shares(topology, cut)
        desk = try AuditDesk(
            cluster,
            topology,
            settings,
            cut,
            capabilities,
            signals: SignalLedger(partitions: topology.partitions, share: 0, of: shares)
        )
        lists = ListRules(
            partitions: topology.outputPartitions[Int(OutputTopic.recommendations.rawValue)],
            places: settings.engine.places
        )
        letters = DeadLetterLedger(inputs: topology.inputs.count)
    }

    /// All partitions that an audit looks at.
    public static func partitions(of topology: Topology) -> [TopicPartition] {
        let inputs = topology.inputs.flatMap { topic in (0..<topology.partitions).map { TopicPartition(topic, $0) } }
        return inputs
            + topology.outputs.enumerated().flatMap { index, topic in
                (0..<topology.outputPartitions[index]).map { TopicPartition(topic, $0) }
            }
    }

    /// Records that lead to about as many different signals as one share may hold.
    private static func shares(_ topology: Topology, _ cut: AuditCut) -> UInt64 {
        let inputs = topology.inputs.flatMap { topic in (0..<topology.partitions).map { TopicPartition(topic, $0) } }
        let records = inputs.reduce(0) { $0 + max(0, cut.end(of: $1) - cut.start(of: $1)) }
        return max(1, UInt64(records) * 3 / SignalLedger.bound)
    }

    public func run() throws(Fault) -> AuditReport {
        defer { desk.close() }
        desk.onBreath { [unowned self] in breathe() }
        try readLists()
        if desk.capabilities.enforcesTransactions {
            try auditFolds()
        } else {
            try auditInputs()
        }
        try findDeadLetters()
        lists.conclude(isWhole: hasAllInputs, desk)
        return desk.report
    }

    /// State, signals and facts.
    private func auditFolds() throws(Fault) {
        for partition in 0..<topology.partitions { try auditCustomers(partition) }
        for partition in 0..<topology.partitions { try auditProducts(partition) }
        concludeProducts()
        for partition in 0..<topology.partitions { try findSignals(partition) }
        try findOutputs()
    }

    /// What the inputs alone say.
    private func auditInputs() throws(Fault) {
        desk.note(
            "this cluster does not enforce transactions: what was aborted is visible, so state, signals and outputs "
                + "cannot be held against it, nor what is there twice; lists and dead letters are looked at for losses"
        )
        for partition in 0..<topology.partitions {
            begin("reading inputs \(partition + 1) of \(topology.partitions)")
            for topic in topology.inputs {
                let place = TopicPartition(topic, partition)
                began[place] = cut.start(of: place)
                try countUnfolded(place)
            }
            try reread(partition) { (record, input, decoded, fact) throws(Fault) in
                try judge(record, input, decoded, fact)
            }
        }
    }

    // MARK: progress

    private func begin(_ step: String) {
        self.step = step
        stepsDone += 1
        breathe()
    }

    private func breathe() {
        let steps = 4 * Int(topology.partitions) + 3
        progress(AuditProgress(step: step, records: desk.records, share: Double(stepsDone - 1) / Double(steps)))
    }

    // MARK: customers

    private func auditCustomers(_ partition: Int32) throws(Fault) {
        begin("folding customers \(partition + 1) of \(topology.partitions)")
        let audit = ShardAudit(desk, .customers, partition)
        let isKnown = try audit.run()
        isWhole = isWhole && audit.isFromTheBeginning
        begin("recounting customers \(partition + 1) of \(topology.partitions)")
        let places = topology.inputs.map { TopicPartition($0, partition) }
        let starts = audit.began
        let isCountable = isKnown && !starts.isEmpty && zip(places, starts).allSatisfy { $1 >= cut.start(of: $0) }
        for (place, start) in zip(places, starts) { began[place] = start }
        for place in places { try countUnfolded(place) }
        let recount = try recount(partition, from: isCountable ? starts : places.map { _ in .max })
        guard isCountable, case .customers(let state) = audit.shard.state else {
            areProductsCountable = false
            if isKnown { desk.note("customers \(partition): inputs from before are gone; not counted from zero") }
            return
        }
        let changelog = TopicPartition(OutputTopic.customersChangelog.name, partition)
        recount.compare(with: state, departed: audit.departed, at: changelog, &products, desk)
        if recount.hasGaps { areProductsCountable = false }
    }

    /// Counts a partition; where customers are found of whom more is needed, once more without them.
    private func recount(_ partition: Int32, from starts: [Int64]) throws(Fault) -> Recount {
        let before = products
        let first = Recount(partition, inputs: topology.inputs.count)
        try reread(partition) { (record, input, decoded, fact) throws(Fault) in
            try judge(record, input, decoded, fact)
            if case .fact = decoded, record.offset >= starts[input] { first.count(fact, input: input, into: &products) }
        }
        guard !first.special.isEmpty else { return first }
        products = before
        let second = Recount(partition, inputs: topology.inputs.count, special: first.special)
        try reread(partition) { (record, input, decoded, fact) throws(Fault) in
            if case .fact = decoded, record.offset >= starts[input] {
                second.count(fact, input: input, into: &products)
            }
        }
        return second
    }

    /// Every record of a partition's inputs up to the group's offsets, decoded on its own.
    private func reread(
        _ partition: Int32,
        _ body: (Record, Int, Decoded, Fact) throws(Fault) -> Void
    ) throws(Fault) {
        var decoder = desk.makeDecoder()
        for (input, topic) in topology.inputs.enumerated() {
            let place = TopicPartition(topic, partition)
            let end = cut.committed[place] ?? cut.start(of: place)
            try desk.logs.walk(place, from: cut.start(of: place), to: end) { (record) throws(Fault) in
                let decoded = decoder.decode(record, input: input)
                try body(record, input, decoded, decoder.fact)
            }
        }
    }

    /// What follows from one record alone: which lists it explains, and whether it is a dead letter.
    private func judge(_ record: Record, _ input: Int, _ decoded: Decoded, _ fact: Fact) throws(Fault) {
        switch decoded {
        case .fact:
            let tag = Origin.tag(of: topology.inputs[input])
            lists.explain(fact, Origin(topic: tag, partition: record.partition, offset: record.offset))
        case .skipped: break
        case .rejected(let rejection):
            let headers = desk.logs.headers(of: record)
            desk.withDeadLetter(record, input: input, rejection, headers: headers) { letter, key, value, headers in
                letters.expect(input, record, in: letter.partition, key, value, headers)
            }
            guard record.value.count > DeadLetterWriter.head else { return }
            let room = record.value.count + record.key.count
            desk.withDeadLetter(record, input: input, rejection, headers: headers, room: room) {
                letter,
                key,
                value,
                told in
                letters.expectBeginning(input, record, in: letter.partition, key, value, told)
            }
        }
    }

    /// What the group has not come to yet.
    private func countUnfolded(_ place: TopicPartition) throws(Fault) {
        let from = max(cut.committed[place] ?? 0, cut.start(of: place))
        try desk.logs.walk(place, from: from, to: cut.end(of: place)) { (_) throws(Fault) in desk.report.unfolded += 1 }
    }

    // MARK: products

    private func auditProducts(_ partition: Int32) throws(Fault) {
        begin("folding products \(partition + 1) of \(topology.partitions)")
        let audit = ShardAudit(desk, .products, partition)
        let isKnown = try audit.run()
        isWhole = isWhole && audit.isFromTheBeginning
        let signals = TopicPartition(OutputTopic.signals.name, partition)
        began[signals] = audit.began.first
        if try hasMoreSignals(signals, audit.shard.positions[0]) { areProductsCountable = false }
        guard isKnown else {
            areProductsCountable = false
            return
        }
        guard areProductsCountable, case .products(let state) = audit.shard.state else { return }
        products.compare(with: state, at: TopicPartition(OutputTopic.productsChangelog.name, partition), desk)
    }

    private func hasMoreSignals(_ place: TopicPartition, _ position: Int64) throws(Fault) -> Bool {
        var count = 0
        let from = max(position, cut.start(of: place))
        try desk.logs.walk(place, from: from, to: cut.end(of: place)) { (_) throws(Fault) in count += 1 }
        if count > 0 { desk.note("\(place): \(count) records of signals are not folded yet") }
        return count > 0
    }

    private func concludeProducts() {
        guard areProductsCountable else {
            return desk.note("products are not counted from zero: not every customer's numbers or signals are")
        }
        products.reportRest(at: OutputTopic.productsChangelog.name, partitions: topology.partitions, desk)
    }

    // MARK: outputs

    private func readLists() throws(Fault) {
        begin("reading lists")
        let topic = OutputTopic.recommendations
        for partition in 0..<topology.outputPartitions[Int(topic.rawValue)] {
            let place = TopicPartition(topic.name, partition)
            try walk(place) { (record) throws(Fault) in lists.take(record, at: place, desk) }
        }
    }

    private func walk(_ place: TopicPartition, _ body: (Record) throws(Fault) -> Void) throws(Fault) {
        try desk.logs.walk(place, from: cut.start(of: place), to: cut.end(of: place), body)
    }

    /// Nothing is put out that the folds did not.
    private var isClosed: Bool { isWhole && !desk.hasGap && !desk.hasReset }

    private func findSignals(_ partition: Int32) throws(Fault) {
        let place = TopicPartition(OutputTopic.signals.name, partition)
        begin("looking for signals \(partition + 1) of \(topology.partitions)")
        var strangers = 0
        // What was folded before a reset is expected from before it.
        let from = desk.hasReset ? cut.start(of: place) : max(began[place] ?? 0, cut.start(of: place))
        try desk.logs.walk(place, from: from, to: cut.end(of: place)) { (record) throws(Fault) in
            for kind in desk.signals.find(record.value, in: partition) {
                strangers += 1
                if isClosed { desk.add(.extra, .signal, place, record.offset, "a signal \(kind) that no input led to") }
            }
        }
        let missing = desk.signals.missing(in: partition)
        if cut.start(of: place) > 0 {
            if missing > 0 { desk.note("\(place): \(missing) signals are older than what the topic keeps") }
        } else {
            for _ in 0..<missing { desk.add(.missing, .signal, place, nil, "a signal that an input led to") }
        }
        if strangers > 0, !isClosed { desk.note("\(place): \(strangers) signals are of before what could be folded") }
        if partition == topology.partitions - 1 { desk.report.check("signals", Int(desk.signals.expected)) }
    }

    private func findOutputs() throws(Fault) {
        begin("looking for outputs")
        desk.report.check("outputs", desk.outputs.count)
        var unchecked = 0
        for topic in AuditDesk.factTopics {
            for partition in 0..<topology.outputPartitions[Int(topic.rawValue)] {
                let place = TopicPartition(topic.name, partition)
                try walk(place) { (record) throws(Fault) in
                    if !record.value.isMissing, !find(record, topic, at: place) { unchecked += 1 }
                }
            }
        }
        if unchecked > 0 { desk.note("\(unchecked) outputs are of before what could be folded; not checked") }
        reportMissing()
    }

    /// False for a record that cannot be checked.
    private func find(_ record: Record, _ topic: OutputTopic, at place: TopicPartition) -> Bool {
        let match = desk.outputs.find(
            topic: topic.rawValue,
            partition: record.partition,
            key: record.key,
            value: record.value,
            offset: record.offset
        )
        let customer = topic == .churnAlerts ? record.key.text : nil
        switch match {
        case .found: return true
        case .late: desk.add(.different, .output, place, record.offset, "out of its key's order", customer)
        case .different: desk.add(.different, .output, place, record.offset, "not what was folded", customer)
        case .duplicate:
            if desk.hasReset { return false }
            desk.add(.duplicate, .output, place, record.offset, "said a second time", customer)
        case .unknown:
            if isClosed || !desk.hasGap && !isBeforeRange(record, topic) {
                desk.add(.extra, .output, place, record.offset, "nothing leads to it", customer)
            } else {
                return false
            }
        }
        return true
    }

    private func isBeforeRange(_ record: Record, _ topic: OutputTopic) -> Bool {
        desk.outputs.isBeforeRange(topic: topic.rawValue, partition: record.partition, key: record.key)
    }

    private func reportMissing() {
        let missing = desk.outputs.missing { topic in
            OutputTopic(rawValue: topic)?.isCompacted == true
        } start: { topic, partition in
            cut.start(of: TopicPartition(topology.outputs[Int(topic)], partition))
        }
        for (index, missing) in missing.sorted(by: { $0.key < $1.key }) {
            let place = TopicPartition(topology.outputs[Int(index.topic)], index.partition)
            for _ in 0..<missing.lost { desk.add(.missing, .output, place, nil, "something that the fold put out") }
            if missing.superseded > 0 { desk.note("\(place): \(missing.superseded) outputs are compacted away") }
            if missing.deleted > 0 { desk.note("\(place): \(missing.deleted) outputs are older than what is kept") }
        }
    }

    private func findDeadLetters() throws(Fault) {
        begin("looking for dead letters")
        for (input, topic) in topology.inputs.enumerated() {
            let name = Topology.deadLetters(of: topic)
            for partition in 0..<topology.outputPartitions[OutputTopic.allCases.count + input] {
                let place = TopicPartition(name, partition)
                try walk(place) { (record) throws(Fault) in
                    letters.find(input, record, desk.logs.headers(of: record), at: place, desk)
                }
            }
            letters.conclude(
                input,
                began: { began[TopicPartition(topic, $0)] ?? .max },
                start: { cut.start(of: TopicPartition(name, $0)) },
                desk
            )
        }
    }

    /// No input has lost a record since the memory began.
    private var hasAllInputs: Bool {
        !desk.hasReset
            && topology.inputs.allSatisfy { topic in
                (0..<topology.partitions).allSatisfy { cut.start(of: TopicPartition(topic, $0)) == 0 }
            }
    }
}

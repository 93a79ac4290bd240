import Engine
import Events

/// What a line needs at hand to fold records: the decoder, where effects go, and the counters. One a line.
final class FoldingDesk {
    let effects: Effects
    var counters: Counters
    /// Rejected records of this batch, to be written as dead letters before their bytes go.
    var rejected: [(record: Record, input: Int, rejection: Rejection)] = []
    private var decoder: InputDecoder
    /// Inputs by a hash of their names, so that adding a topic changes no id.
    private let tags: [Int32]

    /// - Parameter needsClock: see ``Events/Decoder``.
    init(_ topology: Topology, categories: ConsentCategories = .usual, needsClock: Bool = false) {
        let inputs = topology.inputs
        decoder = InputDecoder(topology, categories: categories, needsClock: needsClock)
        effects = Effects(partitions: topology.partitions)
        counters = Counters(inputs: inputs.count)
        tags = inputs.map(Origin.tag)
    }

    /// Bytes of signals and dead letters that are not in the outbox yet.
    var bytesWaiting: Int { rejected.reduce(effects.signals.bytes) { $0 + $1.record.value.count } }

    /// A restore repeats what is already published: it folds without a word and without counting.
    func muted(_ body: () -> Void) {
        let before = counters
        effects.isMuted = true
        body()
        effects.isMuted = false
        counters = before
        rejected.removeAll(keepingCapacity: true)
    }

    /// bytes → decode → validate → update → decide
    @inline(__always)
    func fold(_ record: Record, input: Int, into state: CustomerState) {
        switch decoder.decode(record, input: input) {
        case .fact:
            checkKey(record, input)
            counters.facts[Int(decoder.fact.kind.rawValue)] += 1
            count(state.apply(decoder.fact, origin: origin(record, input), into: effects))
        case .skipped: counters.skipped += 1
        case .rejected(let rejection): rejected.append((record, input, rejection))
        }
    }

    private func origin(_ record: Record, _ input: Int) -> Origin {
        Origin(topic: tags[input], partition: record.partition, offset: record.offset)
    }

    private func count(_ applied: Applied) {
        switch applied {
        case .new: break
        case .duplicate: counters.duplicates += 1
        case .erased: counters.erasures += 1
        case .suppressed: counters.suppressed += 1
        case .withheld: counters.consentDropped[Int(Purpose.profile.rawValue)] += 1
        case .limited: counters.consentDropped[Int(Purpose.marketing.rawValue)] += 1
        }
    }

    /// A packed record of signals.
    @inline(__always)
    func fold(_ record: Record, into state: ProductState) {
        var reader = SignalReader(record.value)
        while let signal = reader.next() {
            state.apply(signal, into: effects)
            counters.signals += 1
        }
        if reader.failed { counters.malformedSignals += 1 }
    }

    /// Without the customer's key the partition is not the customer's: counted, and named by the line.
    @inline(__always)
    private func checkKey(_ record: Record, _ input: Int) {
        if record.key.isMissing {
            counters.unkeyed[input] += 1
        } else if !(record.key == decoder.fact.customer) {
            counters.miskeyed[input] += 1
        }
    }
}

import Engine
import Events

/// Decodes the records of all inputs of the customers' stage, erasures among them.
struct InputDecoder: ~Copyable {
    private var decoder: Decoder
    private var erasures = ErasureDecoder()
    /// Index of the input that asks to forget customers.
    private let erasureInput: Int?
    private var isErasure = false

    /// - Parameter needsClock: see ``Events/Decoder``.
    init(_ topology: Topology, categories: ConsentCategories, needsClock: Bool) {
        decoder = Decoder(categories: categories, needsClock: needsClock)
        erasureInput = topology.hasErasures ? topology.inputs.count - 1 : nil
    }

    /// Meaningful after ``decode(_:input:)`` answered `.fact`, until the next.
    var fact: Fact {
        @inline(__always) _read {
            if isErasure { yield erasures.fact } else { yield decoder.fact }
        }
    }

    @inline(__always)
    mutating func decode(_ record: Record, input: Int) -> Decoded {
        isErasure = input == erasureInput
        return isErasure ? decodeErasure(record) : decoder.decode(record.value, recordTime: record.timestamp)
    }

    /// Under another key it lies in another customer's partition, where it would forget nobody.
    private mutating func decodeErasure(_ record: Record) -> Decoded {
        let decoded = erasures.decode(record.value, recordTime: record.timestamp)
        if case .fact = decoded, !(record.key == erasures.fact.customer) { return .rejected(.keyMismatch) }
        return decoded
    }
}

import Events

/// Whom the shop was told to forget, and up to when: keyed hashes, no ids. What happened up to that time stays
/// forgotten, however often history is folded again.
///
/// Bound: ``Bounds/suppressions``, about 48 bytes each; beyond it the oldest goes, and is counted. Look-up is one keyed
/// hash for each key under which something is kept.
struct Suppressions {
    private struct Entry {
        /// Place of the key among those in use.
        var key: UInt8
        var until: EventTime
    }

    private let keys: [PseudonymKey]
    private let bound: Int
    private var entries: [Pseudonym: Entry] = [:]
    /// Entries under each key.
    private var uses: [Int]
    /// Added or moved, and dropped, since the last checkpoint; one may stand in either more than once.
    private var changed: [Pseudonym] = []
    private var dropped: [Pseudonym] = []
    /// Dropped because there were too many, since the start.
    private(set) var forgotten: UInt64 = 0

    init(_ pseudonyms: Pseudonyms, bound: Int = Bounds.suppressions) {
        keys = pseudonyms.keys
        self.bound = bound
        uses = Array(repeating: 0, count: keys.count)
    }

    var count: Int { entries.count }
    var changes: Int { dropped.count + changed.count }
    var bytesReserved: Int { entries.capacity * 48 }

    /// The time up to which a customer is forgotten; ``Events/EventTime/unknown`` for who is not.
    func end(of customer: Bytes) -> EventTime {
        var end = EventTime.unknown
        for (index, key) in keys.enumerated() where uses[index] > 0 {
            if let entry = entries[key.pseudonym(of: customer)] { end = max(end, entry.until) }
        }
        return end
    }

    /// Forgets a customer up to a time. O(1), and O(count) when there are too many.
    mutating func add(_ customer: Bytes, until time: EventTime) {
        guard time > end(of: customer) else { return }
        let pseudonym = keys[0].pseudonym(of: customer)
        put(pseudonym, Entry(key: 0, until: time))
        changed.append(pseudonym)
        if entries.count > bound { dropOldest() }
    }

    private mutating func put(_ pseudonym: Pseudonym, _ entry: Entry) {
        if let before = entries.updateValue(entry, forKey: pseudonym) { uses[Int(before.key)] -= 1 }
        uses[Int(entry.key)] += 1
    }

    /// The oldest erasure, among equals the lowest hash: no order of the table decides.
    private mutating func dropOldest() {
        let oldest = entries.min { one, other in
            (one.value.until, one.key.high, one.key.low) < (other.value.until, other.key.high, other.key.low)
        }
        guard let oldest else { return }
        remove(oldest.key)
        dropped.append(oldest.key)
        forgotten += 1
    }

    private mutating func remove(_ pseudonym: Pseudonym) {
        guard let entry = entries.removeValue(forKey: pseudonym) else { return }
        uses[Int(entry.key)] -= 1
    }
}

/// A record of the changelog: `erased/<32 hexadecimal digits>`, and
///
///     version:u8 key:prefixed check:u32 until:zigzag
extension Suppressions {
    /// Appends key and value of the `index`-th change, tombstones first; answers where the value starts, nil for a
    /// tombstone.
    func encodeChange(_ index: Int, into out: inout ByteBuffer) -> Int? {
        let pseudonym = index < dropped.count ? dropped[index] : changed[index - dropped.count]
        return encode(pseudonym, into: &out)
    }

    /// Everything, in the order of the hashes. For whole copies of the state.
    var pseudonyms: [Pseudonym] { entries.keys.sorted { ($0.high, $0.low) < ($1.high, $1.low) } }

    /// Appends key and value; answers where the value starts, nil when nothing is kept under it.
    func encode(_ pseudonym: Pseudonym, into out: inout ByteBuffer) -> Int? {
        out.append(StateKey.erased)
        out.append(pseudonym.hexadecimal)
        guard let entry = entries[pseudonym] else { return nil }
        let key = keys[Int(entry.key)]
        let start = out.count
        out.append(StateCodec.version)
        out.append(varint: UInt64(key.id.utf8.count))
        out.append(key.id)
        out.append(littleEndian: key.check)
        out.append(zigzag: entry.until)
        return start
    }

    mutating func clearChanges() {
        changed.removeAll(keepingCapacity: true)
        dropped.removeAll(keepingCapacity: true)
    }

    /// - Throws: ``StateFault/unknownKey(_:)`` when the key that it was made with is not at hand: whoever is meant
    ///   could come back unnoticed.
    mutating func restore(_ name: Bytes, _ value: Bytes) throws(StateFault) {
        guard let pseudonym = Pseudonym(hexadecimal: name) else { throw .malformed("suppression key") }
        guard !value.isMissing else { return remove(pseudonym) }
        var reader = try StateCodec.open(value)
        let id = reader.prefixed()
        let check = reader.littleEndian(UInt32.self)
        let until = reader.zigzag()
        guard !reader.failed, reader.isAtEnd, EventTime.plausible.contains(until) else {
            throw .malformed("suppression record")
        }
        guard let key = keys.firstIndex(where: { $0.check == check && id.text == $0.id }) else {
            throw .unknownKey(id.text)
        }
        put(pseudonym, Entry(key: UInt8(key), until: until))
    }
}

public import Events
import Models

/// Checkpoint and restore of one partition's customers.
extension CustomerState {
    /// Appends key and value of the `index`-th change; answers where the value starts, nil for a tombstone. Those who
    /// left come first, so that the record of a customer who came back since stands behind the tombstone.
    public func encodeChange(_ index: Int, into out: inout ByteBuffer) -> Int? {
        guard index < left.count + changed.count else {
            return suppressions.encodeChange(index - left.count - changed.count, into: &out)
        }
        out.append(StateKey.customer)
        guard index >= left.count else {
            out.append(keys.bytes(left[index]))
            return nil
        }
        let slot = Int(changed[index - left.count])
        out.append(keys.bytes(slot))
        let start = out.count
        encode(customers.pointer(slot), into: &out)
        return start
    }

    /// What belongs to the partition as a whole: its time, its timers' hour, the parameters in force.
    public func encodePartition(into out: inout ByteBuffer) -> Int {
        out.append(StateKey.partition)
        let start = out.count
        out.append(StateCodec.version)
        out.append(zigzag: newest)
        out.append(littleEndian: wheel.hour)
        for value in [clock.population.r, clock.population.alpha, clock.population.a, clock.population.b] {
            out.append(double: value)
        }
        return start
    }

    /// The checkpoint is committed: nothing is changed any more.
    public func clearChanges() {
        for index in 0..<changed.count { customers.pointer(Int(changed[index])).pointee.change = 0 }
        changed.removeAll()
        for index in 0..<left.count { keys.free(left[index]) }
        left.removeAll()
        suppressions.clearChanges()
    }

    /// Takes back one record of the changelog; the last one of a key counts.
    public func restore(key: Bytes, value: Bytes) throws(StateFault) {
        if let id = StateKey.suffix(key, after: StateKey.customer) {
            if value.isMissing { return forget(id) }
            guard id.count <= Limits.identifier else { throw .malformed("customer key") }
            var reader = try StateCodec.open(value)
            decode(&reader, into: restoredSlot(id))
            if reader.failed || !reader.isAtEnd { throw .malformed("customer record") }
        } else if let name = StateKey.suffix(key, after: StateKey.erased) {
            try suppressions.restore(name, value)
        } else if key == Bytes(StateKey.partition), !value.isMissing {
            var reader = try StateCodec.open(value)
            restorePartition(&reader)
            if reader.failed || !reader.isAtEnd { throw .malformed("partition record") }
        }
    }

    /// All records are back: the timers are set again as they were.
    public func finishRestore() {
        for slot in 0..<customers.slots where customers.isLive(slot) {
            let customer = customers.pointer(slot)
            guard customer.pointee.timer != 0 else { continue }
            customer.pointee.timer = wheel.set(slot, hour: customer.pointee.timer)
        }
    }

    private func forget(_ id: Bytes) {
        guard let slot = find(id) else { return }
        release(slot)
        keys.remove(slot)
        customers.remove(slot)
    }

    private func restoredSlot(_ id: Bytes) -> Int {
        if let slot = find(id) {
            release(slot)
            customers[slot] = Customer()
            return slot
        }
        let slot = keys.insert(id, hash: Hash.of(id))
        let placed = customers.insert(Customer())
        precondition(placed == slot, "keys and customers share their slots")
        return slot
    }

    private func restorePartition(_ reader: inout ByteReader) {
        newest = reader.zigzag()
        let hour = reader.littleEndian(UInt32.self)
        let values = [reader.double(), reader.double(), reader.double(), reader.double()]
        // Beyond these a clock would overflow.
        guard newest == EventTime.unknown || Landmark.clamped(newest) == newest,
            Int64(hour) <= Landmark.clamped(.max) / EventTime.hour, values.allSatisfy({ $0 > 0 && $0.isFinite })
        else { return reader.fail() }
        wheel.start(at: hour)
        clock.population = PurchasePopulation(r: values[0], alpha: values[1], a: values[2], b: values[3])
    }
}

/// The fields of a customer, in this order; what a version added stands before the advice, which is last. Version 2
/// added consent and how busy the customer is.
extension CustomerState {
    func encode(_ customer: UnsafePointer<Customer>, into out: inout ByteBuffer) {
        out.append(StateCodec.version)
        let base = customer.pointee.lastSeen
        out.append(zigzag: base)
        for time in [
            customer.pointee.firstSeen, customer.pointee.firstOrder, customer.pointee.lastOrder,
            customer.pointee.sessionStart,
        ] { out.append(time: time, since: base) }
        out.append(littleEndian: customer.pointee.sessionTag)
        for count in [
            customer.pointee.sessions, customer.pointee.views, customer.pointee.adds, customer.pointee.orders,
            customer.pointee.refunds, customer.pointee.cancellations, customer.pointee.reviews,
            customer.pointee.repeats,
            customer.pointee.timer,
        ] { out.append(varint: UInt64(count)) }
        out.append(customer.pointee.level.rawValue)
        out.append(customer.pointee.isAnonymous ? 1 : 0)
        out.append(float: customer.pointee.sentiment)
        encode(customer.pointee.gaps, customer.pointee.prices, into: &out)
        for index in 0..<Bounds.currencies {
            out.append(varint: UInt64(customer.pointee.spend[index].currency.code))
            out.append(double: customer.pointee.spend[index].amount)
        }
        encodeHistories(customer, into: &out)
        out.append(customer.pointee.consent.code | (customer.pointee.beganAnew ? 8 : 0))
        encodeBustle(customer, into: &out)
        out.append(littleEndian: customer.pointee.lastList)
    }

    /// Since version 2.
    private func encodeBustle(_ customer: UnsafePointer<Customer>, into out: inout ByteBuffer) {
        out.append(littleEndian: customer.pointee.bustle.word)
        out.append(littleEndian: customer.pointee.lastReview.mark)
        out.append(littleEndian: customer.pointee.lastReview.fraction)
    }

    private func encode(_ gaps: GapStatistics, _ prices: PriceBand, into out: inout ByteBuffer) {
        out.append(varint: UInt64(gaps.count))
        for value in [gaps.mean, gaps.squares, gaps.logMean, gaps.logSquares, gaps.logUpper] {
            out.append(float: value)
        }
        out.append(varint: UInt64(prices.count))
        out.append(float: prices.logMean)
        out.append(float: prices.logSquares)
    }

    /// Oldest first, so that pushing them again gives the same rings.
    private func encodeHistories(_ customer: UnsafePointer<Customer>, into out: inout ByteBuffer) {
        let names = commons.names
        out.append(customer.pointee.categories, names, in: arena)
        out.append(customer.pointee.brands, names, in: arena)
        out.append(prefixed: names.text(customer.pointee.basketCategory))
        out.append(varint: UInt64(customer.pointee.touches.count))
        for age in (0..<customer.pointee.touches.count).reversed() {
            let touch = customer.pointee.touches.newest(age, in: arena)
            out.append(prefixed: names.text(touch.product))
            out.append(touch.kind)
            out.append(littleEndian: touch.second)
        }
        out.append(varint: UInt64(customer.pointee.messageIds.count))
        for age in (0..<customer.pointee.messageIds.count).reversed() {
            out.append(littleEndian: customer.pointee.messageIds.newest(age, in: arena))
        }
        out.append(varint: UInt64(customer.pointee.basket.count))
        for age in (0..<customer.pointee.basket.count).reversed() {
            out.append(prefixed: names.text(customer.pointee.basket.newest(age, in: arena)))
        }
    }

    private func decode(_ reader: inout ByteReader, into slot: Int) {
        let customer = customers.pointer(slot)
        let base = reader.zigzag()
        customer.pointee.lastSeen = base
        leastSeen = min(leastSeen, base)
        customer.pointee.firstSeen = reader.time(since: base)
        customer.pointee.firstOrder = reader.time(since: base)
        customer.pointee.lastOrder = reader.time(since: base)
        customer.pointee.sessionStart = reader.time(since: base)
        customer.pointee.sessionTag = reader.littleEndian(UInt32.self)
        decodeCounts(&reader, customer)
        customer.pointee.level = RiskLevel(rawValue: reader.byte()) ?? .none
        customer.pointee.isAnonymous = reader.byte() == 1
        customer.pointee.sentiment = reader.float()
        decodeNumbers(&reader, customer)
        for index in 0..<Bounds.currencies {
            customer.pointee.spend[index].currency = Currency(code: reader.count32())
            customer.pointee.spend[index].amount = reader.double()
        }
        decodeHistories(&reader, customer)
        if reader.stateVersion >= 2 {
            let privacy = reader.byte()
            if privacy > 15 { reader.fail() }
            customer.pointee.consent = Consent(code: privacy)
            customer.pointee.beganAnew = privacy & 8 != 0
        }
        if reader.stateVersion >= 2 { decodeBustle(&reader, customer) }
        customer.pointee.lastList = reader.littleEndian(UInt32.self)
        if !isSound(customer.pointee) { reader.fail() }
    }

    private func decodeBustle(_ reader: inout ByteReader, _ customer: UnsafeMutablePointer<Customer>) {
        customer.pointee.bustle = Bustle(word: reader.littleEndian(UInt32.self))
        customer.pointee.lastReview.mark = reader.littleEndian(UInt32.self)
        customer.pointee.lastReview.fraction = reader.littleEndian(Int16.self)
        // An edit changes a mean: there must be reviews of which it is one.
        if customer.pointee.lastReview.mark != 0, customer.pointee.reviews == 0 { reader.fail() }
    }

    /// Times of facts are plausible, sums are finite, and only who has ordered can be missed: else the record is not
    /// ours.
    private func isSound(_ customer: Customer) -> Bool {
        let times = [
            customer.firstSeen, customer.lastSeen, customer.firstOrder, customer.lastOrder, customer.sessionStart,
        ]
        let hasOrdered = customer.lastOrder != EventTime.unknown
        // Logarithms of prices and days are small; what is squared or added to must not reach the end of its range.
        let small = [customer.gaps.logMean, customer.gaps.logUpper, customer.prices.logMean, customer.sentiment]
        let sums = [customer.gaps.squares, customer.gaps.logSquares, customer.prices.logSquares]
        return times.allSatisfy { $0 == EventTime.unknown || EventTime.plausible.contains($0) }
            && (customer.firstOrder != EventTime.unknown) == hasOrdered && (hasOrdered || customer.level == .none)
            && (0...1e6).contains(customer.gaps.mean) && small.allSatisfy { abs($0) <= 1e3 }
            && sums.allSatisfy { abs($0) <= 1e30 }
            && (0..<Bounds.currencies).allSatisfy { abs(customer.spend[$0].amount) <= 1e300 }
    }

    private func decodeCounts(_ reader: inout ByteReader, _ customer: UnsafeMutablePointer<Customer>) {
        customer.pointee.sessions = reader.count32()
        customer.pointee.views = reader.count32()
        customer.pointee.adds = reader.count32()
        customer.pointee.orders = reader.count32()
        customer.pointee.refunds = reader.count32()
        customer.pointee.cancellations = reader.count32()
        customer.pointee.reviews = reader.count32()
        customer.pointee.repeats = reader.count32()
        customer.pointee.timer = reader.count32()
    }

    private func decodeNumbers(_ reader: inout ByteReader, _ customer: UnsafeMutablePointer<Customer>) {
        customer.pointee.gaps = GapStatistics(
            count: reader.count32(),
            mean: reader.float(),
            squares: reader.float(),
            logMean: reader.float(),
            logSquares: reader.float(),
            logUpper: reader.float()
        )
        customer.pointee.prices.count = reader.count32()
        customer.pointee.prices.logMean = reader.float()
        customer.pointee.prices.logSquares = reader.float()
    }

    private func decodeHistories(_ reader: inout ByteReader, _ customer: UnsafeMutablePointer<Customer>) {
        let names = commons.names
        customer.pointee.categories = reader.row(commons.affinity, names, in: &arena)
        customer.pointee.brands = reader.row(commons.affinity, names, in: &arena)
        customer.pointee.basketCategory = names.intern(reader.prefixed())
        for _ in 0..<reader.bounded(Bounds.touches) {
            let product = names.intern(reader.prefixed())
            let kind = UInt64(reader.byte() & 15)
            let word = UInt64(product.raw) << 36 | kind << 32 | UInt64(reader.littleEndian(UInt32.self))
            customer.pointee.touches.push(Touch(word: word), bound: Bounds.touches, in: &arena)
        }
        for _ in 0..<reader.bounded(Bounds.messageIds) {
            customer.pointee.messageIds.push(
                reader.littleEndian(UInt32.self),
                bound: Bounds.messageIds,
                in: &arena
            )
        }
        for _ in 0..<reader.bounded(Bounds.basket) {
            customer.pointee.basket.push(names.intern(reader.prefixed()), bound: Bounds.basket, in: &arena)
        }
    }
}

extension ByteReader {
    /// A count that may not exceed `most`.
    public mutating func bounded(_ most: Int) -> Int {
        let value = varint()
        guard value <= UInt64(most) else {
            fail()
            return 0
        }
        return Int(value)
    }
}

extension CustomerState {
    /// Whether a key of the changelog is that of a forgotten customer: a reset must keep its records.
    public static func isSuppression(_ key: Bytes) -> Bool { StateKey.suffix(key, after: StateKey.erased) != nil }

    /// Appends the record of every customer who is kept forgotten, in the order of their hashes, and hands out where
    /// key and value start. For whole copies of the state.
    public func encodeSuppressions(into out: inout ByteBuffer, _ body: (_ key: Int, _ value: Int) -> Void) {
        for pseudonym in suppressions.pseudonyms {
            let key = out.count
            if let value = suppressions.encode(pseudonym, into: &out) { body(key, value) }
        }
    }

    /// Appends the record of whoever stands in `slot`, changed or not; answers where the value starts, 0 for an empty
    /// slot, nil behind the last one. For whole copies of the state.
    public func encode(everyone slot: Int, into out: inout ByteBuffer) -> Int? {
        guard slot < customers.slots else { return nil }
        guard customers.isLive(slot) else { return 0 }
        out.append(StateKey.customer)
        out.append(keys.bytes(slot))
        let start = out.count
        encode(customers.pointer(slot), into: &out)
        return start
    }
}

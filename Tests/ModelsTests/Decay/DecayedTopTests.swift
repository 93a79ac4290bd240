import Models
import Testing

@Suite struct DecayedTopTests {
    typealias Row = DecayedTop<UInt32>
    let week = Row.Shape(capacity: 8, halfLife: HalfLife(days: 7))

    @Test func `below capacity it is exact`() {
        var arena = Arena()
        var row = Row()
        row.add(5, 1, at: someday, shape: week, in: &arena)
        row.add(9, 2, at: someday, shape: week, in: &arena)
        row.add(5, 3, at: someday, shape: week, in: &arena)
        let five = row.weight(of: 5, at: someday, shape: week, in: arena)
        let nine = row.weight(of: 9, at: someday + 7 * day, shape: week, in: arena)
        let none = row.weight(of: 7, at: someday, shape: week, in: arena)
        let share = row.probability(of: 5, in: arena)
        #expect(near(five, 4) && near(nine, 1) && none == 0)
        #expect(near(share, 4.0 / 6))
        #expect(near(row.total(at: someday + 14 * day, shape: week), 1.5))
        #expect(row.evicted == 0 && row.count == 2)
        #expect(MemoryLayout<Row>.size == 20)
    }

    @Test func `the lightest makes room, the last among equals, and leaves its weight behind`() {
        var arena = Arena()
        var row = Row()
        let three = Row.Shape(capacity: 3, halfLife: HalfLife(days: 7))
        for (key, weight) in [(1, 5), (2, 2), (3, 2)] as [(UInt32, Float)] {
            row.add(key, weight, at: someday, shape: three, in: &arena)
        }
        row.add(4, 1, at: someday, shape: three, in: &arena)
        let entries = Self.entries(row, arena)
        #expect(entries.map(\.key) == [1, 2, 4])
        #expect(entries.map(\.weight) == [5, 2, 3])
        #expect(row.evicted == 2)
        #expect(near(row.total(at: someday, shape: three), 10))
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `stored weight is between the true one and the true one plus what was evicted`(seed: UInt64) {
        var arena = Arena()
        var row = Row()
        var random = SeededRandom(seed: seed)
        var truth: [UInt32: Double] = [:]
        var time = someday
        let start = someday
        for _ in 0..<4000 {
            let key = random.nextSkewed(below: 60)
            let weight = 0.5 + random.nextDouble()
            row.add(key, Float(weight), at: time, shape: week, in: &arena)
            truth[key, default: 0] += weight * week.halfLife.growth(from: start, to: time)
            // mostly forwards, sometimes late, all in all forty half-lives
            time += Int64(random.nextIndex(below: Int(day / 4))) - day / 20
        }
        let toStart = row.scale(at: start, shape: week)
        let slack = Double(row.evicted) * toStart
        for (key, weight) in truth.sorted(by: { $0.key < $1.key }) {
            let stored = row.weight(of: key, at: start, shape: week, in: arena)
            if stored == 0 {
                #expect(weight <= slack * 1.001, "what is missing weighs less than what was evicted")
            } else {
                #expect(weight <= stored * 1.001 && stored <= (weight + slack) * 1.001)
            }
        }
        let all = truth.values.reduce(0, +)
        #expect(near(row.total(at: start, shape: week) / all, 1, within: 1e-3))
        #expect(slack <= all / 8 * 1.001)
        #expect(row.count == 8)
    }

    @Test func `probabilities are in 0 to 1 and sum to no more than 1`() {
        var arena = Arena()
        var row = Row()
        var random = SeededRandom(seed: 17)
        for step in 0..<2000 as Range<Int64> {
            row.add(random.nextSkewed(below: 200), 1, at: someday + step * hour, shape: week, in: &arena)
            let shares = Self.entries(row, arena).map { row.probability(of: $0.key, in: arena) }
            #expect(shares.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(shares.reduce(0, +) <= 1 + 1e-4)
        }
    }

    @Test func `moving the landmark changes no weight`() {
        var arena = Arena()
        var row = Row()
        let hourly = Row.Shape(capacity: 8, halfLife: HalfLife(milliseconds: Double(hour)))
        row.add(1, 4, at: someday, shape: hourly, in: &arena)
        let landmark = row.landmark
        row.add(2, 1, at: someday + 39 * hour, shape: hourly, in: &arena)
        #expect(row.landmark == landmark)
        row.add(2, 1, at: someday + 41 * hour, shape: hourly, in: &arena)
        #expect(row.landmark > landmark)
        let one = row.weight(of: 1, at: someday, shape: hourly, in: arena)
        let two = row.weight(of: 2, at: someday + 41 * hour, shape: hourly, in: arena)
        #expect(near(one, 4, within: 1e-6))
        #expect(near(two, 1.25, within: 1e-6))
    }

    @Test func `a renaming of the keys renames the row and nothing else`() {
        var arena = Arena()
        var row = Row()
        var renamed = Row()
        var random = SeededRandom(seed: 23)
        func other(_ key: UInt32) -> UInt32 { key &* 2_654_435_761 ^ 0xDEAD_BEEF }
        for step in 0..<3000 as Range<Int64> {
            let key = random.nextSkewed(below: 100)
            row.add(key, 1, at: someday + step * hour, shape: week, in: &arena)
            renamed.add(other(key), 1, at: someday + step * hour, shape: week, in: &arena)
        }
        #expect(Self.entries(row, arena).map { other($0.key) } == Self.entries(renamed, arena).map(\.key))
        #expect(Self.entries(row, arena).map(\.weight) == Self.entries(renamed, arena).map(\.weight))
    }

    @Test(arguments: [3, 4, 8, 64, 256])
    func `blocks grow up to capacity, and free gives them back`(capacity: Int) {
        var arena = Arena()
        let shape = Row.Shape(capacity: capacity, halfLife: HalfLife(days: 7))
        var row = Row()
        for key in 0..<UInt32(capacity + 10) { row.add(key, Float(key + 1), at: someday, shape: shape, in: &arena) }
        #expect(row.count == capacity)
        #expect(arena.bytesUsed <= max(4, 2 * capacity) * 8)
        let keys = Set(Self.entries(row, arena).map(\.key))
        #expect(keys.count == capacity)
        row.free(in: &arena)
        #expect(row.count == 0 && arena.bytesUsed == 0)
        let gone = row.position(of: 3, in: arena)
        #expect(gone == nil)
    }

    @Test func `every entry is found wherever it stands`() {
        var arena = Arena()
        let shape = Row.Shape(capacity: 64, halfLife: HalfLife(days: 7))
        var row = Row()
        for key in 0..<64 as Range<UInt32> {
            row.add(key * 1000, Float(key + 1), at: someday, shape: shape, in: &arena)
            let positions = (0...key).map { row.position(of: $0 * 1000, in: arena) }
            #expect(positions == (0...Int(key)).map { $0 })
        }
    }
}

// Removal, restoring, odd input

extension DecayedTopTests {
    @Test func `removing closes the gap and takes the weight out of the total`() {
        var arena = Arena()
        var row = Row()
        for key in 1...4 as ClosedRange<UInt32> { row.add(key, Float(key), at: someday, shape: week, in: &arena) }
        let removed = row.remove(2, in: arena)
        let again = row.remove(2, in: arena)
        #expect(removed && !again)
        #expect(Self.entries(row, arena).map(\.key) == [1, 3, 4])
        #expect(Self.entries(row, arena).map(\.weight) == [1, 3, 4])
        #expect(near(row.total(at: someday, shape: week), 8))
    }

    @Test func `a restored row goes on like the original`() {
        var arena = Arena()
        var random = SeededRandom(seed: 31)
        var row = Row()
        func feed(_ row: inout Row, _ steps: Range<Int64>, _ random: inout SeededRandom, _ arena: inout Arena) {
            for step in steps {
                row.add(random.nextSkewed(below: 90), 1, at: someday + step * hour, shape: week, in: &arena)
            }
        }
        feed(&row, 0..<500, &random, &arena)
        var twin = Row(landmark: row.landmark, rawTotal: row.rawTotal, evicted: row.evicted)
        for entry in Self.entries(row, arena) {
            twin.restore(key: entry.key, rawWeight: entry.weight, shape: week, in: &arena)
        }
        var sameRandom = random
        feed(&row, 500..<1500, &random, &arena)
        feed(&twin, 500..<1500, &sameRandom, &arena)
        #expect(Self.entries(row, arena).map(\.key) == Self.entries(twin, arena).map(\.key))
        #expect(Self.entries(row, arena).map(\.weight) == Self.entries(twin, arena).map(\.weight))
        #expect(row.rawTotal == twin.rawTotal && row.evicted == twin.evicted && row.landmark == twin.landmark)
    }

    @Test(arguments: [0, -1, .nan, .infinity] as [Float])
    func `a weight that is not positive and finite is ignored`(weight: Float) {
        var arena = Arena()
        var row = Row()
        row.add(1, weight, at: someday, shape: week, in: &arena)
        #expect(row.count == 0 && row.rawTotal == 0)
    }

    @Test(arguments: [Int64.min, 0, Int64.max])
    func `absurd times keep weights finite`(time: Int64) {
        var arena = Arena()
        var row = Row()
        let second = Row.Shape(capacity: 4, halfLife: HalfLife(milliseconds: 1000))
        row.add(1, 1, at: someday, shape: second, in: &arena)
        row.add(2, 1, at: time, shape: second, in: &arena)
        row.add(3, 1, at: someday, shape: second, in: &arena)
        #expect(Self.entries(row, arena).allSatisfy { $0.weight.isFinite && $0.weight >= 0 })
        #expect(row.rawTotal.isFinite)
    }

    static func entries(_ row: Row, _ arena: borrowing Arena) -> [(key: UInt32, weight: Float)] {
        var found: [(key: UInt32, weight: Float)] = []
        for i in 0..<row.count { found.append(row.entry(i, in: arena)) }
        return found
    }
}

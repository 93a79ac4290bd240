import Models
import Testing

@Suite struct PagedTests {
    struct Record: BitwiseCopyable, Equatable {
        var a: UInt64
        var b: Float
    }

    @Test func `indices are dense, and the last removed is the next used`() {
        var table = Paged<Record>(recordsPerPage: 4)
        let indices = (0..<10).map { table.insert(Record(a: UInt64($0), b: 0)) }
        #expect(indices == Array(0..<10))
        table.remove(3)
        table.remove(7)
        let third = table.insert(Record(a: 70, b: 0))
        let fourth = table.insert(Record(a: 30, b: 0))
        #expect(third == 7 && fourth == 3)
        #expect(table.count == 10)
        #expect(table.slots == 10)
        #expect(table[7].a == 70)
    }

    @Test func `records do not move`() {
        var table = Paged<Record>(recordsPerPage: 2)
        let first = table.insert(Record(a: 1, b: 2))
        let address = table.pointer(first)
        for i in 0..<100 { _ = table.insert(Record(a: UInt64(i), b: 0)) }
        #expect(table.pointer(first) == address)
        #expect(table[first] == Record(a: 1, b: 2))
    }

    @Test func `a field changes in place`() {
        var table = Paged<Record>()
        let i = table.insert(Record(a: 1, b: 2))
        table[i].b += 3
        let stored = table.pointer(i).pointee
        #expect(stored == Record(a: 1, b: 5))
    }

    @Test func `liveness follows insert, remove and removeAll`() {
        var table = Paged<Record>(recordsPerPage: 64)
        for i in 0..<130 { _ = table.insert(Record(a: UInt64(i), b: 0)) }
        table.remove(64)
        #expect(table.isLive(63) && !table.isLive(64) && table.isLive(65))
        #expect(!table.isLive(-1) && !table.isLive(130))
        let reserved = table.bytesReserved
        table.removeAll()
        #expect(table.count == 0 && table.slots == 0 && !table.isLive(0))
        #expect(table.bytesReserved == reserved, "pages stay")
        let again = table.insert(Record(a: 9, b: 9))
        #expect(again == 0)
    }

    @Test(arguments: [11, 12] as [UInt64])
    func `behaves like a dictionary of its indices`(seed: UInt64) {
        var table = Paged<Record>(recordsPerPage: 8)
        var twin: [Int: Record] = [:]
        var random = SeededRandom(seed: seed)
        for step in 0..<3000 as Range<UInt64> {
            let place = random.nextIndex(below: 200)
            if twin[place] != nil, random.nextDouble() < 0.6 {
                table.remove(place)
                twin[place] = nil
            } else {
                let record = Record(a: step, b: Float(place))
                let i = table.insert(record)
                #expect(twin[i] == nil, "a live index is not handed out again")
                twin[i] = record
            }
        }
        #expect(table.count == twin.count)
        for i in 0..<table.slots {
            #expect(table.isLive(i) == (twin[i] != nil))
            if let record = twin[i] { #expect(table[i] == record) }
        }
    }
}

@Suite struct FlatArrayTests {
    @Test(arguments: [21, 22] as [UInt64])
    func `behaves like an array`(seed: UInt64) {
        var flat = FlatArray<Int>()
        var twin: [Int] = []
        var random = SeededRandom(seed: seed)
        for step in 0..<2000 {
            switch random.nextIndex(below: 5) {
            case 0 where !twin.isEmpty:
                let last = flat.removeLast()
                #expect(last == twin.removeLast())
            case 1 where !twin.isEmpty:
                let i = random.nextIndex(below: twin.count)
                flat.remove(at: i)
                twin.remove(at: i)
            case 2:
                let i = random.nextIndex(below: twin.count + 1)
                flat.insert(step, at: i)
                twin.insert(step, at: i)
            default:
                flat.append(step)
                twin.append(step)
            }
        }
        #expect(flat.count == twin.count && twin.count > 50)
        let same = twin.indices.allSatisfy { flat[$0] == twin[$0] }
        #expect(same)
    }

    @Test func `removing all keeps the buffer`() {
        var flat = FlatArray<UInt32>(capacity: 3)
        for i in 0..<100 { flat.append(UInt32(i)) }
        let reserved = flat.bytesReserved
        flat.removeAll()
        #expect(flat.count == 0)
        #expect(flat.bytesReserved == reserved)
    }
}

import Events
import Testing

@Suite struct HashTests {
    /// From Kafka's own test, `org.apache.kafka.common.utils.UtilsTest.testMurmur2`.
    @Test(
        arguments: [
            ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
        ] as [(String, Int32)]
    )
    func `murmur2 is Kafka's`(key: String, hash: Int32) {
        #expect(withBytes(key) { Int32(bitPattern: Hash.murmur2($0)) } == hash)
    }

    @Test func `a partition is the positive hash modulo their number`() {
        #expect(withBytes("foobar") { Hash.partition(of: $0, among: 8) } == Int32((-790_332_482 & 0x7fff_ffff) % 8))
        var dice = Dice(seed: 1)
        var seen = Set<Int32>()
        for length in 0..<200 {
            let partition = withBytes(dice.bytes(length)) { Hash.partition(of: $0, among: 12) }
            #expect((0..<12).contains(partition))
            seen.insert(partition)
        }
        #expect(seen.count == 12)
        #expect(Hash.partition(of: .none, among: 5) == withBytes("") { Hash.partition(of: $0, among: 5) })
    }

    /// These numbers stand in state and in message ids: another hash would make every id new.
    @Test(
        arguments: [
            ("", 0, 0x42bc_986d_c5ee_c4d3), ("a", 0, 0x218c_ac7e_f932_012f), ("abcd", 0, 0x3137_ca96_f6bf_2ec5),
            ("customer-1", 0, 0x192b_62d8_dab1_d40f), ("a name of more than sixteen bytes", 7, 0xa9ff_8de1_b16d_858b),
        ] as [(String, UInt64, UInt64)]
    )
    func `the house's hash never changes`(text: String, seed: UInt64, hash: UInt64) {
        #expect(withBytes(text) { Hash.of($0, seed: seed) } == hash)
    }

    @Test func `the hash depends on every byte, the length and the seed`() {
        var dice = Dice(seed: 2)
        for length in 1...80 {
            let bytes = dice.bytes(length)
            let hash = withBytes(bytes) { Hash.of($0) }
            for index in bytes.indices {
                var other = bytes
                other[index] ^= 1 << UInt8(index & 7)
                #expect(withBytes(other) { Hash.of($0) } != hash)
            }
            #expect(withBytes(bytes + [0]) { Hash.of($0) } != hash)
            #expect(withBytes(bytes) { Hash.of($0, seed: 1) } != hash)
            #expect(withBytes(bytes) { Hash.of($0) } == hash)
        }
    }

    /// 100,000 names into 2^16 cells by the low bits and by the high ones: about as many empty ones as chance leaves.
    @Test func `both ends of the hash spread names well`() {
        var low = [Bool](repeating: false, count: 1 << 16)
        var high = low
        for number in 0..<100_000 {
            let hash = withBytes("product-\(number)") { Hash.of($0) }
            low[Int(hash & 0xFFFF)] = true
            high[Int(hash >> 48)] = true
        }
        let empty = 65_536 * 0.2174  // e^(-100000/65536)
        for cells in [low, high] { #expect(abs(Double(cells.count { !$0 }) - empty) < 600) }
    }

    @Test func `the same bytes hash alike at every alignment`() {
        var dice = Dice(seed: 3)
        let bytes = dice.bytes(64)
        for offset in 0..<16 {
            let moved = [UInt8](repeating: 0, count: offset) + bytes
            #expect(withBytes(moved) { Hash.of($0.dropFirst(offset)) } == withBytes(bytes) { Hash.of($0) })
            #expect(withBytes(moved) { Hash.murmur2($0.dropFirst(offset)) } == withBytes(bytes) { Hash.murmur2($0) })
        }
    }

    @Test func `nothing hashes like the empty text`() {
        #expect(Hash.of(.none, seed: 3) == Hash.of(Bytes(""), seed: 3))
        #expect(Hash.murmur2(.none) == Hash.murmur2(Bytes("")))
    }

    @Test func `outcome ids tell kinds, keys and causes apart`() {
        var ids: [OutcomeId] = []
        for kind in UInt8(0)..<5 {
            for key in ["", "u1", "u2"] {
                for cause in 0..<4 as Range<UInt64> {
                    ids.append(withBytes(key) { OutcomeId(kind: kind, key: $0, cause: (cause & 1, cause >> 1)) })
                }
            }
        }
        #expect(Set(ids.map(\.high)).count == ids.count)
        #expect(Set(ids.map(\.low)).count == ids.count)
        let first = withBytes("") { OutcomeId(kind: 0, key: $0, cause: (0, 0)) }
        #expect(ids[0] == first)
    }

    @Test func `an origin's cause tells positions apart`() {
        let origin = Origin(topic: -1, partition: 7, offset: 12)
        #expect(origin.cause == (0xFFFF_FFFF_0000_0007, 12))
        #expect(Origin(topic: 0, partition: -1, offset: -2).cause == (0xFFFF_FFFF, UInt64.max - 1))
    }
}

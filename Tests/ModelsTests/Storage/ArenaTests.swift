import Models
import Testing

@Suite struct ArenaTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 24, 25, 31, 32, 33, 128, 129, 193, 255, 256])
    func `a block has room, not half too much, and is zeroed`(words: Int) {
        var arena = Arena(chunkWords: 512)
        let block = arena.allocate(words: words)
        let size = Int(block.words)
        #expect(size >= words && 2 * size < 3 * words + 1)
        let memory = arena.pointer(block, as: UInt64.self)
        let cleared = (0..<size).allSatisfy { memory[$0] == 0 }
        #expect(cleared)
    }

    @Test func `a used block comes back zeroed`() {
        var arena = Arena()
        var block = arena.allocate(words: 4)
        let handle = block.handle
        arena.pointer(block, as: UInt64.self).update(repeating: .max, count: 4)
        arena.free(&block)
        #expect(block == .none)
        let again = arena.allocate(words: 4)
        #expect(again.handle == handle, "the last freed is the first reused")
        let memory = arena.pointer(again, as: UInt64.self)
        let words = (0..<4).map { memory[$0] }
        #expect(words == [0, 0, 0, 0])
    }

    @Test func `growing keeps what was there and clears the rest`() {
        var arena = Arena()
        var block = Arena.Block.none
        arena.grow(&block, toWords: 2)
        arena.pointer(block, as: UInt64.self)[0] = 7
        arena.pointer(block, as: UInt64.self)[1] = 8
        let before = block
        arena.grow(&block, toWords: 1)
        #expect(block == before, "big enough already")
        arena.grow(&block, toWords: 5)
        let memory = arena.pointer(block, as: UInt64.self)
        let words = (0..<Int(block.words)).map { memory[$0] }
        #expect(words == [7, 8, 0, 0, 0, 0])
        #expect(arena.bytesUsed == 48, "the old block went back")
    }

    @Test func `blocks do not move when chunks are added`() {
        var arena = Arena(chunkWords: 256)
        let first = arena.allocate(words: 16)
        let address = arena.pointer(first, as: UInt64.self)
        for _ in 0..<1000 { _ = arena.allocate(words: 64) }
        let still = arena.pointer(first, as: UInt64.self)
        #expect(address == still)
        #expect(arena.bytesReserved >= 1000 * 512)
    }

    @Test func `a steady come and go reserves nothing more`() {
        var arena = Arena(chunkWords: 1024)
        var random = SeededRandom(seed: 5)
        var blocks = (0..<200).map { _ in arena.allocate(words: 1 + random.nextIndex(below: 256)) }
        func churn(_ arena: inout Arena) {
            for _ in 0..<2000 {
                let i = random.nextIndex(below: blocks.count)
                let words = Int(blocks[i].words)
                arena.free(&blocks[i])
                blocks[i] = arena.allocate(words: words)
            }
        }
        churn(&arena)
        let reserved = arena.bytesReserved
        let used = arena.bytesUsed
        churn(&arena)
        #expect(arena.bytesReserved == reserved)
        #expect(arena.bytesUsed == used)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no two live blocks overlap`(seed: UInt64) {
        var arena = Arena(chunkWords: 512)
        var random = SeededRandom(seed: seed)
        var live: [(block: Arena.Block, stamp: UInt64)] = []
        for step in 0..<5000 as Range<UInt64> {
            switch random.nextIndex(below: 5) {
            case 0 where !live.isEmpty:
                var gone = live.remove(at: random.nextIndex(below: live.count))
                #expect(Self.holds(gone.block, gone.stamp, arena) == true)
                arena.free(&gone.block)
            case 1 where !live.isEmpty:
                let i = random.nextIndex(below: live.count)
                arena.grow(&live[i].block, toWords: min(256, 2 * Int(live[i].block.words)))
                Self.fill(live[i].block, live[i].stamp, arena)
            default:
                let block = arena.allocate(words: 1 + random.nextIndex(below: 40))
                Self.fill(block, step, arena)
                live.append((block, step))
            }
        }
        for entry in live { #expect(Self.holds(entry.block, entry.stamp, arena) == true) }
        #expect(arena.bytesUsed == live.reduce(0) { $0 + 8 * Int($1.block.words) })
        #expect(live.count > 100)
    }

    private static func fill(_ block: Arena.Block, _ stamp: UInt64, _ arena: borrowing Arena) {
        arena.pointer(block, as: UInt64.self).update(repeating: stamp, count: Int(block.words))
    }

    private static func holds(_ block: Arena.Block, _ stamp: UInt64, _ arena: borrowing Arena) -> Bool {
        let memory = arena.pointer(block, as: UInt64.self)
        return (0..<Int(block.words)).allSatisfy { memory[$0] == stamp }
    }
}

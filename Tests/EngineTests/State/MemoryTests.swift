import Events
import Models
import Testing

@testable import Engine

/// What a customer and a product cost at their fullest. Printed, because the numbers are looked at; held, because they
/// are promised.
@Suite struct MemoryTests {
    /// Every ring, row and timer full: 64 message ids, 20 touches, 16 products of the last order, 8 categories and
    /// brands.
    static func fullCustomer() throws -> [UInt8] {
        let world = World()
        for day in 0..<70 {
            let products = (0..<20).map { "product-\(day + $0)/c\(($0 + day) % 12)/b\($0 % 12)@9.5" }
            let order = "d\(day) 10:00 u1 buys \(products.joined(separator: " ")) for 5 as m\(day)"
            world.fold(Array(Saying(order + " paying \(["EUR", "USD", "GBP"][day % 3])", day: 0).json.utf8))
        }
        let known = world.customers.customers[0]
        #expect(known.messageIds.count == 64 && known.touches.count == 20 && known.basket.count == 16)
        #expect(known.categories.count == 8 && known.brands.count == 8 && known.timer > 0)
        return try #require(world.whole()["customer/u1"].flatMap { $0 })
    }

    /// All three rows with their sixty-four products.
    static func fullProduct() throws -> [UInt8] {
        let world = World()
        for number in 0..<100 {
            withTexts(["p1", "follower-\(number)"]) { texts in
                for kind in [Signal.Kind.boughtAfter, .viewedAfter, .boughtAfterView] {
                    let signal = SignalFields(kind, time: Saying.opening, subject: texts[0], object: texts[1])
                    world.products.apply(signal, into: world.effects)
                }
            }
        }
        let known = world.products.products[0]
        #expect(known.boughtAfter.count == 64 && known.viewedAfter.count == 64 && known.boughtAfterView.count == 64)
        return try #require(world.whole()["product stage product/p1"].flatMap { $0 })
    }

    static let count = 8_192

    @Test func `a customer takes a kilobyte at most`() throws {
        let state = CustomerState(partition: 0, commons: Commons(configuration: EngineConfiguration(), partitions: 1))
        let empty = state.bytesReserved
        let full = try Self.fullCustomer()
        for number in 0..<Self.count {
            try Self.lend("customer/user-\(100_000 + number)", full) { key, value throws(StateFault) in
                try state.restore(key: key, value: value)
            }
        }
        state.finishRestore()
        let record = MemoryLayout<Customer>.stride
        let blocks = state.arena.bytesUsed / Self.count
        let all = (state.bytesReserved - empty) / Self.count
        print("a full customer: \(record) + \(blocks) in blocks = \(record + blocks) bytes; \(all) with key and timer")
        #expect(all <= 1_024, "record, blocks, key, table and timer")
    }

    @Test func `a product takes two kilobytes at most`() throws {
        let state = ProductState(partition: 0, commons: Commons(configuration: EngineConfiguration(), partitions: 1))
        let empty = state.bytesReserved
        let full = try Self.fullProduct()
        for number in 0..<Self.count / 4 {
            try Self.lend("product/product-\(number)", full) { key, value throws(StateFault) in
                try state.restore(key: key, value: value)
            }
        }
        let record = MemoryLayout<Product>.stride
        let blocks = state.arena.bytesUsed / (Self.count / 4)
        let all = (state.bytesReserved - empty) / (Self.count / 4)
        print("a full product: \(record) + \(blocks) in blocks = \(record + blocks) bytes; \(all) with its table")
        #expect(record + blocks <= 2_048 && all <= 2_048)
    }

    @Test func `a customer who only looked once takes little`() {
        let world = World()
        let empty = world.customers.bytesReserved
        for number in 0..<Self.count / 2 {
            world.fold(Array(Saying("d0 10:00 u\(number) views p\(number % 50)/c1", day: 0).json.utf8))
        }
        let each = (world.customers.bytesReserved - empty) / (Self.count / 2)
        print("a customer with one view: \(each) bytes")
        #expect(each <= 512)
    }

    @Test func `a name costs fifty bytes beside its text`() {
        let names = Names()
        let empty = names.bytesReserved
        for number in 0..<50_000 { withTexts(["product-\(number + 100_000)"]) { _ = names.intern($0[0]) } }
        let each = (names.bytesReserved - empty) / 50_000
        print("a name of fourteen bytes: \(each) bytes")
        #expect(each <= 14 + 64)
    }

    @Test func `what is known of a product is bounded`() {
        let twins = RankingTwinTests.Shops(seed: 3, products: 2_000)
        let each = twins.commons.knowledge.bytesReserved / 2_000
        print("a product in the replica: \(each) bytes")
        #expect(each <= 1_024)
    }

    static func lend(_ key: String, _ value: [UInt8], _ body: (Bytes, Bytes) throws(StateFault) -> Void)
        throws(StateFault)
    {
        var fault: StateFault?
        let key = Array(key.utf8)
        key.withUnsafeBytes { key in
            value.withUnsafeBytes { value in
                do throws(StateFault) { try body(Bytes(key), Bytes(value)) } catch { fault = error }
            }
        }
        if let fault { throw fault }
    }
}

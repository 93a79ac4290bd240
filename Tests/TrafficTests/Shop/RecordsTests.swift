import Events
import Foundation
import Testing

@testable import Traffic

@Suite("The shop's records")
struct RecordsTests {
    private func object(_ told: Told) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(told.value))) as? [String: Any]
    }

    @Test func everythingButPoisonIsJSON() {
        var bad = 0
        for told in SmallShop.told where !told.event.isPoison { bad += object(told) == nil ? 1 : 0 }
        #expect(bad == 0 && SmallShop.told.count > 40_000)
    }

    @Test func recordsComeInOrderOfTime() {
        let times = SmallShop.told.map(\.event.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times.allSatisfy { $0 >= SmallShop.plan.start && $0 < SmallShop.plan.end })
    }

    @Test func theTimestampIsTheEventsTime() throws {
        for told in SmallShop.told.prefix(20_000) where told.isLife {
            let found = try #require(object(told)?["timestamp"] as? String)
            let time = found.utf8.withContiguousStorageIfAvailable { TimeText.parse(Bytes(UnsafeRawBufferPointer($0))) }
            #expect(time == .some(told.event.time))
        }
    }

    @Test func theKeyIsTheUserElseTheVisitor() {
        for told in SmallShop.told.prefix(20_000) where !told.event.isPoison {
            let fields = object(told)
            let isProduct = told.event.topic == .catalog
            let key = isProduct ? fields?["product_id"] : fields?["userId"] ?? fields?["anonymousId"]
            #expect(key as? String == String(decoding: told.key, as: UTF8.self))
        }
    }

    @Test func namesReadBack() {
        for told in SmallShop.told.prefix(5_000) where told.isLife && told.event.customer >= 0 {
            let customer = told.key.withUnsafeBytes { ShopName.customerIndex(Bytes($0)) }
            #expect(customer == Int(told.event.customer))
        }
        #expect(ShopName.customer(12) == "u000012" && ShopName.product(1_234_567) == "p1234567")
        #expect(ShopName.productIndex(Bytes("u000012")) == nil && ShopName.productIndex(Bytes("p00x012")) == nil)
        #expect(ShopName.productIndex(Bytes("p1234567")) == 1_234_567)
    }

    @Test func theCatalogueComesFirstAndWhole() {
        let opening = SmallShop.told.prefix(SmallShop.plan.products)
        #expect(opening.allSatisfy { $0.event.topic == .catalog })
        #expect(Set(opening.map(\.event.product)).count == SmallShop.plan.products)
        let fields = opening.compactMap(object)
        for name in ["product_id", "title", "category", "brand", "price", "currency", "in_stock"] {
            #expect(fields.allSatisfy { $0[name] != nil })
        }
        let chinese = fields.filter { ($0["title"] as? String)?.unicodeScalars.contains { $0.value > 0x4E00 } ?? false }
        #expect((0.15...0.45).contains(Double(chinese.count) / Double(fields.count)))
    }

    @Test func eventsAreAboutAsLongAsRealOnes() {
        let clicks = SmallShop.told.filter { $0.isLife && $0.event.topic == .clickstream }
        let mean = clicks.reduce(0) { $0 + $1.value.count } / clicks.count
        #expect((250...345).contains(mean))
    }

    @Test func aDayHasTheEventsItWasPlannedToHave() {
        let clicks = SmallShop.told.filter { $0.isLife && $0.event.topic == .clickstream }
        let perDay = Double(clicks.count) / 90
        #expect((0.85...1.15).contains(perDay / Double(SmallShop.plan.eventsPerDay)))
    }

    @Test func everyKindOfEventHappens() {
        let kinds = Set(SmallShop.told.compactMap(\.event.kind))
        #expect(kinds == Set(FactKind.allCases).subtracting([.consentUpdated, .erased]), "all but what is asked of us")
    }

    @Test func theProductsOwnDecoderReadsAllOfIt() {
        var decoder = Decoder()
        var unread = 0
        var refusedPoison = 0
        for told in SmallShop.told where told.event.topic != .catalog {
            let decoded = told.value.withUnsafeBytes { decoder.decode(Bytes($0), recordTime: told.event.time) }
            switch decoded {
            case .rejected: told.event.isPoison ? (refusedPoison += 1) : (unread += 1)
            case .skipped: unread += told.event.kind == nil && !told.event.isPoison ? 0 : 1
            case .fact: unread += decoder.fact.kind == told.event.kind ? 0 : 1
            }
        }
        #expect(unread == 0)
        #expect(refusedPoison == SmallShop.told.count { $0.event.isPoison } && refusedPoison > 20)
    }
}

import Events
import Foundation
import Models
import Testing

@testable import Engine

/// What product pages show, and what the replica is fed with: the strongest of a product's rows.
@Suite struct NeighbourStories {
    @Test func `a product page shows what was bought and viewed next`() {
        let shop = Shop()
        shop.says(
            "d0 10:00 u1 views a",
            "10:00 u1 views b",
            "10:00 u1 buys b",
            "10:00 u1 buys c d",
            "10:00 u2 views a",
            "10:00 u2 views b"
        )
        let heard = shop.closes()
        #expect(heard.contains("neighbours of a: viewed_after: b 2.0; bought_after_view: b 1.0, c 0.5, d 0.5;"))
        #expect(heard.contains("neighbours of b: bought_after: c 0.5, d 0.5; bought_after_view: b 1.0, c 0.5, d 0.5;"))
        #expect(heard.contains("neighbours of c:") && heard.count == 4)
    }

    @Test func `numbers and totals stand beside the rows`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views a/Games", "10:00 u1 buys a/Games*2", "10:00 u1 buys b", "10:00 u2 views a")
        _ = shop.closes()
        let row = try #require(shop.outcomes.first { $0.json["product_id"] as? String == "a" }).json
        #expect(row["views"] as? Int == 2 && row["orders"] as? Int == 1 && row["category"] as? String == "Games")
        #expect(row["popularity"] as? Double == 2.1 && row["bought_after_total"] as? Double == 1)
        #expect(row["as_of"] as? String == "2026-03-02T10:00:00.000Z")
    }

    @Test func `twenty of a row are shown, the total counts them all`() throws {
        let shop = Shop()
        for number in 0..<30 { shop.says("d0 10:00 u\(number) buys a", "d0 10:00 u\(number) buys f\(number)") }
        shop.says("d0 10:00 v buys a", "d0 10:00 v buys f29")
        _ = shop.closes()
        let row = try #require(shop.outcomes.first { $0.json["product_id"] as? String == "a" }).json
        let entries = try #require(row["bought_after"] as? [[String: Any]])
        #expect(entries.count == 20 && entries[0]["product_id"] as? String == "f29")
        #expect(row["bought_after_total"] as? Double == 31)
    }

    /// A stage of products alone, told in signals.
    static func stage(_ signals: [SignalFields]) -> (ProductState, Effects) {
        let state = ProductState(partition: 0, commons: Commons(configuration: EngineConfiguration(), partitions: 1))
        let effects = Effects(partitions: 1)
        for signal in signals { state.apply(signal, into: effects) }
        return (state, effects)
    }

    static func bought(_ subject: StaticString, _ object: StaticString, _ weight: Float = 1) -> SignalFields {
        SignalFields(.boughtAfter, time: Saying.opening, subject: Bytes(subject), object: Bytes(object), weight: weight)
    }

    static func published(_ state: ProductState, _ effects: Effects, limit: Int = .max) -> [String] {
        state.project(limit: limit, into: effects)
        defer { effects.outcomes.removeAll() }
        return effects.outcomes.projections.map(\.key.text)
    }

    @Test func `only what changed by more than a twentieth is published`() {
        let (state, effects) = Self.stage([Self.bought("a", "b", 100), Self.bought("c", "d")])
        #expect(Set(Self.published(state, effects)) == ["a", "c"])
        #expect(Self.published(state, effects) == [] && state.projectionsWaiting == 0)
        for signal in [Self.bought("a", "b", 4), Self.bought("c", "d", 4)] { state.apply(signal, into: effects) }
        #expect(Self.published(state, effects) == ["c"])
        state.apply(Self.bought("a", "b", 4), into: effects)
        #expect(Self.published(state, effects) == ["a"], "small changes add up")
    }

    @Test func `the most changed goes first, the rest waits`() {
        let (state, effects) = Self.stage([Self.bought("a", "z"), Self.bought("b", "z", 9), Self.bought("c", "z", 3)])
        #expect(Self.published(state, effects, limit: 1) == ["b"])
        #expect(state.projectionsWaiting == 2)
        #expect(Self.published(state, effects, limit: 1) == ["c"])
        #expect(Self.published(state, effects, limit: 1) == ["a"])
        #expect(Self.published(state, effects, limit: 1) == [] && state.projectionsWaiting == 0)
    }

    @Test func `signals of another partition's products are counted, not folded`() {
        let commons = Commons(configuration: EngineConfiguration(), partitions: 8)
        let effects = Effects(partitions: 8)
        let states = (0..<8 as Range<Int32>).map { ProductState(partition: $0, commons: commons) }
        for state in states { state.apply(Self.bought("a", "b"), into: effects) }
        #expect(states.map(\.count).reduce(0, +) == 1 && states.map(\.misrouted).reduce(0, +) == 7)
        #expect(
            states.filter { $0.sentimentOwner != nil }.count == 1 && states.filter { $0.churnOwner != nil }.count == 1
        )
    }

    @Test func `a name too long is nameless, and breaks nothing`() {
        let long = [UInt8](repeating: 0x61, count: Limits.identifier + 1)
        long.withUnsafeBytes { name in
            let (state, effects) = Self.stage([
                SignalFields(.viewed, time: Saying.opening, subject: Bytes(name)),
                SignalFields(.boughtAfter, time: Saying.opening, subject: Bytes("a"), object: Bytes(name)),
                SignalFields(.viewed, time: Saying.opening, subject: Bytes("b"), category: Bytes(name)),
            ])
            #expect(Set(Self.published(state, effects)) == ["b"])
            #expect(state.commons.names.refused == 3)
            let knowledge = state.commons.knowledge
            knowledge.adopt(product: Bytes(name), category: Bytes(name), isOutOfStock: true)
            knowledge.adopt(product: Bytes("b"), category: Bytes(name), isOutOfStock: true)
            #expect(knowledge.products == 1)
        }
    }

    @Test func `signals that nobody sends break nothing`() {
        let wild: [Float] = [
            .nan, .infinity, -.infinity, -1, 0, 1e30, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
        ]
        let times: [EventTime] = [EventTime.unknown, -1, 0, Saying.opening, .max]
        let (state, effects) = Self.stage([])
        for kind in Signal.Kind.allCases {
            for weight in wild {
                for time in times {
                    var signal = SignalFields(
                        kind,
                        time: time,
                        subject: Bytes("a"),
                        object: Bytes("12345678"),
                        category: Bytes("c"),
                        text: Bytes("good")
                    )
                    (signal.weight, signal.second, signal.third) = (weight, weight, weight)
                    if kind == .review { signal.subject = Bytes(ModelKey.sentiment) }
                    if kind == .purchaseHistory { signal.subject = Bytes(ModelKey.churn) }
                    state.apply(signal, into: effects)
                }
            }
        }
        state.projectAll(into: effects)
        #expect(effects.outcomes.projections.count == state.count)
        #expect(state.churnOwner?.estimator.sampled ?? 9 <= 1)
    }
}

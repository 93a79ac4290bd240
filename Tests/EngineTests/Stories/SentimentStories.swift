import Engine
import Events
import Foundation
import Testing

/// Reviews: judged before they teach, counted by product and category, and the moment in which they turn.
@Suite struct SentimentStories {
    static let kind = "Wonderful quality, works perfectly, I love it and recommend it"
    static let unkind = "Terrible quality, broke after a day, a waste of money, I hate it"

    static func latest(_ shop: Shop) throws -> Double {
        try #require(shop.outcomes.last?.properties["latest_polarity"] as? Double)
    }

    @Test func `words decide`() {
        let shop = Shop()
        #expect(
            shop.says("d0 10:00 u1 reviews p1 saying \(Self.kind)") == [
                "sentiment of p1: 0 negative, 0 neutral, 1 positive, steady"
            ]
        )
        #expect(
            shop.says("d0 10:01 u2 reviews p1 saying \(Self.unkind)") == [
                "sentiment of p1: 1 negative, 0 neutral, 1 positive, steady"
            ]
        )
        #expect(shop.says("d0 10:02 u3 reviews p1 saying It arrived on Tuesday").count == 1)
    }

    @Test func `Chinese words decide too`() {
        let shop = Shop()
        #expect(
            shop.says("d0 10:00 u1 reviews p1 saying 质量很好，非常喜欢，推荐购买") == [
                "sentiment of p1: 0 negative, 0 neutral, 1 positive, steady"
            ]
        )
        #expect(
            shop.says("d0 10:00 u2 reviews p1 saying 质量太差了，非常失望，垃圾") == [
                "sentiment of p1: 1 negative, 0 neutral, 1 positive, steady"
            ]
        )
    }

    @Test func `a review is judged before its stars are learned`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 reviews p1 stars 1 saying flurbish flurbish grommet")
        let first = try Self.latest(shop)
        shop.says("d0 10:00 u1 reviews p2 saying flurbish flurbish grommet")
        let second = try Self.latest(shop)
        let untaught = Shop()
        untaught.says("d0 10:00 u1 reviews p1 saying flurbish flurbish grommet")
        #expect(try first == Self.latest(untaught), "the stars do not reach the verdict on their own text")
        #expect(second < first - 0.3, "but the next one")
    }

    @Test func `the shop's own words are learned against the lexicon`() throws {
        let shop = Shop()
        for number in 0..<30 { shop.says("d0 10:00 u\(number) reviews p1 stars 5 saying sick sick beat") }
        shop.says("d0 11:00 u0 reviews p2 saying sick beat")
        #expect(try Self.latest(shop) > 0.3)
    }

    @Test func `a review without words is judged by its stars`() throws {
        for (stars, polarity) in [(1, -1), (2, -0.5), (3, 0), (4, 0.5), (5, 1)] as [(Int, Double)] {
            let shop = Shop()
            shop.says("d0 10:00 u1 reviews p1 stars \(stars)")
            #expect(try Self.latest(shop) == polarity, "\(stars) stars")
        }
    }

    @Test func `categories are counted beside products`() {
        let shop = Shop()
        #expect(
            shop.says("d0 10:00 u1 reviews p1/Games saying \(Self.kind)") == [
                "sentiment of p1: 0 negative, 0 neutral, 1 positive, steady",
                "sentiment of category Games: 0 negative, 0 neutral, 1 positive, steady",
            ]
        )
        #expect(
            shop.says("d0 10:00 u2 reviews p2/Games saying \(Self.unkind)").last
                == "sentiment of category Games: 1 negative, 0 neutral, 1 positive, steady"
        )
    }

    @Test func `hours and days are counted as they tumble`() throws {
        let shop = Shop()
        let window = { (name: String) throws in
            let window = try #require(shop.outcomes.last?.properties[name] as? [String: Any])
            return "\(window["start"] ?? "") \(window["reviews"] ?? "")"
        }
        shop.says("d0 10:10 u1 reviews p1 stars 5", "d0 10:50 u1 reviews p1 stars 5")
        #expect(try window("hour") == "2026-03-02T10:00:00.000Z 2" && window("day") == "2026-03-02T00:00:00.000Z 2")
        shop.says("d0 11:00 u1 reviews p1 stars 1")
        #expect(try window("hour") == "2026-03-02T11:00:00.000Z 1" && window("day") == "2026-03-02T00:00:00.000Z 3")
        shop.says("d0 10:59 u2 reviews p1 stars 1")
        #expect(
            try window("hour") == "2026-03-02T11:00:00.000Z 1" && window("day") == "2026-03-02T00:00:00.000Z 4",
            "late"
        )
        shop.says("d1 0:00 u1 reviews p1 stars 1")
        #expect(try window("hour") == "2026-03-03T00:00:00.000Z 1" && window("day") == "2026-03-03T00:00:00.000Z 1")
    }

    @Test func `the mean fades by half in thirty days`() throws {
        let shop = Shop()
        shop.says("d0 0:00 u1 reviews p1 stars 5", "d30 0:00 u2 reviews p1 stars 1")
        let mean = try #require(shop.outcomes.last?.properties["mean_polarity"] as? Double)
        #expect(abs(mean - (0.5 * 1 - 1) / 1.5) < 1e-3)
    }

    @Test func `a turn for the worse is told once`() {
        let shop = Shop()
        var shifts: [Int] = []
        for number in 0..<80 {
            let heard = shop.says("d\(number) 10:00 u\(number) reviews p1 stars \(number < 40 ? 5 : 1)")
            if heard[0].hasSuffix("worse, shifted") { shifts.append(number) }
            #expect(heard[0].hasSuffix(shifts.isEmpty ? "steady" : number == shifts[0] ? "worse, shifted" : "worse"))
        }
        #expect(shifts.count == 1 && (41...52).contains(shifts[0]), "\(shifts)")
    }

    @Test func `a turn for the better too`() {
        let shop = Shop()
        var heard: [String] = []
        for number in 0..<80 {
            heard += shop.says("d\(number) 10:00 u\(number) reviews p1 stars \(number < 40 ? 1 : 5)")
        }
        #expect(heard.filter { $0.hasSuffix("shifted") }.count == 1 && heard.last?.hasSuffix("better") == true)
    }

    @Test func `mixed reviews never turn`() {
        let shop = Shop()
        var heard: [String] = []
        for number in 0..<200 {
            heard += shop.says("d\(number) 10:00 u\(number) reviews p1 stars \([5, 4, 1, 5, 3][number % 5])")
        }
        #expect(heard.allSatisfy { $0.hasSuffix("steady") })
    }

    @Test func `the words that decided are told`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 reviews p1 saying It arrived late and the screen was terrible")
        let words = try #require(shop.outcomes.last?.properties["evidence"] as? [String])
        #expect(words.contains { $0.contains("terrible") } && words.count <= 3)
    }

    @Test func `a customer's own mood is the mean of its reviews`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 reviews p1 stars 5", "10:01 u1 reviews p2 stars 2 saying \(Self.kind)")
        #expect(try shop.profile("u1").sentiment == 0.25, "stars go before words")
        shop.says("10:02 u2 reviews p1 saying \(Self.unkind)")
        #expect(try #require(try shop.profile("u2").sentiment) < -0.3)
        #expect(try shop.profile("u1").reviews == 2)
    }

    @Test func `outputs begin where they are asked to, the counters do not`() {
        let shop = Shop(since: "d1 0:00")
        #expect(shop.says("d0 10:00 u1 reviews p1 stars 5") == [])
        #expect(
            shop.says("d1 10:00 u2 reviews p1 stars 5") == [
                "sentiment of p1: 0 negative, 0 neutral, 2 positive, steady"
            ]
        )
    }

    @Test func `ids are those of the reviews`() throws {
        let one = Shop()
        let two = Shop()
        for shop in [one, two] {
            for number in 0..<5 {
                shop.says("d0 10:00 u\(number) reviews p1/Games stars 5", "d0 10:01 u\(number) views p1")
            }
        }
        let ids = one.outcomes.filter { $0.line.hasPrefix("sentiment") }.map(\.id)
        #expect(Set(ids).count == 10 && ids.allSatisfy { $0.hasPrefix("sentiment-") })
        #expect(one.outcomes.map(\.value) == two.outcomes.map(\.value))
    }
}

import Events
import Foundation
import Testing

@testable import Traffic

@Suite("What was planted is there")
struct PlantedTruthTests {
    @Test func consecutiveOrdersFollowTheChain() throws {
        let truth = try #require(SmallShop.truth)
        var last: [Int32: Int] = [:]
        var followed = [Int](repeating: 0, count: 5)
        for told in SmallShop.told where told.isLife && told.event.kind == .orderCompleted {
            let product = try #require(told.order.first)
            #expect(product == Int(told.event.product))
            if let before = last[told.event.customer] {
                followed[truth.successors(of: before).firstIndex(of: product) ?? 4] += 1
            }
            last[told.event.customer] = product
        }
        let steps = Double(followed.reduce(0, +))
        #expect(steps > 1_500)
        // What does not follow the chain is drawn by popularity and may fall on a successor by chance.
        for (place, share) in Chains.shares.enumerated() {
            #expect(abs(Double(followed[place]) / steps - 0.8 * share) < 0.045, "place \(place)")
        }
        #expect((0.13...0.21).contains(Double(followed[4]) / steps))
    }

    @Test func viewsFollowTheirOwnChain() throws {
        let truth = try #require(SmallShop.truth)
        var last: [[UInt8]: Int] = [:]
        var steps = 0
        var followed = 0
        for told in SmallShop.told where told.isLife && told.event.kind == .productViewed {
            if let before = last[told.key] {
                steps += 1
                followed += truth.viewSuccessors(of: before).contains(Int(told.event.product)) ? 1 : 0
            }
            last[told.key] = Int(told.event.product)
        }
        #expect(Double(followed) / Double(steps) > 0.3)
    }

    @Test func quietCustomersAreHeardOfBeforeAndNeverAfter() throws {
        let truth = try #require(SmallShop.truth)
        var latest: [Int: EventTime] = [:]
        var orders: [Int: Int] = [:]
        for told in SmallShop.told where told.isLife {
            latest[Int(told.event.customer)] = told.event.time
            if told.event.kind == .orderCompleted { orders[Int(told.event.customer), default: 0] += 1 }
        }
        #expect(truth.quietCustomers.count > 5)
        for turn in truth.quietCustomers {
            let last = try #require(latest[turn.id])
            #expect(last < turn.since && last > turn.since - 30 * EventTime.day)
            #expect(truth.leaves(turn.id) == turn.since && orders[turn.id, default: 0] > 1)
        }
        let others = (0..<SmallShop.plan.customers).filter { truth.leaves($0) == nil }
        #expect(others.count { latest[$0, default: 0] > SmallShop.plan.end - 20 * EventTime.day } > others.count / 2)
    }

    @Test func nobodyIsHeardOfAfterLeaving() throws {
        let truth = try #require(SmallShop.truth)
        for told in SmallShop.told where told.isLife && told.event.customer >= 0 {
            guard let since = truth.leaves(Int(told.event.customer)) else { continue }
            #expect(told.event.time < since)
        }
    }

    @Test func badProductsTurnAtTheirTime() throws {
        let truth = try #require(SmallShop.truth)
        let turns = Dictionary(uniqueKeysWithValues: truth.badProducts.map { ($0.id, $0.since) })
        var stars = [(sum: 0.0, count: 0.0), (sum: 0.0, count: 0.0)]
        for told in SmallShop.told where told.isLife && told.event.kind == .productReviewed {
            guard let since = turns[Int(told.event.product)] else { continue }
            let object = try #require(try JSONSerialization.jsonObject(with: Data(told.value)) as? [String: Any])
            let properties = try #require(object["properties"] as? [String: Any])
            let rating = try #require(
                (properties["rating"] as? NSNumber)?.doubleValue
                    ?? (properties["rating"] as? String).flatMap(Double.init)
            )
            let side = told.event.time < since ? 0 : 1
            stars[side].sum += rating
            stars[side].count += 1
        }
        #expect(turns.count == 5 && stars[0].count > 15 && stars[1].count > 15)
        #expect(stars[0].sum / stars[0].count > 3.5)
        #expect(stars[1].sum / stars[1].count < 2)
    }

    /// The closed formula against an oracle that guesses along.
    @Test func theOraclesRateIsAsComputed() throws {
        let truth = try #require(SmallShop.truth)
        var last: [Int32: Int] = [:]
        var steps = 0
        var hits = 0
        for told in SmallShop.told where told.isLife && told.event.kind == .orderCompleted {
            if let before = last[told.event.customer] {
                steps += 1
                hits += told.order.contains(where: truth.oracle(after: before).contains) ? 1 : 0
            }
            last[told.event.customer] = told.order.first
        }
        #expect(abs(Double(hits) / Double(steps) - truth.expectedHitRate()) < 0.03)
        #expect(truth.expectedHitRate() > 0.8 && truth.expectedHitRate(count: 1) < truth.expectedHitRate(count: 4))
    }

    @Test func theOracleNamesTheSuccessorsFirst() throws {
        let truth = try #require(SmallShop.truth)
        let list = truth.oracle(after: 17)
        #expect(Array(list.prefix(4)) == truth.successors(of: 17) && Set(list).count == 10)
        #expect(truth.oracle(after: nil) == truth.popular(10))
    }
}

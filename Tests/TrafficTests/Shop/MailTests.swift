import Events
import Foundation
import Testing

@testable import Traffic

@Suite("The shop's mail")
struct MailTests {
    @Test func aShareIsDeliveredTwice() {
        let again = SmallShop.told.count { $0.event.isRedelivery }
        let share = Double(again) / Double(SmallShop.told.count)
        #expect((0.003...0.008).contains(share))
    }

    @Test func theSecondDeliveryIsTheFirstToTheByteAndSoonAfter() throws {
        var first: [[UInt8]: EventTime] = [:]
        for told in SmallShop.told where told.isLife { first[told.value] = told.event.time }
        for told in SmallShop.told where told.event.isRedelivery {
            let time = try #require(first[told.value])
            #expect((1...6 * EventTime.minute).contains(told.event.time - time))
            #expect(told.text.contains("\"messageId\":"))
        }
    }

    @Test func batchesAreRetriedWhole() {
        var plan = smallPlan()
        plan.duplicates = 0.1
        var mail = Mail(plan)
        var runs: [Int] = []
        var run = 0
        var last: Int64?
        for _ in 0..<50_000 {
            let again = mail.fate().again
            if let again, again == last {
                run += 1
            } else {
                runs.append(run)
                run = again == nil ? 0 : 1
            }
            last = again
        }
        #expect(runs.contains { $0 >= 20 })
    }

    @Test func messageIdsAreNeverUsedTwice() throws {
        var seen = Set<Substring>()
        for told in SmallShop.told where told.isLife {
            guard let range = told.text.range(of: "\"messageId\":\"") else { continue }
            #expect(seen.insert(told.text[range.upperBound...].prefix(36)).inserted)
        }
    }

    @Test func poisonComesInItsShare() {
        let share = Double(SmallShop.told.count { $0.event.isPoison }) / Double(SmallShop.told.count)
        #expect((0.0005...0.0016).contains(share))
    }

    @Test func everyQuirkIsSeen() {
        let texts = SmallShop.told.filter { $0.isLife }.map(\.text)
        for mark in [
            "\"price\":\"", "\"sku\":\"", "\"eur\"", "\"Viewed Product\"", "\"Completed Order\"", "\"rating\":\"",
        ] {
            #expect(texts.contains { $0.contains(mark) }, "\(mark)")
        }
        #expect(texts.contains { !$0.contains("messageId") })
        #expect(SmallShop.told.contains { $0.text.contains("\"properties\":null") })
    }

    @Test(arguments: Poison.allCases) func everyPoisonIsRefused(poison: Poison) throws {
        let plan = smallPlan()
        var building = Dice(seed: 1, .building)
        var writer = TrackWriter(plan, Catalogue(plan, &building))
        let voice = Voice(customer: 3, isChinese: false, time: plan.start)
        poison.write(voice, product: 1, &building, into: &writer)
        var decoder = Decoder()
        guard case .rejected = decoder.decode(writer.pen.value, recordTime: plan.start) else {
            Issue.record("\(poison) was read: \(writer.pen.value.text)")
            return
        }
    }
}

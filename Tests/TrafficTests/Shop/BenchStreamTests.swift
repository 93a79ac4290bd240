import Events
import Foundation
import Testing

@testable import Traffic

@Suite("The benchmark stream")
struct BenchStreamTests {
    private static func plan(clicks: Int, reviews: Int) -> BenchPlan {
        var plan = BenchPlan(clicks: clicks, reviews: reviews)
        (plan.users, plan.products) = (3_000, 500)
        return plan
    }

    private func tell(_ plan: BenchPlan) throws -> [Told] {
        var stream = try BenchStream(plan)
        var buffer = ByteBuffer()
        var told: [Told] = []
        while let event = stream.next(into: &buffer) {
            told.append(Told(event: event, key: buffer.bytes(event.key).array, value: buffer.bytes(event.value).array))
            buffer.removeAll()
        }
        return told
    }

    @Test func countsAreExactAndProportionsHold() throws {
        let told = try tell(BenchStreamTests.plan(clicks: 40_000, reviews: 2_000))
        let clicks = told.filter { $0.event.topic == .clickstream }
        #expect(clicks.count == 40_000 && told.count == 42_000)
        for (kind, share) in [(FactKind.productViewed, 0.80), (.productAdded, 0.14), (.orderCompleted, 0.06)] {
            #expect(abs(Double(clicks.count { $0.event.kind == kind }) / 40_000 - share) < 0.01)
        }
        #expect((0.003...0.007).contains(Double(clicks.count { $0.event.isRedelivery }) / 40_000))
        let mean = clicks.reduce(0) { $0 + $1.value.count } / clicks.count
        #expect((280...300).contains(mean))
    }

    @Test func linesAreTimelyValidAndTheSameTwice() throws {
        let plan = BenchStreamTests.plan(clicks: 8_000, reviews: 800)
        let told = try tell(plan)
        #expect(try digest(told) == digest(tell(plan)))
        let times = told.map(\.event.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times.allSatisfy { $0 >= plan.start && $0 < plan.start + plan.span })
        #expect(times[times.count - 1] > plan.start + plan.span * 9 / 10)
        var decoder = Decoder()
        for one in told {
            let decoded = one.value.withUnsafeBytes { decoder.decode(Bytes($0), recordTime: one.event.time) }
            guard case .fact = decoded else {
                Issue.record("not read: \(one.text)")
                return
            }
            #expect(decoder.fact.kind == one.event.kind)
        }
        #expect(told.allSatisfy { (try? JSONSerialization.jsonObject(with: Data($0.value))) != nil })
    }

    @Test func copiesComeWithinTwoThousandLines() throws {
        let clicks = try tell(BenchStreamTests.plan(clicks: 20_000, reviews: 0))
        var first: [[UInt8]: Int] = [:]
        for (line, one) in clicks.enumerated() {
            if one.event.isRedelivery {
                let distance = line - (try #require(first[one.value]))
                #expect((1...2_020).contains(distance))
            } else {
                first[one.value] = line
            }
        }
    }

    @Test func ordersFollowTheirChains() throws {
        let clicks = try tell(BenchStreamTests.plan(clicks: 60_000, reviews: 0))
        var after: [Int32: [Int32: Int]] = [:]
        var last: [Int32: Int32] = [:]
        for one in clicks where one.event.kind == .orderCompleted && !one.event.isRedelivery {
            if let before = last[one.event.customer] { after[before, default: [:]][one.event.product, default: 0] += 1 }
            last[one.event.customer] = one.event.product
        }
        let top = after.values.reduce(0) { $0 + ($1.values.max() ?? 0) }
        let all = after.values.reduce(0) { $0 + $1.values.reduce(0, +) }
        #expect(Double(top) / Double(all) > 0.38)
    }

    @Test func oneTopicAloneWorks() throws {
        #expect(try tell(BenchStreamTests.plan(clicks: 0, reviews: 10)).count == 10)
        #expect(try tell(BenchStreamTests.plan(clicks: 0, reviews: 0)).isEmpty)
        var plan = BenchPlan()
        plan.users = 0
        #expect(throws: UnfitPlan.self) { _ = try BenchStream(plan) }
    }
}

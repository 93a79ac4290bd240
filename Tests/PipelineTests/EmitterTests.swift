import Engine
import Events
import Testing

@testable import Pipeline

/// What the state decided, as records.
@Suite struct EmitterTests {
    private func list(for customer: StaticString, _ number: UInt64) -> Recommendation {
        Recommendation(
            id: OutcomeId(kind: 1, key: Bytes(customer), cause: (0, number)),
            customer: Bytes(customer),
            isAnonymous: false,
            isConsented: false,
            time: 1_700_000_000_000,
            trigger: .view,
            product: Bytes("p1"),
            model: "chain",
            places: 0..<1
        )
    }

    /// What is published last under a key is what holds: a retraction between two lists must stay between them.
    @Test func retractionsKeepTheirPlaceAmongTheLists() {
        let effects = Effects(partitions: 1)
        effects.outcomes.recommended = [
            RecommendedProduct(
                product: Bytes("p2"),
                score: 1,
                reason: .popular,
                evidence: .none,
                count: 0,
                total: 0
            )
        ]
        effects.outcomes.retractions = [Retraction(customer: Bytes("u0"), place: 0)]
        effects.outcomes.recommendations = [list(for: "u1", 1), list(for: "u2", 2)]
        effects.outcomes.retractions += [
            Retraction(customer: Bytes("u1"), place: 2), Retraction(customer: Bytes("u2"), place: 2),
        ]
        effects.outcomes.recommendations.append(list(for: "u1", 3))
        effects.outcomes.retractions.append(Retraction(customer: Bytes("u3"), place: 3))
        var outbox = Outbox()
        var counters = Counters(inputs: 1)
        Emitter(.loopback, group: "test").emit(effects, into: &outbox, &counters)
        let written = outbox.records.map { record in
            outbox.key(of: record).text + (record.valueCount < 0 ? " -" : " list")
        }
        #expect(written == ["u0 -", "u1 list", "u2 list", "u1 -", "u2 -", "u1 list", "u3 -"])
        #expect(counters.retractions == 4 && counters.outputs[Int(OutputTopic.recommendations.rawValue)] == 3)
        #expect(effects.outcomes.retractions.isEmpty)
    }
}

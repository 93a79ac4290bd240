import Events
import Foundation
import Testing

/// What is written fits the closed schemas under `Topics/`.
@Suite struct SchemaTests {
    static let outputs = [
        "insights.recommendations.v1", "insights.churn-alerts.v1", "insights.product-sentiment.v1",
        "insights.product-neighbours.v1",
    ]

    @Test(arguments: outputs)
    func `the checker accepts the accepted examples and no other`(topic: String) throws {
        let schema = try Schema(topic: topic)
        for example in try ExampleTests.examples(topic) {
            let offences = try schema.offences(in: String(decoding: example.bytes, as: UTF8.self))
            #expect(offences.isEmpty == example.isAccepted, "\(example.name): \(offences)")
        }
    }

    static func offences(_ topic: String, _ body: (inout ByteBuffer) -> Void) throws -> [String] {
        try Schema(topic: topic).offences(in: Samples.text(body))
    }

    @Test func `golden outcomes fit their schemas`() throws {
        for (line, topic) in zip(GoldenOutcomes.lines, [0, 1, 1, 2, 2, 3, 3]) {
            let offences = try Schema(topic: Self.outputs[topic]).offences(in: line)
            #expect(offences.isEmpty, "\(offences)")
        }
    }

    @Test func `recommendations fit with every reason and trigger`() throws {
        for reason in Reason.allCases {
            for trigger in [Trigger.view, .add, .order] {
                var list = Samples.recommendation(anonymous: trigger == .add)
                list.trigger = trigger
                var places = Samples.places()
                places[1].reason = reason
                #expect(
                    try Self.offences("insights.recommendations.v1") {
                        Samples.encoder.encode(list, places: places, into: &$0)
                    }.isEmpty
                )
            }
        }
    }

    @Test func `a yes travels in the context, and fits`() throws {
        let list = Samples.recommendation(consented: true)
        let alert = Samples.alert(consented: true)
        let yes = #""consent":{"categoryPreferences":{"Analytics":true,"Advertising":true}}}"#
        let texts = [
            Samples.text { Samples.encoder.encode(list, places: Samples.places(), into: &$0) },
            Samples.text { Samples.encoder.encode(alert, into: &$0) },
        ]
        for (topic, text) in zip(Self.outputs, texts) {
            let offences = try Schema(topic: topic).offences(in: text)
            #expect(text.contains(yes) && offences.isEmpty, "\(offences)")
        }
    }

    @Test func `alerts fit with every level, reason and measure`() throws {
        for level in RiskLevel.allCases {
            for measure in [Measure.none, .reminder, .coupon, .personalCall] {
                for probability in [0, 0.99996, 1] {
                    var alert = Samples.alert(level: level)
                    alert.measure = measure
                    alert.probability = probability
                    alert.reasons = ChurnReason.allCases
                    alert.sentiment = -1
                    #expect(
                        try Self.offences("insights.churn-alerts.v1") { Samples.encoder.encode(alert, into: &$0) }
                            .isEmpty
                    )
                }
            }
        }
    }

    @Test func `sentiment fits at its ends`() throws {
        for (mean, label) in [(-1, Polarity.negative), (0, .neutral), (1, .positive)] as [(Double, Polarity)] {
            var update = Samples.sentiment(evidence: .none)
            (update.mean, update.latest, update.hour.mean, update.day.mean) = (mean, mean, mean, mean)
            update.label = label
            update.trend = .better
            #expect(
                try Self.offences("insights.product-sentiment.v1") { Samples.encoder.encode(update, into: &$0) }.isEmpty
            )
        }
    }
}

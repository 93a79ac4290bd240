import Events
import Foundation
import Testing

/// The examples under `Topics/` and the decoder agree: what is accepted decodes, what is rejected has its reason.
@Suite struct ExampleTests {
    struct Example {
        let name: String
        let bytes: [UInt8]

        var isAccepted: Bool { name.hasPrefix("accepted-") }
        /// `rejected-schema_violation-no-product` → `schema_violation`
        var reason: String { String(name.dropFirst("rejected-".count).prefix { $0 != "-" && $0 != "." }) }
    }

    static func examples(_ topic: String) throws -> [Example] {
        let folder = root.appending(path: "Topics/examples/\(topic)")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
            .map { Example(name: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
    }

    @Test(arguments: ["storefront.clickstream.v1", "storefront.reviews.v1"])
    func `events decode as their file names say`(topic: String) throws {
        let examples = try Self.examples(topic)
        #expect(examples.contains { $0.isAccepted } && examples.contains { !$0.isAccepted })
        for example in examples {
            let line = told(example.bytes)
            if example.isAccepted {
                #expect(!line.hasPrefix("rejected"), "\(example.name): \(line)")
            } else {
                #expect(line == "rejected \(example.reason)", "\(example.name)")
            }
        }
    }

    static let facts = [
        "accepted-consent-updated.json":
            "consentUpdated AiUGstSDIg 2026-11-02T19:12:00.000Z id=ajs-next-1730574600-9",
        "accepted-anonymous-search.json":
            "productsSearched ?23adfd82-aa0f-45a7-a756-24f2a7a4c895 2026-11-02T19:10:00.000Z id=ajs-next-1730574600-2 "
            + "query=blue hotpants",
        "accepted-identify-without-properties.json":
            "identified AiUGstSDIg 2026-11-02T19:09:50.000Z id=ajs-next-1730574590-1",
        "accepted-old-name-and-text-numbers.json":
            "productViewed ?23adfd82-aa0f-45a7-a756-24f2a7a4c895 2026-11-02T19:11:01.249Z [4711 @18.99] USD",
        "accepted-order-completed.json":
            "orderCompleted AiUGstSDIg 2026-11-02T19:31:01.000Z [507f1f77bcf86cd799439011 @18.99 in Games, "
            + "505bd76785ebb509fc183733 @18.99 in Games] amount=44.97 USD id=ajs-next-1730574661-7 "
            + "order=50314b8e9bcf000000000000",
        "accepted-order-refunded-without-products.json":
            "orderRefunded AiUGstSDIg 2026-11-03T18:53:20.000Z amount=44.97 USD id=ajs-next-1730660000-1 "
            + "order=50314b8e9bcf000000000000",
        "accepted-product-viewed.json":
            "productViewed AiUGstSDIg 2026-11-02T19:11:01.249Z [507f1f77bcf86cd799439011 @18.99 in Games by Hasbro] "
            + "USD id=ajs-f8ca1e4de5024d9430b3928bd8ac6b96 locale=en-US",
        "accepted-unknown-event.json": "skipped",
        "accepted-chinese.json":
            "productReviewed u-88213 2026-11-09T08:20:45.120Z [505bd76785ebb509fc183733] rating=1.0 id=rev-0b3e3 "
            + "review=质量很好，孩子非常喜欢，物流也很快。 reviewId=r-1002 locale=zh-CN",
        "accepted-english.json":
            "productReviewed AiUGstSDIg 2026-11-09T08:02:11.000Z [507f1f77bcf86cd799439011] rating=0.25 id=rev-0b3e2 "
            + "review=Arrived with half of the pieces missing, and support never answered. reviewId=r-1001 "
            + "locale=en-US",
        "accepted-rating-on-its-own-scale.json":
            "productReviewed ?23adfd82-aa0f-45a7-a756-24f2a7a4c895 2026-11-09T08:42:11.000Z [G-32] rating=0.85 "
            + "id=rev-0b3e4",
    ]

    @Test func `accepted events say what stands in them`() throws {
        let examples = try ["storefront.clickstream.v1", "storefront.reviews.v1"].flatMap(Self.examples).filter(
            \.isAccepted
        )
        for example in examples {
            let fact = try #require(Self.facts[example.name], "\(example.name) needs its line in this table")
            #expect(told(example.bytes) == fact, "\(example.name)")
        }
        #expect(examples.count == Self.facts.count)
    }

    @Test func `requests to forget somebody decode as their file names say`() throws {
        let examples = try Self.examples("privacy.erasures.v1")
        #expect(examples.contains { $0.isAccepted } && examples.contains { !$0.isAccepted })
        for example in examples {
            let line = ErasureDecoderTests.told(String(decoding: example.bytes, as: UTF8.self), recordTime: .max)
            if example.name.contains("unsuppress") {
                #expect(line == "skipped")
            } else if example.isAccepted {
                let customer = example.name.contains("shopify") ? "191167" : "AiUGstSDIg"
                #expect(line.hasPrefix("erased \(customer) 2026-11-02T19:10:00.000Z"), "\(example.name)")
            } else {
                #expect(line == "rejected \(example.reason)", "\(example.name)")
            }
        }
    }

    @Test func `catalogue rows are read as their file names say`() throws {
        let examples = try Self.examples("storefront.catalog.v1")
        #expect(examples.contains { $0.isAccepted } && examples.contains { !$0.isAccepted })
        for example in examples {
            var decoder = FeedDecoder()
            let isOut = withBytes(example.bytes) { decoder.product($0)?.isOutOfStock }
            #expect((isOut != nil) == example.isAccepted, "\(example.name)")
            #expect(isOut == nil || isOut == example.name.contains("out-of-stock"))
        }
    }

    @Test func `accepted neighbours are read`() throws {
        for example in try Self.examples("insights.product-neighbours.v1") where example.isAccepted {
            var decoder = FeedDecoder()
            let subject = withBytes(example.bytes) { decoder.neighbours($0)?.subject }
            #expect(subject == (example.name.contains("category") ? .category : .product))
            #expect(decoder.entries.count == 3)
        }
    }
}

import Engine
import Events
import Pipeline
import Testing

/// SDKs send a batch again when they get no answer; records that cannot be used become dead letters.
@Suite struct DedupeStories {
    @Test func `the same message counts once`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1 as m1", "10:00 u1 views p1 as m1", "10:05 u1 views p2 as m1")
        #expect(try shop.profile("u1").views == 1)
        #expect(try shop.product("p1").views == 1)
        #expect(shop.replayer.counters.duplicates == 2)
    }

    @Test func `a batch of fifty sent again counts once`() throws {
        let shop = Shop()
        let batch = (0..<50).map { "d0 10:00 u1 views p\($0) as m\($0)" }
        shop.says(batch)
        let before = try shop.profile("u1")
        #expect(shop.says(batch + batch.reversed()) == [])
        #expect(try shop.profile("u1").views == before.views && before.views == 50)
        #expect(shop.replayer.counters.duplicates == 100)
    }

    @Test func `sixty-four messages are remembered`() throws {
        let shop = Shop()
        for number in 0..<64 { shop.says("d0 10:00 u1 views p1 as m\(number)") }
        shop.says("d0 10:00 u1 views p1 as m0")
        #expect(try shop.profile("u1").views == 64, "the oldest of sixty-four is still known")
        shop.says("d0 10:00 u1 views p1 as m64", "d0 10:00 u1 views p1 as m0")
        #expect(try shop.profile("u1").views == 66, "the sixty-fifth took its place")
        shop.says("d0 10:00 u1 views p1 as m2")
        #expect(try shop.profile("u1").views == 66)
    }

    @Test func `a message id is the customer's own`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1 as m1", "10:00 u2 views p1 as m1", "10:00 ?u3 views p1 as m1")
        #expect(try ["u1", "u2", "u3"].allSatisfy { try shop.profile($0).views == 1 })
        #expect(shop.replayer.counters.duplicates == 0)
    }

    @Test func `without an id nothing is a duplicate`() throws {
        let shop = Shop()
        shop.says("d0 10:00 u1 views p1", "10:00 u1 views p1", "10:00 u1 views p1")
        #expect(try shop.profile("u1").views == 3)
    }

    @Test func `a duplicate decides nothing`() {
        let shop = Shop()
        shop.says("d0 10:00 u1 buys a as o1", "d0 10:01 u1 buys b as o2")
        #expect(shop.says("d0 10:02 u2 buys a as o1").recommendations.count == 1)
        #expect(shop.says("d0 10:03 u2 buys b as o1") == [])
        #expect(shop.products.count == 2)
    }

    @Test func `what cannot be used is heard as a dead letter, byte for byte`() {
        let shop = Shop()
        for (record, reason) in [
            ("{", "malformed_json"), ("{}", "unknown_envelope"), ("\0", "unsupported_encoding"),
            (#"{"event":"Cart Viewed","timestamp":1772409600}"#, "missing_identity"),
            (#"{"event":"Cart Viewed","userId":"u1"}"#, "bad_timestamp"),
            (#"{"event":"Product Viewed","userId":"u1","timestamp":1772409600}"#, "schema_violation"),
        ] {
            #expect(shop.record(record, key: "u1") == ["dead letter \(reason)"])
            #expect(shop.outcomes.last?.value == record)
        }
        #expect(shop.replayer.counters.rejected == 6 && shop.replayer.counters.deadLetters == 6)
        #expect(shop.replayer.counters.events == 0 && shop.customers.count == 0)
    }

    @Test func `other events are skipped and counted`() {
        let shop = Shop()
        #expect(shop.record(#"{"type":"page","userId":"u1"}"#) == [])
        #expect(shop.record(#"{"event":"Coupon Applied","userId":"u1"}"#) == [])
        #expect(shop.replayer.counters.skipped == 2 && shop.customers.count == 0)
    }

    @Test func `keys that are missing or another's are counted`() {
        let shop = Shop()
        let view = #"{"event":"Cart Viewed","userId":"u1","timestamp":1772409600}"#
        shop.record(view, key: "u1")
        shop.record(view, key: "u2")
        shop.replayerFoldsUnkeyed(view)
        #expect(shop.replayer.counters.miskeyed == [1] && shop.replayer.counters.unkeyed == [1])
    }
}

extension Shop {
    /// A record without any key.
    func replayerFoldsUnkeyed(_ value: String) {
        Array(value.utf8).withUnsafeBytes { replayer.fold(key: .none, value: Bytes($0)) }
    }
}

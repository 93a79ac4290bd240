import Events
import Foundation
import Models
import Testing

@testable import Engine

/// Records as every version of the state codec wrote them, kept as files: each still decodes to the values that went in.
///
/// `Fixtures/state-N.hex` holds the bytes of version N and `state-N.txt` what was in the state that was written. A new
/// version gets its own pair, which `SHOPSTREAM_RECORD_FIXTURES=1` writes; older ones stay as they are for ever.
@Suite struct CodecFixtureTests {
    static let versions = 1...StateCodec.version

    @Test func `the current version has its fixture`() throws {
        if ProcessInfo.processInfo.environment["SHOPSTREAM_RECORD_FIXTURES"] != nil { try StateFixture.record() }
        #expect(
            StateFixture.exists(StateCodec.version),
            "the codec's version was raised: record its fixture with SHOPSTREAM_RECORD_FIXTURES=1"
        )
    }

    @Test(arguments: versions)
    func `every version decodes to what was written`(version: UInt8) throws {
        let log = try StateFixture.log(version)
        #expect(log.values.allSatisfy { $0?.first == version }, "the fixture is of that version")
        let world = World(strangers: 50)
        try world.restore(log)
        let found = StateFixture.fields(of: world, as: version)
        let expected = try StateFixture.fields(version)
        #expect(found.count == expected.count)
        for (found, expected) in zip(found, expected) { #expect(found == expected) }
    }

    /// Fails when a record is laid out otherwise and the version is still the same: then a state that was written by
    /// the program of yesterday would be misread.
    @Test func `the bytes of the current version are those of the fixture`() throws {
        let log = try StateFixture.log(StateCodec.version)
        let world = World()
        try world.restore(log)
        let again = world.everyRecord().filter { log[$0.key] != nil }
        let different = StateCodecTests.differences(log, again)
        #expect(different == [], "the layout has changed: raise StateCodec.version and record the new fixture")
    }

    @Test func `a newer version is refused by its number`() throws {
        for (key, value) in try StateFixture.log(StateCodec.version) {
            let newer = [StateCodec.version + 1] + (value ?? []).dropFirst()
            #expect(throws: StateFault.newerVersion(StateCodec.version + 1), "\(key)") {
                try World().restore(key, newer)
            }
        }
    }
}

/// The files of one version, and the small shop that is in them.
enum StateFixture {
    private static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "Fixtures")

    static func exists(_ version: UInt8) -> Bool {
        FileManager.default.fileExists(atPath: file(version, "hex").path)
    }

    private static func file(_ version: UInt8, _ kind: String) -> URL {
        folder.appending(path: "state-\(version).\(kind)")
    }

    /// A line a record: the key, a tab, the value in hexadecimal; `(n)` stands for n zero bytes.
    static func log(_ version: UInt8) throws -> Changelog {
        let text = try String(contentsOf: file(version, "hex"), encoding: .utf8)
        return Dictionary(
            uniqueKeysWithValues: text.split(separator: "\n").map { line in
                let parts = line.split(separator: "\t")
                return (String(parts[0]), .some(bytes(parts[1])))
            }
        )
    }

    static func fields(_ version: UInt8) throws -> [String] {
        try String(contentsOf: file(version, "txt"), encoding: .utf8).split(separator: "\n").map(String.init)
    }

    static func record() throws {
        let world = shop()
        let lines = world.everyRecord().filter { isKept($0.key) }.sorted { $0.key < $1.key }
            .map { "\($0.key)\t\(hex($0.value ?? []))" }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file(StateCodec.version, "hex"))
        let fields = fields(of: world, as: StateCodec.version)
        try Data((fields.joined(separator: "\n") + "\n").utf8).write(to: file(StateCodec.version, "txt"))
    }

    /// Of many alike a few are enough.
    private static func isKept(_ key: String) -> Bool {
        guard let name = key.split(separator: "/").last, key.contains("product/") || key.contains("category/") else {
            return true
        }
        return kept.contains(String(name))
    }

    static let kept: Set = ["p1", "p3", "p9", "p60", "c1", "c2"]
    /// The one of the sentiment model's chunks that is kept: the review in Chinese has words in it.
    static let chunk = 12

    /// Customers in several shapes, products, a category, models: enough for every field to hold something.
    private static func shop() -> World {
        let world = World()
        let orders = (0..<70).map { day in
            let products = (0..<20).map { "p\(day + $0)/c\(($0 + day) % 12)/b\($0 % 12)@9.5" }.joined(separator: " ")
            return "d\(day) 10:00 full buys \(products) for 5 as m\(day) paying \(["EUR", "USD", "GBP"][day % 3])"
        }
        let story = [
            "d0 9:00 looker views p1/c1", "d1 9:00 ?somebody views p2/c1/b1@12.50 in s7",
            "d1 9:05 ?somebody adds p2/c1/b1@12.50 in s7",
            "d2 8:00 顾客 buys p3/c2@20*2 p4/c2@5 for 45 paying CNY as a", "d3 8:00 顾客 returns p4 for 5 paying CNY",
            "d3 8:01 顾客 cancels p3 for 20 paying CNY", "d4 8:00 顾客 reviews p3/c2 stars 1 saying 质量太差了",
            "d4 9:00 critic reviews p3/c2 stars 5 saying great quality, love it",
            "d4 9:01 critic reviews p3/c2 saying it broke at once, terrible", "d4 9:02 critic wishes p9",
            "d5 10:00 silent buys p3/c2@20", "d12 10:00 silent buys p4/c2@20", "d19 10:00 silent buys p3/c2@20",
            "d20 9:00 private buys p3/c2@20 as x1 allowing Analytics",
            "d20 9:01 secret views p3/c2@20 allowing nothing",
            "d20 9:02 open views p3/c2@20 allowing Analytics,Advertising",
            "d20 9:03 gone views p3/c2@20",
        ]
        for line in story + orders { world.fold(Array(Saying(line, day: 0).json.utf8)) }
        world.erase("gone", "d21")
        world.fold(Array(Saying("d22 9:03 gone views p9", day: 0).json.utf8))
        let edited = """
            {"event":"Product Reviewed","userId":"critic","timestamp":\(Saying.time("d6")),\
            "properties":{"product_id":"p3","category":"c2","rating":4,"review_id":"r1"}}
            """
        world.fold(Array(edited.utf8))
        world.tick(Saying.time("d160"))
        world.publish(to: [])
        world.fold(Array(Saying("d160 1:00 full views p9/c1/b9", day: 0).json.utf8))
        return world
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        var text = ""
        var at = 0
        while at < bytes.count {
            let zeros = bytes[at...].prefix { $0 == 0 }.count
            if zeros >= 8 {
                text += "(\(zeros))"
                at += zeros
            } else {
                text += String(format: "%02x", bytes[at])
                at += 1
            }
        }
        return text
    }

    private static func bytes(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text
        while !rest.isEmpty {
            if rest.first == "(", let end = rest.firstIndex(of: ")") {
                bytes += Array(repeating: 0, count: Int(rest[rest.startIndex..<end].dropFirst()) ?? 0)
                rest = rest[rest.index(after: end)...]
            } else {
                bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            }
        }
        return bytes
    }
}

extension World {
    /// Every record that a checkpoint of everything would write.
    func everyRecord() -> Changelog {
        var log: Changelog = [:]
        for slot in 0..<customers.customers.slots { customers.markChanged(slot) }
        for slot in 0..<products.products.slots { products.markChanged(slot) }
        products.sentimentOwner?.isChanged = true
        products.churnOwner?.isChanged = true
        if let owner = products.sentimentOwner {
            for chunk in 0..<SentimentModel.chunkCount { owner.model.markClean(chunk) }
            var out = ByteBuffer()
            owner.encode(StateFixture.chunk, into: &out)
            log["product stage model/sentiment/\(StateFixture.chunk)"] = .some(out.bytes().array)
        }
        checkpoint(into: &log)
        return log.merging(suppressionRecords()) { $1 }
    }
}

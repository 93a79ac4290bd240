import Engine
import Events
import Pipeline
import Testing
import Traffic

/// What happens in a service's life is not taken for a fault: customers who are forgotten or agree to less, scrapers,
/// inputs that come later, evictions, records too large for the dead letters.
@Suite struct AuditLifeTests {
    private func rig(inputs: [String] = [Script.clicks, Script.reviews, Topology.erasures]) throws -> Rig {
        let rig = try Rig(inputs: inputs, partitions: 2)
        rig.settings.recordsPerPoll = 5
        rig.settings.projectionInterval = 20
        var script = Script.spread()
        script.records.removeAll { !inputs.contains($0.topic) }
        try rig.load(script)
        return rig
    }

    private func expectAgreement(_ rig: Rig, customers: UInt64, notes: Set<String> = []) throws {
        let report = try AuditRig(rig).audit()
        #expect(report.agrees, "\(report.text)")
        #expect(report.checked["customers recounted"] == customers, "\(report.text)")
        for note in notes { #expect(report.notes.contains { $0.contains(note) }, "\(report.text)") }
    }

    private func append(_ rig: Rig, _ topic: String, _ user: String, _ value: String) throws {
        let partition = Hash.partition(ofText: user, among: 2)
        let time = Script.start + 500 * EventTime.day
        try rig.log.append(topic, partition, key: user, value: value, timestamp: time)
    }

    private func event(_ user: String, _ number: Int, minute: Int64, _ more: String = "") -> String {
        var time = ByteBuffer()
        time.append(time: Script.start + 402 * EventTime.day + minute * EventTime.minute)
        return """
            {"type":"track","event":"Product Viewed","messageId":"x\(number)","userId":"\(user)",\
            "timestamp":"\(time.bytes().text)","properties":{"product_id":"p9","category":"c1"}\(more)}
            """
    }

    @Test func whoIsForgotten() throws {
        let rig = try rig()
        try rig.runToEnd()
        let request = "{\"type\":\"track\",\"event\":\"User Deleted\",\"userId\":\"u2\"}"
        try append(rig, Topology.erasures, "u2", request)
        try rig.log.append(Topology.erasures, 0, key: "u9", value: request)
        try append(rig, Script.clicks, "u2", event("u2", 1, minute: 1))
        try rig.runToEnd()
        try expectAgreement(rig, customers: 7, notes: ["forgotten"])
        let letters = try rig.log.records(in: Topology.deadLetters(of: Topology.erasures))
        #expect(letters.count == 1, "a request under another key")
    }

    @Test func whoAgreesToLess() throws {
        let rig = try rig()
        let no = ",\"context\":{\"consent\":{\"categoryPreferences\":{\"Advertising\":false,\"Analytics\":true,"
        let consent = no + "\"Functional\":true,\"DataSharing\":false}}}"
        try append(rig, Script.clicks, "u3", event("u3", 1, minute: 1, consent))
        try append(rig, Script.clicks, "u3", event("u3", 2, minute: 2))
        try rig.runToEnd()
        try expectAgreement(rig, customers: 7, notes: ["limited by their consent"])
    }

    @Test func whoIsTooBusyForAPerson() throws {
        let rig = try rig()
        for number in 0..<700 {
            try append(rig, Script.clicks, "bot", event("bot", number, minute: Int64(number / 20)))
        }
        try rig.runToEnd()
        try expectAgreement(rig, customers: 8, notes: ["too busy for a person"])
    }

    @Test func anInputThatCameLater() throws {
        let rig = try rig(inputs: [Script.clicks])
        try rig.runToEnd()
        rig.log.createTopic(Script.reviews, partitions: 2)
        rig.log.createTopic(Topology.deadLetters(of: Script.reviews), partitions: 2)
        let wider = try rig.reading([Script.clicks, Script.reviews])
        for record in Script.spread().records where record.topic == Script.reviews {
            try append(wider, Script.reviews, try #require(record.key), record.value)
        }
        try wider.runToEnd()
        try expectAgreement(wider, customers: 8)
    }

    @Test func whoMadeRoom() throws {
        let rig = try rig()
        rig.settings.memoryBudget = 1
        try rig.runToEnd()
        let report = try AuditRig(rig).audit()
        #expect(report.agrees, "\(report.text)")
    }

    /// As `shopstream dlq replay` sends them (decision 15): the records with their count, and behind the letters a
    /// note.
    @Test func lettersThatWereSentBack() throws {
        let rig = try rig()
        try rig.runToEnd()
        let shelf = Topology.deadLetters(of: Script.clicks)
        let letters = try rig.log.records(in: shelf)
        try #require(!letters.isEmpty)
        for letter in letters {
            try rig.log.append(
                Script.clicks,
                letter.place.partition,
                key: letter.keyText,
                value: letter.valueText,
                timestamp: letter.timestamp,
                headers: DeadLetter.replaying(letter.headers, count: 1)
            )
            let note = Header(DeadLetter.Name.replayed, "\(letter.offset)")
            try rig.log.append(shelf, letter.place.partition, key: nil, value: nil, headers: [note])
        }
        try rig.runToEnd()
        let again = try rig.log.records(in: shelf).compactMap { record in
            DeadLetter(record.headers).map { (record, $0) }
        }
        #expect(again.count == 2 * letters.count && again.count { $0.1.replays == 1 } == letters.count)
        try expectAgreement(rig, customers: 8)
        let run = AuditRig(rig)
        try run.drop(try #require(again.last).0)
        #expect(try run.audit().kinds == ["missing dead letter"], "one that did not come back is found")
    }

    @Test func aRecordThatIsTooLargeForTheDeadLetters() throws {
        var options = MemoryLog.Options()
        options.largestRecord = 200_000
        let rig = try Rig(inputs: [Script.clicks], partitions: 1, options: options)
        try rig.load(.single())
        let rubbish = "{\"type\":\"" + String(repeating: "x", count: 199_900)
        try rig.log.append(Script.clicks, 0, key: "k", value: rubbish, timestamp: Script.start)
        try rig.runToEnd()
        let letters = try rig.log.records(in: Topology.deadLetters(of: Script.clicks))
        #expect(letters.contains { ($0.value?.count ?? 0) == 64 << 10 }, "one that says only how it begins")
        let report = try AuditRig(rig).audit()
        #expect(report.agrees, "\(report.text)")
        let beginning = try #require(letters.first { ($0.value?.count ?? 0) == 64 << 10 })
        let run = AuditRig(rig)
        try run.change(beginning) { record in
            record.flip(fromEnd: 9)
            return true
        }
        #expect(try run.audit().kinds == ["different dead letter"])
    }
}

import Events
import Pipeline
import Testing
import Traffic

/// Each kind of tampering is found, and nothing else is.
@Suite struct TamperingTests {
    private func expect(
        _ kinds: Set<String>,
        count: Int? = 1,
        _ tamper: (AuditRig) throws -> Void
    ) throws {
        let run = try AuditRig.run()
        try tamper(run)
        let report = try run.audit()
        #expect(report.kinds == kinds, "\(report.text)")
        if let count { #expect(report.disagreements == count, "\(report.text)") }
    }

    private static let outputs = [OutputTopic.churnAlerts.name, OutputTopic.productSentiment.name]

    @Test(arguments: outputs)
    func anOutputThatIsGone(topic: String) throws {
        try expect(["missing output"]) { run in
            let records = try run.records(topic)
            let second = records.first { record in
                records.contains { $0.place == record.place && $0.key == record.key && $0.offset < record.offset }
            }
            try run.drop(#require(second ?? records.last))
        }
    }

    @Test(arguments: outputs)
    func anOutputThatIsThereTwice(topic: String) throws {
        try expect(["duplicate output"]) { run in try run.add(#require(run.records(topic).last)) }
    }

    @Test(arguments: outputs)
    func anOutputWithAnotherByte(topic: String) throws {
        try expect(["different output"]) { run in
            try run.change(#require(run.records(topic).first)) { record in
                record.flip(fromEnd: 20)
                return true
            }
        }
    }

    @Test func anOutputThatNothingLeadsTo() throws {
        try expect(["extra output"]) { run in
            var record = try #require(try run.records(OutputTopic.churnAlerts.name).last)
            record.value = Array("{\"messageId\":\"churn-0\"}".utf8)
            try run.add(record)
        }
    }

    @Test func twoOutputsOfOneKeyInTheWrongOrder() throws {
        try expect(["different output"]) { run in
            let records = try run.records(OutputTopic.productSentiment.name)
            let first = try #require(records.first)
            let second = try #require(records.first { $0.key == first.key && $0.offset > first.offset })
            try run.change(first) {
                $0.value = second.value
                return true
            }
            try run.change(second) {
                $0.value = first.value
                return true
            }
        }
    }

    @Test(arguments: ["customer/u0", "product/p1", "category/c1", "partition"])
    func aStateRecordWithAnotherByte(key: String) throws {
        let run = try AuditRig.run()
        let topic: OutputTopic = key.hasPrefix("customer") ? .customersChangelog : .productsChangelog
        let record = try #require(try run.records(topic.name).first { $0.keyText == key })
        try run.change(record) {
            $0.value?[4] ^= 1
            return true
        }
        let report = try run.audit()
        let first = try #require(report.findings.first, "\(report.text)")
        #expect(first.kind == .different && first.subject == .state && first.offset == record.offset, "\(report.text)")
    }

    @Test func aStateRecordThatIsGone() throws {
        let run = try AuditRig.run()
        let record = try #require(
            try run.records(OutputTopic.customersChangelog.name).first { $0.keyText == "customer/u1" }
        )
        try run.drop(record)
        let report = try run.audit()
        #expect(report.findings.first?.kind == .missing, "\(report.text)")
        #expect(report.findings.first?.customer == "u1")
    }

    @Test func adviceMayDiffer() throws {
        try expect([], count: 0) { run in
            let records = try run.records(OutputTopic.customersChangelog.name)
            let record = try #require(records.last { $0.keyText?.hasPrefix("customer/") == true })
            try run.change(record) { record in
                record.flip(fromEnd: 1)
                return true
            }
        }
    }

    @Test func aStateRecordOfNobody() throws {
        try expect(["extra state"]) { run in
            var record = try #require(
                try run.records(OutputTopic.customersChangelog.name).last { $0.keyText == "partition" }
            )
            record.key = Array("customer/stranger".utf8)
            try run.add(record)
        }
    }

    @Test func aSignalThatIsGone() throws {
        let run = try AuditRig.run()
        try run.drop(#require(run.records(OutputTopic.signals.name).first))
        let report = try run.audit()
        #expect(report.kinds.contains("missing signal"), "\(report.text)")
    }

    @Test func aForeignSignal() throws {
        let run = try AuditRig.run()
        var writer = SignalWriter()
        writer.append(SignalFields(.viewed, time: Script.start, subject: Bytes("p1")))
        let place = TopicPartition(OutputTopic.signals.name, Hash.partition(ofText: "p1", among: 2))
        try run.rig.log.append(place.topic, place.partition, key: .none, value: writer.buffer.bytes())
        let report = try run.audit()
        #expect(report.kinds == ["extra signal"], "\(report.text)")
        #expect(report.notes.contains { $0.contains("not folded yet") })
    }

    @Test func aShiftedOffset() throws {
        let run = try AuditRig.run()
        var committed = run.committed
        let place = TopicPartition(Script.clicks, 1)
        committed[place] = try #require(committed[place]) - 1
        let report = try AuditRig(run.rig, committed: committed).audit()
        #expect(report.kinds.contains("offset position"), "\(report.text)")
        #expect(report.findings.contains { $0.place == place })
    }

    @Test func aDeadLetterThatIsGone() throws {
        try expect(["missing dead letter"]) { run in
            try run.drop(#require(run.records(Topology.deadLetters(of: Script.clicks)).first))
        }
    }

    @Test func aDeadLetterTwice() throws {
        try expect(["duplicate dead letter"]) { run in
            try run.add(#require(run.records(Topology.deadLetters(of: Script.clicks)).last))
        }
    }

    @Test func aDeadLetterWithAnotherByte() throws {
        try expect(["different dead letter"]) { run in
            try run.change(#require(run.records(Topology.deadLetters(of: Script.clicks)).first)) {
                $0.value?[0] ^= 1
                return true
            }
        }
    }

    @Test func aListTwice() throws {
        try expect(["duplicate list"]) { run in
            try run.add(#require(run.records(OutputTopic.recommendations.name).last))
        }
    }

    @Test func aListUnderAnotherKey() throws {
        try expect(["different list"], count: nil) { run in
            try run.change(#require(run.records(OutputTopic.recommendations.name).last)) {
                $0.key = Array("nobody".utf8)
                return true
            }
        }
    }

    @Test func aListThatNoEventLedTo() throws {
        try expect(["extra list"]) { run in
            try run.change(#require(run.records(OutputTopic.recommendations.name).last)) { record in
                let text = record.valueText ?? ""
                let id = text.split(separator: "\"rec-")[1].prefix(32)
                record.value = Array(text.replacing(id, with: String(id.reversed())).utf8)
                return true
            }
        }
    }

    /// The journal is cut short: what the group has committed beyond it is folded nowhere.
    @Test func aJournalThatEndsTooEarly() throws {
        let run = try AuditRig.run()
        let journals = try run.records(OutputTopic.customersChangelog.name).filter { $0.keyText == "journal" }
        let full = try #require(journals.last { ($0.value?.count ?? 0) > 14 })
        try run.change(full) {
            $0.value?.removeLast(3)
            return true
        }
        #expect(try !run.audit().agrees)
    }

    /// An input record that was folded and is otherwise now: the state is not what the inputs lead to.
    @Test func anInputThatWasChanged() throws {
        let run = try AuditRig.run()
        let record = try #require(
            try run.records(Script.clicks).first { $0.valueText?.contains("Order Completed") == true }
        )
        try run.change(record) { record in
            record.value = Array((record.valueText ?? "").replacing("9.5", with: "8.5").utf8)
            return true
        }
        let report = try run.audit()
        #expect(report.kinds.contains("different state"), "\(report.text)")
        #expect(report.kinds.contains("different count"), "\(report.text)")
    }
}

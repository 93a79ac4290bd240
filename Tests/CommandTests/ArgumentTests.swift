import ArgumentParser
import Events
import Pipeline
import Testing

@testable import shopstream

@Suite("Arguments of the verbs")
struct ArgumentTests {
    /// Complaints of the parser; nil when it takes the arguments.
    private func complaint<Verb: ParsableCommand>(_ verb: Verb.Type, _ arguments: String...) -> String? {
        do {
            _ = try verb.parse(arguments)
            return nil
        } catch {
            return verb.message(for: error)
        }
    }

    @Test func replayWantsAFile() {
        #expect(complaint(Replay.self) != nil)
        #expect(complaint(Replay.self, "-", "-") == "standard input can be read once")
        #expect(complaint(Replay.self, "a", "--delay", "-1") != nil)
        #expect(complaint(Replay.self, "a", "--limit", "0") == "--limit wants a number above 0")
        #expect(complaint(Replay.self, "a", "b.gz", "--out", "x", "--since", "2026-01-01", "--no-neighbours") == nil)
    }

    @Test func replayWritesNeighboursIntoAFolderUnlessTold() throws {
        #expect(try Replay.parse(["a"]).neighbours == nil)
        #expect(try Replay.parse(["a", "--neighbours"]).neighbours == true)
        #expect(try Replay.parse(["a", "--no-neighbours"]).neighbours == false)
    }

    @Test func generateKnowsOneWayToPace() {
        #expect(complaint(Generate.self, "--rate", "5", "--speed", "2") == "--rate and --speed exclude each other")
        #expect(complaint(Generate.self, "--events", "0") == "--events wants a number above 0")
        #expect(complaint(Generate.self, "--days", "5000") == "--days wants at most 3000")
        #expect(complaint(Generate.self, "--reviews", "r") == "--reviews and --catalog want --out")
        #expect(complaint(Generate.self, "--out", "-", "--reviews", "-") != nil)
        #expect(complaint(Generate.self, "--out", "a", "--bench", "--seed", "7", "--start", "7d") == nil)
    }

    @Test(arguments: TailKind.allCases)
    func tailKnowsItsKinds(kind: TailKind) throws {
        #expect(try Tail.parse([kind.rawValue, "--user", "u1", "-n", "3"]).kind == kind)
    }

    @Test func tailRefusesOthers() {
        #expect(complaint(Tail.self, "orders") != nil)
        #expect(complaint(Tail.self, "reviews", "-n", "0") == "-n wants a number above 0")
    }

    @Test func topicsTakesOverrides() throws {
        let plan = try TopicsPlan.parse(["--partitions", "4", "--replication", "1", "-b", "localhost:9092"])
        #expect(plan.wanted.partitions == 4 && plan.wanted.replication == 1 && plan.wanted.folder == "Topics")
        #expect(complaint(TopicsApply.self, "--partitions", "0") == "--partitions wants a number above 0")
        #expect(try TopicsVerify.parse(["--topics", "elsewhere"]).wanted.folder == "elsewhere")
    }

    @Test func doctorTakesASample() {
        #expect(complaint(Doctor.self, "--sample", "0") == "--sample wants 1 to 100000")
        #expect(complaint(Doctor.self, "--probe", "--group", "g") == nil)
    }

    @Test func resetWantsOneTarget() {
        #expect(complaint(Reset.self)?.hasPrefix("choose one of") == true)
        #expect(complaint(Reset.self, "--to-earliest", "--to-latest")?.hasPrefix("choose one of") == true)
        #expect(complaint(Reset.self, "--to-earliest", "--dry-run") == nil)
        #expect(complaint(Reset.self, "--to-datetime", "2026-01-01T00:00:00Z", "--yes") == nil)
        #expect(complaint(Reset.self, "--to-offset", "a:0:5", "--to-offset", "a:1:7") == nil)
        #expect(complaint(Reset.self, "--to-offset", "a:0") != nil)
    }

    @Test func offsetsNameTopicPartitionAndOffset() {
        #expect(OffsetArgument(argument: "t.v1:3:42")?.partition == TopicPartition("t.v1", 3))
        #expect(OffsetArgument(argument: "t.v1:3:42")?.offset == 42)
        for wrong in ["", "t", "t:1", "t:x:1", "t:1:-1", ":1:1", "t:1:2:3"] {
            #expect(OffsetArgument(argument: wrong) == nil)
        }
    }

    @Test func benchmarksNeedWork() {
        #expect(complaint(BenchEngine.self, "--events", "0") == "--events wants a number above 0")
        #expect(complaint(BenchLine.self, "--partitions", "0") == "--partitions wants 1 to 256")
        #expect(complaint(BenchDecode.self, "--json", "--first", "10") == nil)
    }

    @Test func timesAreReadInManyWays() {
        #expect(TimeArgument(argument: "now")?.time(now: 5_000) == 5_000)
        #expect(TimeArgument(argument: "2s")?.time(now: 5_000) == 3_000)
        #expect(TimeArgument(argument: "7d") == .ago(7 * EventTime.day))
        #expect(TimeArgument(argument: "2026-01-01") == .at(1_767_225_600_000))
        #expect(TimeArgument(argument: "2026-01-01T01:00:00+01:00") == .at(1_767_225_600_000))
        #expect(TimeArgument(argument: "1767225600") == .at(1_767_225_600_000))
        for wrong in ["yesterday", "", "-3d", "3w", "1850-01-01"] { #expect(TimeArgument(argument: wrong) == nil) }
    }

    private static let verbs: [String: any ParsableCommand.Type] = [
        "replay": Replay.self, "generate": Generate.self, "tail": Tail.self, "topics": Topics.self,
        "doctor": Doctor.self,
        "reset": Reset.self, "bench": Bench.self, "repartition": Repartition.self,
        "dlq": DeadLetters.self, "dlq list": DeadLettersList.self, "dlq show": DeadLettersShow.self,
        "dlq replay": DeadLettersReplay.self,
    ]

    @Test(arguments: verbs.keys.sorted())
    func helpHasExamples(verb: String) throws {
        let text = try #require(Self.verbs[verb]).helpMessage(columns: 120)
        #expect(text.contains("EXAMPLES") && text.contains("  shopstream \(verb) "))
    }
}

import Events
import Pipeline
import Testing

@testable import shopstream

@Suite("Planning a reset")
struct ResetPlanTests {
    private static let clicks = "shop.clicks"

    private static func topology(partitions: Int32 = 2) throws -> Topology {
        let names = [clicks, Topology.deadLetters(of: clicks)] + OutputTopic.allCases.map(\.name)
        return try Topology(
            inputs: [clicks],
            existing: Dictionary(names.map { ($0, partitions) }, uniquingKeysWith: { first, _ in first })
        )
    }

    private let topology: Topology
    private var survey = ResetSurvey()
    private let first = TopicPartition(ResetPlanTests.clicks, 0)
    private let second = TopicPartition(ResetPlanTests.clicks, 1)
    private let signals = TopicPartition(OutputTopic.signals.name, 0)

    init() throws {
        topology = try Self.topology()
        survey.bounds = [
            first: LogBounds(start: 10, end: 100), second: LogBounds(start: 0, end: 50),
            signals: LogBounds(start: 3, end: 30),
            TopicPartition(OutputTopic.signals.name, 1): LogBounds(start: 0, end: 7),
        ]
        survey.committed = [first: 60, signals: 20]
    }

    private func targets(_ target: ResetTarget) throws -> [Int64] {
        try ResetPlan(target, topology, survey).inputs.map(\.to)
    }

    @Test func earliestIsWhereTheLogsBegin() throws {
        #expect(try targets(.earliest) == [10, 0])
    }

    @Test func latestIsWhereTheyEnd() throws {
        #expect(try targets(.latest) == [100, 50])
    }

    @Test func aTimeIsTheFirstRecordSinceOrTheEnd() throws {
        var own = self
        own.survey.since = [first: 42]
        #expect(try own.targets(.time(1_000)) == [42, 50])
    }

    @Test func namedOffsetsMoveAndTheOthersStay() throws {
        #expect(try targets(.offsets([second: 20])) == [60, 20])
        #expect(try targets(.offsets([first: 100])) == [100, 0])
    }

    @Test func anOffsetBehindTheLogsStartMovesToIt() throws {
        var own = self
        own.survey.committed[first] = 4
        #expect(try own.targets(.offsets([second: 1])) == [10, 1])
    }

    @Test func signalsGoToTheirEndWhateverTheTarget() throws {
        for target in [ResetTarget.earliest, .latest, .offsets([second: 20])] {
            #expect(try ResetPlan(target, topology, survey).signals.map(\.to) == [30, 7])
        }
    }

    @Test(arguments: [(0, 9), (0, 101), (1, -1), (1, 51)] as [(Int32, Int64)])
    func offsetsOutsideOfTheLogAreRefused(partition: Int32, offset: Int64) throws {
        let target = ResetTarget.offsets([TopicPartition(Self.clicks, partition): offset])
        #expect { try ResetPlan(target, topology, survey) } throws: { ($0 as? Exit)?.code == 64 }
    }

    @Test func onlyInputsAreMovedByName() throws {
        for stranger in [TopicPartition(Self.clicks, 2), signals, TopicPartition("other", 0)] {
            #expect { try ResetPlan(.offsets([stranger: 5]), topology, survey) } throws: { error in
                (error as? Exit)?.sentence.contains("is no partition of an input") == true
            }
        }
    }

    @Test func theTextTellsWhatIsFoldedAndWhatIsLeftOut() throws {
        let earliest = try ResetPlan(.earliest, topology, survey).text
        #expect(earliest.contains("shop.clicks[0]              60  →  10  90 to fold"))
        #expect(earliest.contains("140 records will be folded"))
        let latest = try ResetPlan(.latest, topology, survey).text
        #expect(latest.contains("0 to fold, 40 left out") && latest.contains("0 to fold, 50 left out"))
    }

    @Test func whileTheMemoryIsEmptiedTheGroupStandsStill() throws {
        let plan = try ResetPlan(.earliest, topology, survey)
        let standing = plan.standing(survey.committed)
        #expect(standing[first] == 60 && standing[signals] == 20)
        #expect(standing[second] == 0, "where nothing is committed, the new offset stands in")
        #expect(plan.offsets[first] == 10 && plan.offsets.count == 4)
    }
}

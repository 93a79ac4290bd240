import Events
import Pipeline

/// What orchestrators want to know of the lines. Pure.
public struct Health: Sendable {
    /// Silence of a line after which the broker would give its partitions away, in ms: `max.poll.interval.ms`.
    public var longestTurn: Int64

    public init(longestTurn: Int64 = 300_000) { self.longestTurn = longestTurn }

    /// How far the lines are with getting their state back.
    struct Readiness: Encodable, Equatable {
        var isReady: Bool
        var lines: [Line]

        struct Line: Encodable, Equatable {
            var name: String
            var isReady: Bool
            var partitionsReady: Int
            var partitionsRestoring: Int
            /// Of what the changelogs and the journals held when the partitions came: 0…1.
            var restored: Double
            var recordsRestored: UInt64
            var recordsToRestore: UInt64
            var eventsReplayed: UInt64
            var eventsToReplay: UInt64
            /// Of what had been published about the shop before the start: 0…1.
            var shopKnown: Double
            var knowledgeRows: Int
        }
    }

    /// Lines that have not turned for too long; one that has not turned yet is starting, which takes its time.
    func stuck(_ statuses: [LineStatus], at now: Int64) -> [String] {
        statuses.filter { !$0.hasFinished && $0.turnedAt > 0 && now - $0.turnedAt > longestTurn }.map(\.name)
    }

    /// Three places, and 1 only at the end.
    private static func rounded(_ share: Double) -> Double { (share * 1_000).rounded(.down) / 1_000 }

    func readiness(_ statuses: [LineStatus]) -> Readiness {
        let lines = statuses.map { status in
            Readiness.Line(
                name: status.name,
                isReady: status.isReady,
                partitionsReady: status.partitionsLive,
                partitionsRestoring: status.partitionsAwaiting,
                restored: Health.rounded(status.restore.fraction),
                recordsRestored: status.restore.read,
                recordsToRestore: status.restore.wanted,
                eventsReplayed: status.restore.eventsReplayed,
                eventsToReplay: status.restore.eventsWanted,
                shopKnown: Health.rounded(status.knowledgeShare.fraction),
                knowledgeRows: status.knowledgeRows
            )
        }
        return Readiness(isReady: !lines.isEmpty && lines.allSatisfy(\.isReady), lines: lines)
    }
}

import Events
public import Pipeline

/// What orchestrators want to know of the lines. Pure.
public struct Health: Sendable {
    /// Silence of a line after which the broker would give its partitions away, in ms: `max.poll.interval.ms`.
    public var longestTurn: Int64
    /// A line with work that does not get on for so long, in ms, is not ready.
    public var longestStall: Int64

    public init(longestTurn: Int64 = 300_000, longestStall: Int64 = Stall.usualLimit) {
        self.longestTurn = longestTurn
        self.longestStall = longestStall
    }

    /// How far the lines are with getting their state back, and what stands in their way.
    struct Readiness: Encodable, Equatable {
        var isReady: Bool
        /// Why not, in words with the remedy; empty when ready.
        var reasons: [String]
        var lines: [Line]

        struct Line: Encodable, Equatable {
            var name: String
            var isReady: Bool
            /// The fault that the line met last and has not got over.
            var trouble: String?
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

    func readiness(_ statuses: [LineStatus], _ condition: ClusterCondition, at now: Int64) -> Readiness {
        let lines = statuses.map { status in
            Readiness.Line(
                name: status.name,
                isReady: status.isReady,
                trouble: status.trouble,
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
        let stalls = statuses.compactMap { Stall($0, condition, at: now, limit: longestStall) }
        let stalled = Set(stalls.map(\.line))
        let reasons =
            condition.reasons + stalls.map(\.description)
            + statuses.filter { !$0.isReady && !stalled.contains($0.name) }.map(Health.reason)
        return Readiness(isReady: !lines.isEmpty && reasons.isEmpty, reasons: reasons, lines: lines)
    }

    /// Why a line that is not ready is not.
    private static func reason(_ status: LineStatus) -> String {
        let name = status.name.isEmpty ? "a line" : status.name
        if status.hasFinished { return "\(name) has ended; the log says why" }
        if let trouble = status.trouble { return "\(name): \(trouble)" }
        let (done, left) = (status.partitionsLive, status.partitionsAwaiting)
        if done + left > 0 { return "\(name) restores its state: \(done) of \(done + left) partitions are ready; wait" }
        return "\(name) waits for the group to give it partitions"
    }
}

import Kafka
import Pipeline

/// Looks for a moment at rest: twice the same offsets of the group and the same ends of every log.
struct CutSurvey {
    /// Looks, and the time between two of them in ms: a line that has something to commit does so ten times a second.
    private static let looks = 20
    private static let between: Int64 = 1_000

    private let admin: GroupAdmin
    private let topology: Topology
    private let group: String

    init(_ kafka: KafkaCluster, _ topology: Topology, group: String) {
        admin = GroupAdmin(kafka)
        self.topology = topology
        self.group = group
    }

    /// - Throws: ``Exit`` with code 75 when the group does not come to rest.
    func atRest() throws -> AuditCut {
        var last = try look()
        for _ in 0..<CutSurvey.looks {
            Clock.sleep(milliseconds: CutSurvey.between)
            let next = try look()
            if AuditCut.atRest(last, next) { return next }
            last = next
        }
        let members = (try? admin.standing(of: group))?.members.count ?? 0
        throw Exit(
            .temporary,
            "\(group) is at work\(members > 0 ? " with \(members.counted("member"))" : ""): stop it, or the traffic, "
                + "and verify again"
        )
    }

    private func look() throws(Fault) -> AuditCut {
        AuditCut(
            committed: try admin.committed(by: group, of: topology.subscribed),
            bounds: try admin.bounds(of: Audit.partitions(of: topology))
        )
    }
}

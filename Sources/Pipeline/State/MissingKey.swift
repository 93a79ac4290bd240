import Engine

extension Fault {
    /// A customer is kept forgotten under a key that is not at hand. Going on would let history bring them back.
    static func missingKey(_ fault: StateFault, in changelog: TopicPartition) -> Fault? {
        guard case .unknownKey(let id) = fault else { return nil }
        return Fault(
            .stop(exitCode: Exit.configuration),
            code: "PSEUDONYM_KEY_MISSING",
            doing: "reading who is forgotten in \(changelog): it was written under the key \(id), as it was then",
            remedy: "put that key into --pseudonym-key-file, behind the current one"
        )
    }
}

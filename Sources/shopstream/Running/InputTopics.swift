import Pipeline

/// Which topics are read: a list, all that a pattern matches, or the usual ones.
enum InputTopics {
    /// - Throws: ``Exit`` with code 78 when there is nothing to read.
    static func resolve(_ settings: Settings, existing: some Sequence<String>) throws(Exit) -> [String] {
        if let pattern = settings.inputsPattern { return try matching(pattern, existing) }
        let inputs = settings.inputs ?? Topology.defaultInputs
        guard !inputs.isEmpty else { throw Exit(.configuration, "inputs: name at least one topic") }
        if let own = inputs.first(where: isOurs) {
            throw Exit(.configuration, "inputs: \(own) is written by Shopstream")
        }
        return Array(Set(inputs)).sorted()
    }

    /// What Shopstream writes itself, dead letters and the catalogue are never matched.
    private static func matching(_ pattern: String, _ existing: some Sequence<String>) throws(Exit) -> [String] {
        let regex: Regex<AnyRegexOutput>
        do {
            regex = try Regex(pattern)
        } catch {
            throw Exit(.configuration, "inputsPattern: \(pattern) is not a regular expression")
        }
        let found = existing.filter { !isOurs($0) && $0 != Topology.catalog && $0.firstMatch(of: regex) != nil }
        guard !found.isEmpty else { throw Exit(.configuration, "inputsPattern: no topic matches \(pattern)") }
        return found.sorted()
    }

    /// True for what Shopstream or the cluster writes itself.
    static func isOurs(_ topic: String) -> Bool {
        topic.hasPrefix("dlq.") || topic.hasPrefix("__") || OutputTopic.allCases.contains { $0.name == topic }
    }
}

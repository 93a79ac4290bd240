/// One disagreement between what the inputs lead to and what the topics hold.
public struct AuditFinding: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        /// Should be there and is not.
        case missing
        /// Is there and nothing leads to it.
        case extra
        /// Is there a second time.
        case duplicate
        /// Is there with other contents.
        case different
        /// Offsets that do not belong together.
        case offset
    }

    /// What a disagreement is about.
    public enum Subject: String, Sendable, CaseIterable {
        case state, signal, output, list, deadLetter = "dead letter", count, position
    }

    public var kind: Kind
    public var subject: Subject
    public var place: TopicPartition
    /// Where in the partition, as far as it has a place there.
    public var offset: Int64?
    /// Plain words; never a customer's id.
    public var what: String
    /// The customer's id behind it, for those who may see it.
    public var customer: String?

    public init(
        _ kind: Kind,
        _ subject: Subject,
        _ place: TopicPartition,
        _ offset: Int64? = nil,
        _ what: String,
        customer: String? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.place = place
        self.offset = offset
        self.what = what
        self.customer = customer
    }
}

/// What was compared, what disagreed, and what could not be checked and why.
public struct AuditReport: Sendable {
    /// Findings kept in words; the others are counted.
    public static let kept = 200

    public private(set) var findings: [AuditFinding] = []
    public private(set) var counts: [AuditFinding.Kind: Int] = [:]
    /// What could not be checked, a sentence each.
    public private(set) var notes: [String] = []
    /// Records of the inputs behind the group's offsets.
    public internal(set) var unfolded = 0
    /// Comparisons made, by what they are called.
    public private(set) var checked: [String: UInt64] = [:]

    public init() {}

    public var disagreements: Int { counts.values.reduce(0, +) }
    public var agrees: Bool { disagreements == 0 }

    mutating func add(_ finding: AuditFinding) {
        counts[finding.kind, default: 0] += 1
        if findings.count < AuditReport.kept { findings.append(finding) }
    }

    mutating func note(_ sentence: String) { if !notes.contains(sentence) { notes.append(sentence) } }

    mutating func check(_ what: String, _ count: Int = 1) { checked[what, default: 0] += UInt64(count) }
}

/// What is to be verified: a moment at which nothing was under way.
public struct AuditCut: Sendable, Equatable {
    /// The group's offsets; a partition without one is absent.
    public var committed: [TopicPartition: Int64]
    /// Where every log began and ended.
    public var bounds: [TopicPartition: LogBounds]

    public init(committed: [TopicPartition: Int64], bounds: [TopicPartition: LogBounds]) {
        self.committed = committed
        self.bounds = bounds
    }

    func start(of place: TopicPartition) -> Int64 { bounds[place]?.start ?? 0 }
    func end(of place: TopicPartition) -> Int64 { bounds[place]?.end ?? 0 }

    /// Two looks that say the same: what lies between them is a moment at rest.
    public static func atRest(_ first: AuditCut, _ second: AuditCut) -> Bool {
        first.committed == second.committed && first.bounds.mapValues(\.end) == second.bounds.mapValues(\.end)
    }
}

/// How far an audit has come.
public struct AuditProgress: Sendable {
    /// "folding customers 3 of 12"
    public var step: String
    public var records: UInt64
    /// Share of the steps, 0…1.
    public var share: Double
}

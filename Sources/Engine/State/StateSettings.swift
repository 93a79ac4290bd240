import Events
import Models

/// A setting that shapes state, by the name that it has in a settings file.
public struct StateSetting: Sendable, Equatable {
    public var name: String
    public var value: Double

    public init(name: String, value: Double) {
        self.name = name
        self.value = value
    }
}

extension EngineConfiguration {
    /// What the same events fold to depends on these. They stand in every checkpoint.
    public var stateSettings: [StateSetting] {
        [
            StateSetting(name: "engine.sessionGapMinutes", value: minutes(sessionGap)),
            StateSetting(name: "engine.allowedLatenessMinutes", value: minutes(allowedLateness)),
            StateSetting(name: "engine.retentionDays", value: Double(retention) / Double(EventTime.day)),
            StateSetting(name: "engine.affinityHalfLifeDays", value: affinityHalfLifeDays),
            StateSetting(name: "engine.chainHalfLifeDays", value: chainHalfLifeDays),
            StateSetting(name: "engine.popularityHalfLifeDays", value: popularityHalfLifeDays),
            StateSetting(name: "engine.sentimentHalfLifeDays", value: sentimentHalfLifeDays),
        ]
    }

    private func minutes(_ time: Int64) -> Double { Double(time) / Double(EventTime.minute) }

    /// What follows when a setting is changed under existing state; nil when the state cannot be carried over: weights
    /// are stored relative to a half-life, so another one would misread them all.
    public static func consequence(of setting: String) -> String? {
        switch setting {
        case "engine.sessionGapMinutes": "visits that begin from now on end by it; those counted stay as they are"
        case "engine.allowedLatenessMinutes": "the watermark follows the newest event by it from now on"
        case "engine.retentionDays": "at the next day's end everybody leaves who has been away for longer"
        default: nil
        }
    }

    /// The hash of settings in checkpoints of version 1.
    public var stateHash: UInt64 {
        let numbers = [
            Double(sessionGap), Double(allowedLateness), affinityHalfLifeDays, chainHalfLifeDays,
            popularityHalfLifeDays,
            sentimentHalfLifeDays,
        ]
        return numbers.reduce(0) { Hash.combine($0, $1.bitPattern) }
    }

    /// What the bytes of the shop-wide models mean: other features of a text make their weights worthless.
    public static let modelFingerprint = SentimentModel.fingerprint()
}

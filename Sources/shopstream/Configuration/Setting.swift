import Configuration

/// Everything that Shopstream itself can be told, under one name in the file, the environment and the command line.
/// librdkafka's settings stand beside these, in the file under `kafka`.
enum Setting: String, CaseIterable {
    case brokers, properties, insecure, oauthTokenFile, oauthTokenCommand, inputs, inputsPattern, group, name, lines
    case outputsSince, leave, ranker, http, httpMetrics, httpTokenFile, checkpointSeconds, stallSeconds, memoryBudget
    case pseudonymKeyFile
    case consentProfile = "consent.profile"
    case consentMarketing = "consent.marketing"
    case sessionGapMinutes = "engine.sessionGapMinutes"
    case allowedLatenessMinutes = "engine.allowedLatenessMinutes"
    case retentionDays = "engine.retentionDays"
    case affinityHalfLifeDays = "engine.affinityHalfLifeDays"
    case chainHalfLifeDays = "engine.chainHalfLifeDays"
    case popularityHalfLifeDays = "engine.popularityHalfLifeDays"
    case sentimentHalfLifeDays = "engine.sentimentHalfLifeDays"
    case places = "engine.places"

    static let environmentPrefix = "SHOPSTREAM_"

    var key: ConfigKey { ConfigKey(rawValue) }

    /// `inputsPattern` is `SHOPSTREAM_INPUTS_PATTERN`.
    var environmentName: String {
        rawValue.reduce(into: Setting.environmentPrefix) { name, letter in
            if letter.isUppercase { name += "_" }
            name += letter == "." ? "_" : letter.uppercased()
        }
    }

    /// `inputsPattern` is `--inputs-pattern`; nil for what has no flag.
    var flag: String? {
        switch self {
        case .brokers: "-b"
        case .properties: "-F"
        case .checkpointSeconds, .stallSeconds: nil
        case _ where rawValue.contains("."): nil
        default: rawValue.reduce(into: "--") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
        }
    }

    var summary: String {
        switch self {
        case .brokers: "where the cluster is: host:port, separated by commas"
        case .properties: "file of librdkafka's settings, one key=value a line"
        case .insecure: "allow enable.ssl.certificate.verification=false"
        case .oauthTokenFile: "file with the token of OAUTHBEARER (a JWT); read again before it ends"
        case .oauthTokenCommand: "program that prints the token: an absolute path and arguments, no shell"
        case .inputs: "topics to read"
        case .inputsPattern: "regular expression for the topics to read, instead of inputs"
        case .group: "consumer group; processes that share the work share it"
        case .name: "this process's name in the group, its own for each"
        case .lines: "threads, each with its own share of the partitions"
        case .outputsSince: "event time (ISO-8601) before which nothing is written"
        case .leave: "give up the place in the group when stopping"
        case .ranker: "how lists are ranked: chain"
        case .http: "address of the HTTP server, or none; off loopback it wants httpTokenFile"
        case .httpMetrics: "second address, for probes and metrics only; needs no token"
        case .httpTokenFile: "file with the bearer token that HTTP demands; probes need none"
        case .pseudonymKeyFile: "file with keys of customers' pseudonyms: id and hexadecimal, newest first"
        case .consentProfile: "consent categories that a profile needs; default: Analytics"
        case .consentMarketing: "consent categories that recommendations and alerts need; default: Advertising"
        case .checkpointSeconds: "between two checkpoints of a partition"
        case .stallSeconds: "a line that has work and does not get on for so long is reported"
        case .memoryBudget: "bytes of state at most, like 512M or 2G; the least valuable customers leave"
        case .sessionGapMinutes: "silence that ends a visit"
        case .allowedLatenessMinutes: "how late an event may come"
        case .retentionDays: "customers who have been away for longer leave"
        case .affinityHalfLifeDays: "half-life of what customers like"
        case .chainHalfLifeDays: "half-life of the purchase chains"
        case .popularityHalfLifeDays: "half-life of popularity"
        case .sentimentHalfLifeDays: "half-life of a product's mean polarity"
        case .places: "products in a list"
        }
    }
}

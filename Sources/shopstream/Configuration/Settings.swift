import Configuration
import Engine
import Events
import Foundation
import Kafka
import Pipeline
import Web

/// What the program goes by, once command line, environment and file are laid over the defaults.
struct Settings {
    var kafka: KafkaSettings
    var inputs: [String]?
    var inputsPattern: String?
    var group: String
    var name: String
    var lines: Int
    var outputsSince: EventTime
    var leaves: Bool
    var http: ListenAddress?
    var httpMetrics: ListenAddress?
    var httpTokenFile: String?
    var checkpointSeconds: Int
    var stallSeconds: Int
    /// Bytes; zero for any number.
    var memoryBudget: Int
    var pseudonymKeyFile: String?
    var engine: EngineConfiguration
    /// Each setting of ours with where it came from.
    var report: [SettingsReport.Entry]

    static let defaultGroup = "shopstream"

    /// - Throws: ``Exit`` with code 78, naming the setting and where it was written.
    init(_ sources: SettingsSources) throws {
        let report = SettingsReport()
        let reader = SettingsReader(ConfigReader(providers: sources.providers, accessReporter: report), report)
        kafka = try sources.kafka(insecure: reader.flag(.insecure))
        kafka.token = try reader.token()
        inputs = reader.list(.inputs)
        inputsPattern = reader.text(.inputsPattern)
        group = reader.text(.group, Settings.defaultGroup)
        name = reader.text(.name, ProcessInfo.processInfo.hostName)
        lines = try reader.number(.lines, 1, within: 1...64)
        leaves = reader.flag(.leave)
        outputsSince = try reader.time(.outputsSince)
        http = try reader.address(.http, "127.0.0.1:8080")
        httpMetrics = try reader.address(.httpMetrics, "none")
        httpTokenFile = reader.text(.httpTokenFile)
        checkpointSeconds = try reader.number(.checkpointSeconds, 30, within: 1...3_600)
        stallSeconds = try reader.number(.stallSeconds, 30, within: 1...3_600)
        memoryBudget = try reader.bytes(.memoryBudget)
        pseudonymKeyFile = reader.text(.pseudonymKeyFile)
        engine = try reader.engine()
        engine.consent = try reader.consent()
        if let problem = report.firstProblem { throw problem }
        guard inputs == nil || inputsPattern == nil else {
            throw Exit(.configuration, "inputs and inputsPattern exclude each other")
        }
        self.report = report.entries
    }

    func source(of setting: Setting) -> String {
        report.last { $0.name == setting.rawValue }?.source ?? "default"
    }

    /// A bounded run does not come back, so it leaves the group.
    /// - Parameter pseudonyms: see ``PseudonymKeys``. Whoever reads state needs the keys that it was written with.
    func lineSettings(untilEnd: Bool, pseudonyms: Pseudonyms) -> LineSettings {
        var line = LineSettings()
        line.pseudonyms = pseudonyms
        line.group = group
        line.name = name
        line.engine = engine
        line.checkpointInterval = Int64(checkpointSeconds) * 1_000
        line.memoryBudget = memoryBudget
        line.untilEnd = untilEnd
        line.outputsSince = outputsSince
        line.leaves = leaves || untilEnd
        return line
    }
}

/// Asks for single settings and checks what types cannot.
struct SettingsReader {
    private let config: ConfigReader
    private let report: SettingsReport

    init(_ config: ConfigReader, _ report: SettingsReport) {
        self.config = config
        self.report = report
    }

    func text(_ setting: Setting) -> String? { config.string(forKey: setting.key) }
    func text(_ setting: Setting, _ usual: String) -> String { config.string(forKey: setting.key, default: usual) }
    func list(_ setting: Setting) -> [String]? { config.stringArray(forKey: setting.key) }
    func flag(_ setting: Setting) -> Bool { config.bool(forKey: setting.key, default: false) }

    func number(_ setting: Setting, _ usual: Int, within range: ClosedRange<Int>) throws(Exit) -> Int {
        let number = config.int(forKey: setting.key, default: usual)
        guard range.contains(number) else {
            throw refusal(setting, "wants a number from \(range.lowerBound) to \(range.upperBound), not \(number)")
        }
        return number
    }

    func days(_ setting: Setting, _ usual: Double) throws(Exit) -> Double {
        let days = config.double(forKey: setting.key, default: usual)
        guard days.isFinite, days > 0, days <= 3_650 else { throw refusal(setting, "wants days, from 0 to 3650") }
        return days
    }

    /// A number of bytes; zero when nothing is said.
    func bytes(_ setting: Setting) throws(Exit) -> Int {
        guard let text = text(setting) else { return 0 }
        guard let bytes = ByteStyle.bytes(text), bytes >= SettingsReader.leastBudget else {
            throw refusal(setting, "wants bytes, at least 64M, like 67108864, 512M or 2G, not \(text)")
        }
        return bytes
    }

    /// Below this there is no room for the tables themselves.
    private static let leastBudget = 64 << 20

    func time(_ setting: Setting) throws(Exit) -> EventTime {
        guard let text = text(setting) else { return EventTime.unknown }
        guard let time = TimeArgument(argument: text) else {
            throw refusal(setting, "wants a time like 2026-11-21T10:00:00Z, 2026-11-21 or 7d, not \(text)")
        }
        return time.time(now: Clock.wall())
    }

    func address(_ setting: Setting, _ usual: String) throws(Exit) -> ListenAddress? {
        let text = text(setting, usual)
        if text == "none" { return nil }
        guard let address = ListenAddress(text) else {
            throw refusal(setting, "wants host:port with a numeric host, or none, not \(text)")
        }
        return address
    }

    func token() throws(Exit) -> TokenOrigin? {
        let words = text(.oauthTokenCommand)?.split(separator: " ").map(String.init) ?? []
        guard let file = text(.oauthTokenFile) else {
            guard text(.oauthTokenCommand) != nil else { return nil }
            guard words.first?.hasPrefix("/") == true else {
                throw refusal(.oauthTokenCommand, "wants the absolute path of a program, then its arguments")
            }
            return .command(words)
        }
        guard words.isEmpty else { throw refusal(.oauthTokenFile, "excludes oauthTokenCommand") }
        return .file(file)
    }

    func consent() throws(Exit) -> ConsentCategories {
        let profile = list(.consentProfile) ?? ConsentCategories.usual.profile
        let marketing = list(.consentMarketing) ?? ConsentCategories.usual.marketing
        guard let categories = ConsentCategories(profile: profile, marketing: marketing) else {
            throw refusal(.consentMarketing, "and consent.profile take at most \(ConsentCategories.most) categories")
        }
        return categories
    }

    func engine() throws(Exit) -> EngineConfiguration {
        var engine = EngineConfiguration()
        let minute = EventTime.minute
        let gap = Int(engine.sessionGap / minute)
        let lateness = Int(engine.allowedLateness / minute)
        engine.sessionGap = Int64(try number(.sessionGapMinutes, gap, within: 1...1_440)) * minute
        engine.allowedLateness = Int64(try number(.allowedLatenessMinutes, lateness, within: 0...1_440)) * minute
        let retention = try days(.retentionDays, Double(engine.retention / EventTime.day))
        engine.retention = Int64((retention * Double(EventTime.day)).rounded())
        engine.affinityHalfLifeDays = try days(.affinityHalfLifeDays, engine.affinityHalfLifeDays)
        engine.chainHalfLifeDays = try days(.chainHalfLifeDays, engine.chainHalfLifeDays)
        engine.popularityHalfLifeDays = try days(.popularityHalfLifeDays, engine.popularityHalfLifeDays)
        engine.sentimentHalfLifeDays = try days(.sentimentHalfLifeDays, engine.sentimentHalfLifeDays)
        engine.places = try number(.places, engine.places, within: 1...50)
        engine.ranker = try ranker()
        return engine
    }

    private func ranker() throws(Exit) -> Ranker {
        let text = text(.ranker, Ranker.chain.rawValue)
        guard let ranker = Ranker(rawValue: text) else {
            throw refusal(.ranker, "is one of \(Ranker.allCases.map(\.rawValue).joined(separator: ", ")), not \(text)")
        }
        return ranker
    }

    private func refusal(_ setting: Setting, _ reason: String) -> Exit {
        let source = report.entries.last { $0.name == setting.rawValue }?.source ?? "settings"
        return Exit(.configuration, "\(source): \(setting.rawValue): \(reason)")
    }
}

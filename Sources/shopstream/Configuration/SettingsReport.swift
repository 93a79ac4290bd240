import Configuration
import Synchronization

/// Writes down which provider answered each question, so that `config show` can tell what came from where.
final class SettingsReport: AccessReporter {
    struct Entry: Equatable {
        var name: String
        /// Nil where nothing was said and there is no default.
        var value: String?
        var source: String
    }

    private let taken = Mutex<(entries: [Entry], problems: [Exit])>(([], []))

    var entries: [Entry] { taken.withLock { $0.entries } }
    var firstProblem: Exit? { taken.withLock { $0.problems.first } }

    func report(_ event: AccessEvent) {
        let name = event.metadata.key.components.joined(separator: ".")
        let answer = event.providerResults.last
        if case .failure = answer?.result { return complain(name, answer, event.metadata.valueType) }
        guard event.conversionError == nil, case .success(let value) = event.result else {
            return complain(name, answer, event.metadata.valueType)
        }
        let isSaid = (try? answer?.result.get())?.value != nil
        let source = isSaid ? Self.source(answer, name) : "default"
        add(Entry(name: name, value: value.map { Self.text($0) }, source: source))
    }

    private func complain(_ name: String, _ answer: AccessEvent.ProviderResult?, _ type: ConfigType) {
        let problem = Exit(.configuration, "\(Self.source(answer, name)): \(name): wants \(Self.wanted(type))")
        taken.withLock { $0.problems.append(problem) }
    }

    private func add(_ entry: Entry) {
        taken.withLock { taken in
            taken.entries.removeAll { $0.name == entry.name }
            taken.entries.append(entry)
        }
    }

    private static func source(_ answer: AccessEvent.ProviderResult?, _ name: String) -> String {
        guard let answer else { return "default" }
        guard answer.providerName.contains("EnvironmentVariables") else { return plain(answer.providerName) }
        return Setting(rawValue: name)?.environmentName ?? "environment"
    }

    /// Providers decorate their names: `InMemoryProvider[command line]`.
    private static func plain(_ name: String) -> String {
        guard let start = name.firstIndex(of: "["), name.hasSuffix("]") else { return name }
        return String(name[name.index(after: start)...].dropLast())
    }

    private static func text(_ value: ConfigValue) -> String {
        switch value.content {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        case .stringArray(let list): list.joined(separator: ",")
        default: "…"
        }
    }

    private static func wanted(_ type: ConfigType) -> String {
        switch type {
        case .int: "a whole number"
        case .double: "a number"
        case .bool: "true or false"
        case .stringArray: "a list of texts"
        default: "a text"
        }
    }
}

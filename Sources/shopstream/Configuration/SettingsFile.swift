import Configuration
import Foundation
import Kafka

/// The JSON file of `--config`: Shopstream's settings by name, librdkafka's under `kafka`, nested or dotted as one
/// likes.
///
///     { "group": "shopstream", "lines": 2, "kafka": { "bootstrap.servers": "kafka:9092" } }
struct SettingsFile {
    private(set) var values: [AbsoluteConfigKey: ConfigValue] = [:]
    private(set) var kafka: [(key: String, value: String)] = []
    let name: String

    init(path: String) throws(Exit) {
        do {
            try self.init(Data(contentsOf: URL(filePath: path)), name: path)
        } catch let exit as Exit {
            throw exit
        } catch {
            throw Exit(.configuration, "\(path): cannot be read: \(error.reason)")
        }
    }

    init(_ data: Data, name: String) throws(Exit) {
        self.name = name
        let json: Any
        do {
            json = try JSONSerialization.jsonObject(with: data)
        } catch {
            throw Exit(.configuration, "\(name): is not JSON: \(error.reason)")
        }
        guard let object = json as? [String: Any] else { throw Exit(.configuration, "\(name): wants a JSON object") }
        for (key, value) in object.sorted(by: { $0.key < $1.key }) { try take(key, value) }
    }

    private mutating func take(_ path: String, _ value: Any) throws(Exit) {
        if let object = value as? [String: Any] {
            for (key, value) in object.sorted(by: { $0.key < $1.key }) { try take("\(path).\(key)", value) }
        } else if path.hasPrefix("kafka.") {
            kafka.append((String(path.dropFirst("kafka.".count)), try text(path, value)))
        } else if let setting = Setting(rawValue: path) {
            values[AbsoluteConfigKey(setting.key)] = ConfigValue(try content(path, value), isSecret: false)
        } else {
            let hint = NearestName.hint(path, among: Setting.allCases.map(\.rawValue))
            throw Exit(.configuration, "\(name): \(path): is not a setting\(hint)")
        }
    }

    private func text(_ path: String, _ value: Any) throws(Exit) -> String {
        switch try content(path, value) {
        case .string(let text): text
        case .bool(let flag): "\(flag)"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .stringArray(let list): list.joined(separator: ",")
        default: throw Exit(.configuration, "\(name): \(path): wants a text or a number")
        }
    }

    private func content(_ path: String, _ value: Any) throws(Exit) -> ConfigContent {
        switch value {
        case let text as String: return .string(text)
        case let list as [String]: return .stringArray(list)
        case let number as NSNumber:
            if CFNumber.isBoolean(number) { return .bool(number.boolValue) }
            return Int(exactly: number.doubleValue).map { .int($0) } ?? .double(number.doubleValue)
        default: throw Exit(.configuration, "\(name): \(path): wants a text, a number, true, false or a list of texts")
        }
    }
}

/// JSON's true and false come as numbers with a type of their own.
private enum CFNumber {
    static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

extension Error {
    /// What an operator wants to read of a system's error.
    var reason: String {
        let error = self as NSError
        if let inner = error.userInfo[NSUnderlyingErrorKey] as? any Error { return inner.reason }
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        return error.userInfo["NSDebugDescription"] as? String ?? error.localizedDescription
    }
}

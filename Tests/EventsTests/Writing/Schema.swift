import Foundation

/// The part of JSON Schema, draft 7, in which the output topics are described. A keyword that it does not know is an
/// offence too, so that no rule is passed over in silence.
struct Schema {
    let document: [String: Any]

    init(topic: String) throws {
        let file = root.appending(path: "Topics/schemas/\(topic)-value.json")
        document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
    }

    /// What in the text offends the schema, each with its place.
    func offences(in text: String) throws -> [String] {
        check(try JSONSerialization.jsonObject(with: Data(text.utf8)), document, "$")
    }

    private func check(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        schema.sorted { $0.key < $1.key }.flatMap { check(value, $0.key, $0.value, schema, place) }
    }

    private func check(_ value: Any, _ keyword: String, _ rule: Any, _ schema: [String: Any], _ place: String)
        -> [String]
    {
        switch keyword {
        case "$schema", "$id", "title", "description", "definitions": []
        case "$ref": check(value, definition(rule), place)
        case "const": isEqual(value, rule) ? [] : ["\(place) is not \(rule)"]
        case "enum": (rule as? [Any])?.contains { isEqual(value, $0) } == true ? [] : ["\(place) is none of \(rule)"]
        case "type": names(value).contains("\(rule)") ? [] : ["\(place) is no \(rule)"]
        case "anyOf": choices(value, rule, place).contains(0) ? [] : ["\(place) fits none of the choices"]
        case "oneOf": choices(value, rule, place).count { $0 == 0 } == 1 ? [] : ["\(place) fits not exactly one choice"]
        case "required", "properties", "additionalProperties": checkMembers(value, keyword, rule, schema, place)
        case "items", "maxItems", "uniqueItems": checkElements(value, keyword, rule, place)
        default: checkScalar(value, keyword, rule, place)
        }
    }

    private func checkMembers(_ value: Any, _ keyword: String, _ rule: Any, _ schema: [String: Any], _ place: String)
        -> [String]
    {
        guard let members = value as? [String: Any] else { return [] }
        let known = schema["properties"] as? [String: [String: Any]] ?? [:]
        switch keyword {
        case "required":
            return (rule as? [String] ?? []).filter { members[$0] == nil }.map { "\(place).\($0) is missing" }
        case "properties":
            return known.flatMap { name, rule in members[name].map { check($0, rule, "\(place).\(name)") } ?? [] }
        default:
            let others = members.filter { known[$0.key] == nil }
            guard let rule = rule as? [String: Any] else { return others.map { "\(place).\($0.key) is unknown" } }
            return others.flatMap { check($0.value, rule, "\(place).\($0.key)") }
        }
    }

    private func checkElements(_ value: Any, _ keyword: String, _ rule: Any, _ place: String) -> [String] {
        guard let elements = value as? [Any] else { return [] }
        switch keyword {
        case "items":
            let rule = rule as? [String: Any] ?? [:]
            return elements.enumerated().flatMap { check($1, rule, "\(place)[\($0)]") }
        case "maxItems": return elements.count <= rule as? Int ?? 0 ? [] : ["\(place) is too long"]
        default: return Set(elements.map { "\($0)" }).count == elements.count ? [] : ["\(place) repeats itself"]
        }
    }

    private func checkScalar(_ value: Any, _ keyword: String, _ rule: Any, _ place: String) -> [String] {
        let number = value as? Double ?? .nan
        let length = (value as? String)?.unicodeScalars.count ?? 0
        let bound = rule as? Double ?? .nan
        let holds: Bool
        switch keyword {
        case "minimum": holds = !(number < bound)
        case "maximum": holds = !(number > bound)
        case "minLength": holds = !(value is String) || Double(length) >= bound
        case "maxLength": holds = Double(length) <= bound
        case "pattern": holds = (value as? String)?.range(of: "\(rule)", options: .regularExpression) != nil
        default: return ["\(place): the keyword \(keyword) is not understood"]
        }
        return holds ? [] : ["\(place) is \(value), against \(keyword) \(rule)"]
    }

    private func choices(_ value: Any, _ rule: Any, _ place: String) -> [Int] {
        (rule as? [[String: Any]] ?? []).map { check(value, $0, place).count }
    }

    private func definition(_ reference: Any) -> [String: Any] {
        let name = "\(reference)".split(separator: "/").last.map(String.init) ?? ""
        return (document["definitions"] as? [String: [String: Any]])?[name] ?? ["unknown definition \(name)": true]
    }

    private func names(_ value: Any) -> [String] {
        switch value {
        case is [String: Any]: ["object"]
        case is [Any]: ["array"]
        case is String: ["string"]
        case is Bool where !(value is Double): ["boolean"]
        // Foundation lets 0 and 1 pass for booleans, and booleans for numbers.
        case let number as Double: (number == number.rounded() ? ["number", "integer"] : ["number"]) + ["boolean"]
        default: ["null"]
        }
    }

    private func isEqual(_ value: Any, _ rule: Any) -> Bool { "\(value)" == "\(rule)" }
}

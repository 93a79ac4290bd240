import Events

/// One line of a story, and the record that it stands for.
///
///     [d3] 10:00[:30] who verb product… [in session] [as id] [for 12.50] [paying EUR] [stars 4]
///     [allowing category,… | nothing] [saying the rest]
///
/// A product is `name[/category[/brand]][@price][*quantity]`; who begins with `?` has not said who it is.
struct Saying {
    static let verbs = [
        "views": "Product Viewed", "clicks": "Product Clicked", "lists": "Product List Viewed",
        "searches": "Products Searched", "adds": "Product Added", "removes": "Product Removed",
        "wishes": "Product Added to Wishlist", "opens-cart": "Cart Viewed", "checks-out": "Checkout Started",
        "buys": "Order Completed", "cancels": "Order Cancelled", "returns": "Order Refunded",
        "reviews": "Product Reviewed", "identifies": "identify",
        "decides": "Segment Consent Preference Updated",
    ]

    private(set) var day: Int
    let customer: String
    let json: String

    init(_ line: String, day before: Int) {
        let (head, words) = Saying.split(line, at: " saying ")
        var tokens = head.split(separator: " ").map(String.init)
        day = before
        if tokens[0].hasPrefix("d") { day = Saying.number(tokens.removeFirst().dropFirst()) }
        let time = Saying.opening + Int64(day) * EventTime.day + Saying.clock(tokens.removeFirst())
        let who = tokens.removeFirst()
        customer = who.hasPrefix("?") ? String(who.dropFirst()) : who
        guard let event = Saying.verbs[tokens.removeFirst()] else { preconditionFailure("no such verb: \(line)") }
        var envelope = [Saying.text(who.hasPrefix("?") ? "anonymousId" : "userId", customer), "\"timestamp\":\(time)"]
        var properties: [String] = []
        let products = tokens.prefix { Saying.keywords[$0] == nil }
        if !products.isEmpty {
            properties.append("\"products\":[" + products.map(Saying.product).joined(separator: ",") + "]")
        }
        Saying.read(tokens.dropFirst(products.count), &envelope, &properties)
        if let words { properties.append(Saying.text("review_body", words)) }
        let kind = event == "identify" ? "\"type\":\"identify\"" : Saying.text("event", event)
        json = "{\(kind),\(envelope.joined(separator: ",")),\"properties\":{\(properties.joined(separator: ","))}}"
    }

    /// Where a keyword's value goes: `context`, the envelope or the properties.
    private static let keywords = [
        "in": "sessionId", "as": "messageId", "for": "total", "paying": "currency", "stars": "rating",
        "allowing": "consent",
    ]

    private static func read(_ tokens: ArraySlice<String>, _ envelope: inout [String], _ properties: inout [String]) {
        var rest = tokens
        var context: [String] = []
        defer { if !context.isEmpty { envelope.append("\"context\":{\(context.joined(separator: ","))}") } }
        while let keyword = rest.popFirst(), let value = rest.popFirst(), let name = keywords[keyword] {
            switch keyword {
            case "in": context.append(text(name, value))
            case "allowing": context.append("\"consent\":{\"categoryPreferences\":{\(preferences(value))}}")
            case "as": envelope.append(text(name, value))
            default: properties.append(text(name, value))
            }
        }
    }

    /// The categories named are allowed, the usual others refused; nothing leaves the list empty.
    private static func preferences(_ value: String) -> String {
        if value == "nothing" { return "" }
        let allowed = value.split(separator: ",").map(String.init)
        let all = Set(allowed + ConsentCategories.usual.all).sorted()
        return all.map { "\"\($0)\":\(allowed.contains($0))" }.joined(separator: ",")
    }

    private static func product(_ token: String) -> String {
        let (beforeQuantity, quantity) = split(token, at: "*")
        let (beforePrice, price) = split(beforeQuantity, at: "@")
        let (name, kind) = split(beforePrice, at: "/")
        var members = [text("product_id", name)]
        if let (category, brand) = kind.map({ split($0, at: "/") }) {
            members.append(text("category", category))
            if let brand { members.append(text("brand", brand)) }
        }
        if let price { members.append("\"price\":\(price)") }
        if let quantity { members.append("\"quantity\":\(quantity)") }
        return "{\(members.joined(separator: ","))}"
    }

    private static func split(_ text: String, at mark: String) -> (String, String?) {
        guard let range = text.firstRange(of: mark) else { return (text, nil) }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }

    private static func text(_ name: String, _ value: String) -> String {
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(name)\":\"\(escaped)\""
    }

    private static func number(_ text: some StringProtocol) -> Int {
        guard let value = Int(text) else { preconditionFailure("no number: \(text)") }
        return value
    }

    // MARK: time

    /// 2026-03-02T00:00:00Z, a Monday.
    static let opening: EventTime = 1_772_409_600_000

    /// `d12 10:00` as event time.
    static func time(_ text: String) -> EventTime {
        let parts = text.split(separator: " ")
        return opening + Int64(number(parts[0].dropFirst())) * EventTime.day
            + (parts.count > 1 ? clock(String(parts[1])) : 0)
    }

    static func clock(_ text: String) -> EventTime {
        let parts = text.split(separator: ":").map { Int64(number($0)) }
        return parts[0] * EventTime.hour + parts[1] * EventTime.minute + (parts.count > 2 ? parts[2] : 0)
            * EventTime.second
    }

    /// Event time as `d12`, with the hour where it matters.
    static func day(of time: EventTime) -> String { "d\((time - opening) / EventTime.day)" }
}

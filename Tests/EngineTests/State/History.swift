import Events
import Models

/// A shop's random history, always the same from a seed: all kinds of events, late ones, retries, sessions, silences.
struct History {
    private var random: SeededRandom
    private var time: EventTime
    private var number = 0
    var customers = 24
    var products = 40

    init(seed: UInt64, from time: EventTime = Saying.opening) {
        random = SeededRandom(seed: seed)
        self.time = time
    }

    private static let kinds: [(FactKind, Int)] = [
        (.productViewed, 30), (.productAdded, 8), (.orderCompleted, 18), (.productReviewed, 8), (.orderRefunded, 2),
        (.orderCancelled, 1),
        (.productClicked, 4), (.productWishlisted, 2), (.productRemoved, 2), (.productsSearched, 3), (.cartViewed, 1),
        (.identified, 2),
    ]

    private static let words = [
        "wonderful", "terrible", "love it", "broke", "waste of money", "works", "很好", "差", "not good", "fast", "blue",
        "!", "excellent",
    ]

    /// The next record.
    mutating func next() -> [UInt8] {
        number += 1
        let isQuiet = random.nextIndex(below: 400) == 0
        time +=
            isQuiet
            ? Int64(random.nextIndex(below: 60)) * EventTime.day : Int64(random.nextIndex(below: 40)) * EventTime.minute
        let when = random.nextIndex(below: 12) == 0 ? time - Int64(random.nextIndex(below: 3)) * EventTime.hour : time
        let customer = random.nextIndex(below: customers)
        var envelope = [
            "\"\(customer % 5 == 0 ? "anonymousId" : "userId")\":\"c\(customer)\"", "\"timestamp\":\(when)",
        ]
        if random.nextIndex(below: 3) > 0 {
            envelope.append("\"messageId\":\"m\(number - random.nextIndex(below: 8) / 7)\"")
        }
        if random.nextIndex(below: 4) == 0 { envelope.append("\"context\":{\"sessionId\":\"s\(number / 50)\"}") }
        let kind = pick()
        let type = kind == .identified ? "\"type\":\"identify\"" : "\"event\":\"\(kind.name)\""
        return Array("{\(type),\(envelope.joined(separator: ",")),\"properties\":{\(properties(kind))}}".utf8)
    }

    private mutating func pick() -> FactKind {
        var left = random.nextIndex(below: History.kinds.reduce(0) { $0 + $1.1 })
        for (kind, share) in History.kinds {
            if left < share { return kind }
            left -= share
        }
        return .productViewed
    }

    private mutating func properties(_ kind: FactKind) -> String {
        var members: [String] = []
        let items =
            kind == .orderCompleted ? random.nextIndex(below: 5) : kind.needsProduct ? 1 : random.nextIndex(below: 2)
        if items > 0 {
            var list: [String] = []
            for _ in 0..<items { list.append(item()) }
            members.append("\"products\":[\(list.joined(separator: ","))]")
        }
        if kind == .productReviewed { members.append(contentsOf: review()) }
        if random.nextIndex(below: 3) == 0 { members.append("\"total\":\(random.nextIndex(below: 20_000))e-2") }
        if random.nextIndex(below: 3) == 0 {
            members.append("\"currency\":\"\(["USD", "EUR", "GBP", "JPY"][random.nextIndex(below: 4)])\"")
        }
        return members.joined(separator: ",")
    }

    private mutating func item() -> String {
        let product = random.nextIndex(below: products)
        var members = ["\"product_id\":\"p\(product)\""]
        if product % 7 > 0 { members.append("\"category\":\"k\(product % 9)\"") }
        if product % 3 > 0 { members.append("\"brand\":\"b\(product % 11)\"") }
        if random.nextIndex(below: 4) > 0 { members.append("\"price\":\(5 + product).5") }
        if random.nextIndex(below: 4) == 0 { members.append("\"quantity\":\(random.nextIndex(below: 4))") }
        return "{\(members.joined(separator: ","))}"
    }

    private mutating func review() -> [String] {
        var members: [String] = []
        if random.nextIndex(below: 4) > 0 { members.append("\"rating\":\(1 + random.nextIndex(below: 5))") }
        if members.isEmpty || random.nextIndex(below: 5) > 0 {
            var words: [String] = []
            for _ in 0...random.nextIndex(below: 6) {
                words.append(History.words[random.nextIndex(below: History.words.count)])
            }
            members.append("\"review_body\":\"\(words.joined(separator: " "))\"")
        }
        return members
    }
}

import Engine
import Events
import Foundation
import Pipeline
import Testing

/// A shop on paper: what happens there is said in lines (see ``Saying``), and what follows is heard as lines.
///
///     let heard = shop.says("d0 10:00 u1 views p1", "10:05 u1 buys p1/Games@12.50*2 p2 for 30")
///     heard == ["recommendation for u1 after view p1: p2 because popular", …]
///
/// Days count from a Monday in March 2026; a line without a day plays on the day of the line before it.
final class Shop {
    let replayer: Replayer
    private(set) var outcomes: [Outcome] = []
    private var day = 0

    /// Where nobody leaves by being away: most stories are about something else, and some last for years.
    static var ofLongMemory: EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.retention = 4_000 * EventTime.day
        return configuration
    }

    init(_ configuration: EngineConfiguration = ofLongMemory, delay: Int64 = 0, since: String? = nil) {
        replayer = Replayer(
            configuration: configuration,
            delay: delay,
            since: since.map { Saying.time($0) } ?? EventTime.unknown
        )
    }

    /// Folds the lines one after the other and tells what followed from them.
    @discardableResult
    func says(_ lines: String...) -> [String] { says(lines) }

    @discardableResult
    func says(_ lines: [String]) -> [String] {
        lines.flatMap { line in
            let saying = Saying(line, day: day)
            day = saying.day
            return record(saying.json, key: saying.customer)
        }
    }

    /// Folds one record as it is.
    @discardableResult
    func record(_ value: String, key: String = "") -> [String] {
        Array(key.utf8).withUnsafeBytes { key in
            Array(value.utf8).withUnsafeBytes { replayer.fold(key: Bytes(key), value: Bytes($0)) }
        }
        return listen()
    }

    /// Time goes on until then without an event: `d30 12:00`.
    @discardableResult
    func waits(until time: String) -> [String] {
        replayer.tick(Saying.time(time))
        return listen()
    }

    /// What product pages would show.
    func closes() -> [String] {
        replayer.finish()
        return listen()
    }

    @discardableResult
    func listen() -> [String] {
        let heard = replayer.outbox.records.map { record in
            Outcome(topic: record.topic, value: replayer.outbox.value(of: record).text, of: record, in: replayer.outbox)
        }
        replayer.outbox.removeAll()
        outcomes += heard
        return heard.map(\.line)
    }

    func profile(_ customer: String) throws -> CustomerView {
        try #require(Array(customer.utf8).withUnsafeBytes { customers.view(of: Bytes($0)) })
    }

    func product(_ product: String) throws -> ProductView {
        try #require(Array(product.utf8).withUnsafeBytes { products.view(of: Bytes($0)) })
    }

    func hasHeard(of product: String) -> Bool {
        Array(product.utf8).withUnsafeBytes { products.view(of: Bytes($0)) != nil }
    }

    /// What the catalogue says.
    func stocks(_ product: String, isOut: Bool) {
        Array(product.utf8).withUnsafeBytes {
            knowledge.adopt(product: Bytes($0), category: .none, isOutOfStock: isOut)
        }
    }

    var knowledge: Knowledge { replayer.commons.knowledge }

    var customers: CustomerState {
        guard case .customers(let state) = replayer.customers.state else { preconditionFailure("the first stage") }
        return state
    }

    var products: ProductState {
        guard case .products(let state) = replayer.products.state else { preconditionFailure("the second stage") }
        return state
    }
}

extension [String] {
    var recommendations: [String] { filter { $0.hasPrefix("recommendation") } }
    var alerts: [String] { filter { $0.hasPrefix("alert") || $0.hasPrefix("cleared") } }
    var sentiments: [String] { filter { $0.hasPrefix("sentiment") } }
}

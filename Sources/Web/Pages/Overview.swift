import Events
import Pipeline

/// The few numbers that the status page shows.
struct Overview: Encodable {
    var version: String
    var isReady: Bool
    var events: UInt64
    var rejected: UInt64
    var duplicates: UInt64
    var lag: Int64
    var customers: Int
    var products: Int
    var stateBytes: Int
    var recommendations: UInt64
    var churnAlerts: UInt64
    var sentiments: UInt64
    var transactions: UInt64
    var eventTime: String?

    init(_ statuses: [LineStatus], at now: Int64) {
        let total = LineTotals(statuses)
        version = "\(Shopstream.version)"
        isReady = !statuses.isEmpty && statuses.allSatisfy(\.isReady)
        events = total.facts.reduce(0, +)
        rejected = total.rejected
        duplicates = total.duplicates
        lag = total.lag
        customers = total.customers
        products = total.products
        stateBytes = total.stateBytes
        recommendations = total.output(.recommendations)
        churnAlerts = total.output(.churnAlerts)
        sentiments = total.output(.productSentiment)
        transactions = total.transactions
        eventTime = total.watermark.map { time in
            var text = ByteBuffer(capacity: 32)
            text.append(time: time)
            return text.bytes().text
        }
    }
}

import Events

/// A short history of a shop as records: enough of everything that state and outputs are made of.
struct Script {
    var records: [(topic: String, partition: Int32, key: String?, value: String)] = []

    static let clicks = "storefront.clickstream.v1"
    static let reviews = "storefront.reviews.v1"

    /// All in one topic and one partition, so that the order of the log is the order of the fold.
    static func single(customers: Int = 4, days: Int = 40) -> Script {
        var script = Script()
        script.build(customers: customers, days: days) { _ in (clicks, 0) }
        return script
    }

    /// Clicks and reviews in their own topics over two partitions.
    static func spread(customers: Int = 6, days: Int = 40) -> Script {
        var script = Script()
        script.build(customers: customers, days: days) { event in
            let partition = Hash.partition(ofText: event.customer, among: 2)
            return (event.isReview ? reviews : clicks, partition)
        }
        return script
    }

    /// A few days of clicks and reviews, then everybody's silence.
    static func week(
        customers: Int = 5,
        days: Int = 6,
        every interval: Int = 2,
        partitions: Int32 = 2,
        reviews topic: String = clicks
    ) -> Script {
        var script = Script()
        let names = (0..<customers).map { name(of: $0, in: Int32($0) % partitions, among: partitions) }
        script.build(customers: customers, days: days, every: interval, partitions: partitions, names: names) { event in
            (event.isReview ? topic : clicks, Hash.partition(ofText: event.customer, among: partitions))
        }
        return script
    }

    /// A name that the key's hash sends to the partition.
    private static func name(of customer: Int, in partition: Int32, among partitions: Int32) -> String {
        let names = (0...).lazy.map { "u\(customer)x\($0)" }
        return names.first { Hash.partition(ofText: $0, among: partitions) == partition } ?? "u\(customer)"
    }

    /// One customer who orders like clockwork.
    static func regular(orders: Int, everyDays: Int) -> Script {
        var script = Script()
        var number = 0
        for index in 0..<orders {
            let time = start + Int64(index * everyDays) * EventTime.day
            let value = event("u1", "Order Completed", "p\(index % 3)", time, &number)
            script.records.append((clicks, 0, "u1", value))
        }
        return script
    }

    private mutating func build(
        customers: Int,
        days: Int,
        every interval: Int = 5,
        partitions: Int32 = 2,
        names: [String]? = nil,
        _ place: ((customer: String, isReview: Bool)) -> (String, Int32)
    ) {
        var number = 0
        let names = names ?? (0..<customers).map { "u\($0)" }
        for day in stride(from: 0, to: days, by: interval) {
            for customer in 0..<customers where day < 15 || customer % 2 == 0 {
                let name = names[customer]
                let time = Script.start + Int64(day) * EventTime.day + Int64(customer) * EventTime.minute
                for value in Script.visit(name, customer, day / interval, time, &number) {
                    let (topic, partition) = place((name, value.contains("Reviewed")))
                    records.append((topic, partition, name, value))
                }
            }
        }
        let (topic, partition) = place((names[0], false))
        records.append((topic, partition, names[0], "{\"type\":\"track\",\"event\":\"Product Viewed\""))
        records.append((topic, partition, nil, "not json at all"))
        // A year later one customer comes back: everybody else's silence has become long.
        let late = Script.event(names[0], "Product Viewed", "p1", Script.start + 400 * EventTime.day, &number)
        records.append((topic, partition, names[0], late))
        for partition in 0..<partitions where records.contains(where: { $0.partition == partition }) {
            records.append(
                (
                    Script.clicks, partition, "w\(partition)",
                    Script.event("w\(partition)", "Product Viewed", "p1", Script.start + 401 * EventTime.day, &number)
                )
            )
        }
    }

    static let start: EventTime = 1_700_000_000_000

    private static func visit(_ name: String, _ customer: Int, _ index: Int, _ time: EventTime, _ number: inout Int)
        -> [String]
    {
        let product = "p\((customer + index) % 5)"
        let next = "p\((customer + index + 1) % 5)"
        var events = [
            event(name, "Product Viewed", product, time, &number),
            event(name, "Product Viewed", next, time + 10_000, &number),
            event(name, "Order Completed", next, time + 20_000, &number),
        ]
        if index % 2 == 0 { events.append(events[1]) }
        if index % 2 == 1 {
            let words = customer % 2 == 0 ? "great quality, love it" : "质量太差了，很失望"
            events.append(
                event(
                    name,
                    "Product Reviewed",
                    product,
                    time + 30_000,
                    &number,
                    ",\"rating\":\(customer % 2 == 0 ? 5 : 1),\"review_body\":\"\(words)\""
                )
            )
        }
        return events
    }

    private static func event(
        _ name: String,
        _ event: String,
        _ product: String,
        _ time: EventTime,
        _ number: inout Int,
        _ more: String = ""
    ) -> String {
        number += 1
        var buffer = ByteBuffer()
        buffer.append(time: time)
        return """
            {"type":"track","event":"\(event)","messageId":"m\(number)","userId":"\(name)",\
            "timestamp":"\(buffer.bytes().text)","properties":{"product_id":"\(product)","category":"c1","price":9.5,\
            "quantity":1,"currency":"EUR"\(more)}}
            """
    }
}

extension Hash {
    static func partition(ofText text: String, among partitions: Int32) -> Int32 {
        Array(text.utf8).withUnsafeBytes { Hash.partition(of: Bytes($0), among: partitions) }
    }
}

import Events
import Models

@testable import Engine

/// What is in a state, field by field and readable, names as text: a line a field.
extension StateFixture {
    /// The fields that records of `version` hold.
    static func fields(of world: World, as version: UInt8) -> [String] {
        customers(world.customers, version) + products(world.products, version) + models(world.products)
    }

    private static func customers(_ state: CustomerState, _ version: UInt8) -> [String] {
        var lines = ["customers: newest \(state.newest), hour \(state.wheel.hour), population \(state.population)"]
        let slots = (0..<state.customers.slots).filter { state.customers.isLive($0) }
        for slot in slots.sorted(by: { state.keys.bytes($0).precedes(state.keys.bytes($1)) }) {
            let name = state.keys.bytes(slot).text
            lines += (facts(state.customers[slot], version) + histories(state, slot)).map { "\(name): \($0)" }
            guard version >= 2 else { continue }
            lines.append("\(name): \(state.customers[slot].consent), began anew \(state.customers[slot].beganAnew)")
        }
        return lines
    }

    private static func facts(_ customer: Customer, _ version: UInt8) -> [String] {
        var lines = [
            "seen \(customer.firstSeen)...\(customer.lastSeen)",
            "ordered \(customer.firstOrder)...\(customer.lastOrder)",
            "session \(customer.sessionStart) \(customer.sessionTag), \(customer.sessions) sessions",
            "counts \(customer.views) \(customer.adds) \(customer.orders) \(customer.refunds) "
                + "\(customer.cancellations) \(customer.reviews) \(customer.repeats)",
            "timer \(customer.timer), level \(customer.level), anonymous \(customer.isAnonymous)",
            "sentiment \(customer.sentiment), list \(customer.lastList)", "gaps \(customer.gaps)",
            "prices \(customer.prices)",
            "spend "
                + (0..<3).map { "\(customer.spend[$0].currency.code) \(customer.spend[$0].amount)" }.joined(
                    separator: ", "
                ),
        ]
        if version >= 2 {
            let review = customer.lastReview
            lines.append("bustle \(customer.bustle.word), last review \(review.mark) \(review.fraction)")
        }
        return lines
    }

    private static func histories(_ state: CustomerState, _ slot: Int) -> [String] {
        let customer = state.customers[slot]
        let names = state.commons.names
        let touches = (0..<customer.touches.count).map { age in
            let touch = customer.touches.newest(age, in: state.arena)
            return "\(names.text(touch.product).text) \(touch.kind) \(touch.second)"
        }
        let ids = (0..<customer.messageIds.count).map { "\(customer.messageIds.newest($0, in: state.arena))" }
        let basket = (0..<customer.basket.count).map { names.text(customer.basket.newest($0, in: state.arena)).text }
        return [
            "touches \(touches)", "message ids \(ids)",
            "basket \(basket) of \(names.text(customer.basketCategory).text)",
            "categories " + row(customer.categories, names, state.arena),
            "brands " + row(customer.brands, names, state.arena),
        ]
    }

    private static func row(_ row: DecayedTop<Name>, _ names: Names, _ arena: borrowing Arena) -> String {
        var text = "\(row.landmark) \(row.rawTotal) \(row.evicted)"
        for index in 0..<row.count {
            let (name, weight) = row.entry(index, in: arena)
            text += " \(names.text(name).text)=\(weight)"
        }
        return text
    }

    private static func products(_ state: ProductState, _ version: UInt8) -> [String] {
        let names = state.commons.names
        var lines = ["products: newest \(state.newest)"]
        for slot in 0..<state.products.slots where state.products.isLive(slot) {
            let product = state.products[slot]
            guard kept.contains(names.text(product.name).text) else { continue }
            var fields = [
                "of \(names.text(product.category).text)",
                "counts \(product.views) \(product.adds) \(product.orders) \(product.returns)",
                "popularity \(product.popularity)", "polarity \(product.polarity)", "shift \(product.shift)",
                "trend \(product.trend), published \(product.published)",
                "bought after " + row(product.boughtAfter, names, state.arena),
                "viewed after " + row(product.viewedAfter, names, state.arena),
                "bought after view " + row(product.boughtAfterView, names, state.arena),
            ]
            if version >= 2 {
                let reviews = (0..<product.reviews.count).map { age in
                    let review = product.reviews.newest(age, in: state.arena)
                    return "\(review.mark) \(review.second) \(review.polarity)"
                }
                fields.append("units \(product.units), links \(product.links)")
                fields.append("reviews \(reviews)")
            }
            let name = "\(product.subject) \(names.text(product.name).text)"
            lines += fields.map { "\(name): \($0)" }
        }
        return [lines[0]] + lines.dropFirst().sorted()
    }

    private static func models(_ state: ProductState) -> [String] {
        guard let sentiment = state.sentimentOwner, let churn = state.churnOwner else { return [] }
        var words: [UInt64] = []
        churn.estimator.encode { words.append($0) }
        let weights = sentiment.model.chunkBytes(chunk).bindMemory(to: UInt64.self).enumerated().filter { $1 != 0 }
        return [
            "sentiment: judged \(sentiment.judged), learned \(sentiment.learned), \(sentiment.model.parameters)",
            "sentiment: " + weights.map { "\($0)=\($1)" }.joined(separator: " "),
            "churn: week \(churn.week), \(words)",
        ]
    }
}

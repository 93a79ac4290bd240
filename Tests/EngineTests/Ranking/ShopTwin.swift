import Events
import Foundation
import Models

/// What is known of a shop in dictionaries, and the ranking written down as its definition says, in `Double`.
struct ShopTwin {
    struct Row {
        var entries: [(product: String, weight: Double)] = []
        var total = 0.0
    }

    struct Product {
        var category: String?
        var popularity = 0.0
        var isOut = false
        var boughtAfter = Row()
        var viewedAfter = Row()
        var boughtAfterView = Row()
    }

    struct Place {
        var product: String
        var score: Double
        /// What the strongest contribution tells; nil where two are equally strong.
        var reason: String?
    }

    var products: [String: Product] = [:]
    var categories: [String: Row] = [:]

    private struct Candidate {
        var pooled = 0.0
        var contributions: [(strength: Double, reason: String)] = []
    }

    /// Everything that may be offered, best first. At most 128 products are considered, in the order in which the rows
    /// name them.
    func ranked(after product: String, isOrder: Bool, basket: [String], places: Int) -> [Place] {
        var names: [String] = []
        var candidates: [String: Candidate] = [:]
        let meet = { (name: String) -> Bool in
            if candidates[name] != nil { return true }
            guard names.count < 128 else { return false }
            names.append(name)
            candidates[name] = Candidate()
            return true
        }
        var total = 0.0
        for (row, weight, reason) in rows(after: product, isOrder: isOrder, basket: basket) {
            total += row.total * weight
            for entry in row.entries where meet(entry.product) {
                candidates[entry.product]?.pooled += entry.weight * weight
                candidates[entry.product]?.contributions.append((entry.weight * weight, reason))
            }
        }
        let category = products[product]?.category.flatMap { categories[$0] } ?? Row()
        for entry in category.entries { _ = meet(entry.product) }
        let popular = shares(places: places)
        for entry in popular { _ = meet(entry.product) }
        let own = total / (total + 5)
        let broad = category.total / (category.total + 20)
        let scored = names.map { name in
            let fromRows = total > 0 ? (candidates[name]?.pooled ?? 0) / total : 0
            let fromCategory = category.entries.first { $0.product == name }.map { $0.weight / category.total } ?? 0
            let fromAll = popular.first { $0.product == name }?.share ?? 0
            let score = own * fromRows + (1 - own) * (broad * fromCategory + (1 - broad) * fromAll)
            return Place(product: name, score: score, reason: reason(candidates[name], fromCategory))
        }
        return scored.filter { isOffered($0.product, after: isOrder ? nil : product, basket) }.sorted {
            $0.score > $1.score
        }
    }

    private func rows(after product: String, isOrder: Bool, basket: [String]) -> [(Row, Double, String)] {
        var rows: [(Row, Double, String)] = []
        if !isOrder, let known = products[product] {
            rows = [
                (known.boughtAfterView, 1, "bought-after-view \(product)"),
                (known.viewedAfter, 0.1, "viewed-after \(product)"),
            ]
        }
        return rows
            + basket.prefix(4).compactMap { name in products[name].map { ($0.boughtAfter, 1, "bought-after \(name)") } }
    }

    /// The twenty most popular of the sixty-four most popular, with their share of those.
    private func shares(places: Int) -> [(product: String, share: Double)] {
        let top = products.filter { $0.value.popularity > 0 }.sorted { $0.value.popularity > $1.value.popularity }
            .prefix(64)
        let total = top.reduce(0) { $0 + $1.value.popularity }
        return top.prefix(2 * places).map { ($0.key, $0.value.popularity / total) }
    }

    private func reason(_ candidate: Candidate?, _ fromCategory: Double) -> String? {
        let sorted = (candidate?.contributions ?? []).sorted { $0.strength > $1.strength }
        guard let best = sorted.first else { return fromCategory > 0 ? "category" : "popular" }
        return sorted.count > 1 && sorted[1].strength > best.strength * 0.9999 ? nil : best.reason
    }

    func isOffered(_ name: String, after product: String?, _ basket: [String]) -> Bool {
        let known = products[name]
        if name == product || known?.isOut == true { return false }
        guard basket.contains(name) else { return true }
        guard let row = known?.boughtAfter, row.total > 0 else { return false }
        return (row.entries.first { $0.product == name }?.weight ?? 0) / row.total >= 0.1
    }
}

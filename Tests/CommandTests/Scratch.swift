import Events
import Foundation
import Pipeline
import Testing
import Traffic

@testable import shopstream

/// A folder for one test, gone with it.
final class Scratch {
    let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/commands-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
        return path(name)
    }

    /// A small shop's events in a file.
    func shop(days: Int = 12, seed: UInt64 = 3) throws -> String {
        var plan = ShopPlan(
            seed: seed,
            customers: 60,
            products: 30,
            eventsPerDay: 120,
            span: Int64(days) * EventTime.day
        )
        plan.poison = 0.02
        let name = path("shop-\(seed)-\(days).ndjson")
        let whole = GeneratePlan(shop: .pretend(plan), tempo: .fast, limit: .max, wallLimit: .max)
        let sink = try RecordingSink(events: name, reviews: nil, catalog: nil)
        var generator = try Generator(whole, sink, StopFlag())
        try generator.run { _ in }
        return name
    }
}

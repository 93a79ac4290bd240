import Engine
import Events
import Foundation
import Pipeline
import Web

@testable import shopstream

/// A file that is gone when the test is over.
final class ScratchFile {
    let path: String

    init(_ text: String, name: String = UUID().uuidString) throws {
        path = FileManager.default.temporaryDirectory.appending(path: name).path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension LineStatus {
    /// A line in the middle of its work, with a number of its own in every counter.
    static var busy: LineStatus {
        var status = LineStatus()
        status.name = "shop-0"
        status.inputs = ["storefront.clickstream.v1", "storefront.reviews.v1"]
        status.isReady = true
        status.partitionsLive = 8
        status.customers = 1_234
        status.products = 567
        status.customerBytes = 1 << 20
        status.productBytes = 1 << 19
        status.stateBytes = 2 << 20
        status.lag = 42
        status.late = 3
        status.watermark = 1_000_000
        status.turnedAt = 2_000_000
        status.checkpointedAt = 1_999_000
        status.commitCost = 12.5
        status.counters = .busy
        return status
    }
}

extension Counters {
    static var busy: Counters {
        var counters = Counters(inputs: 2)
        counters.facts[Int(FactKind.productViewed.rawValue)] = 100
        counters.facts[Int(FactKind.orderCompleted.rawValue)] = 10
        counters.consumed = [105, 12]
        counters.rejections[0][Int(Rejection.malformedJSON.rawValue)] = 4
        counters.unkeyed = [1, 0]
        counters.miskeyed = [0, 2]
        counters.duplicates = 5
        counters.skipped = 6
        counters.outputs[Int(OutputTopic.recommendations.rawValue)] = 70
        counters.outputs[Int(OutputTopic.churnAlerts.rawValue)] = 7
        counters.alertsByLevel[Int(RiskLevel.high.rawValue)] = 2
        counters.reviewsByPolarity[Int(Polarity.negative.rawValue)] = 9
        counters.transactions = 11
        counters.rebalances = 2
        return counters
    }
}

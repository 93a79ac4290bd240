import ArgumentParser
import Events
import Foundation
import Pipeline
import Testing
import Web

@testable import shopstream

@Suite struct RunSummaryTests {
    private let summary = RunSummary(
        LineTotals([.busy]),
        ResourceUse(cpuSeconds: 1.5, childSeconds: 0, peakBytes: 64 << 20, wallMilliseconds: 2_000)
    )

    @Test func `one line for people`() {
        #expect(
            summary.text
                == "110 events (5 seen before), 4 rejected, 6 skipped → 7 churn-alerts, 70 recommendations; "
                + "2.0 s, 1.5 s CPU, 55 events/s, peak 64.0 MiB"
        )
    }

    @Test func `one object for machines`() throws {
        let object = try #require(JSONSerialization.jsonObject(with: Data(summary.json.utf8)) as? [String: Any])
        #expect(object["events"] as? Int == 110 && object["records"] as? Int == 117)
        #expect(object["events_per_second"] as? Int == 55 && object["peak_bytes"] as? Int == 64 << 20)
        let outputs = try #require(object["outputs"] as? [String: Int])
        #expect(outputs["insights.recommendations.v1"] == 70 && outputs["dlq.storefront.clickstream.v1"] == 4)
        #expect(!summary.json.contains("\n"))
    }

    @Test func `flags reach the settings`() throws {
        let options = try LineOptions.parse([
            "--inputs", "a,b", "--lines", "3", "--leave", "--http", "none", "--group", "g",
        ])
        let settings = try Settings(SettingsSources(commandLine: options.flags))
        #expect(settings.inputs == ["a", "b"] && settings.lines == 3 && settings.leaves && settings.http == nil)
        #expect(settings.lineSettings(untilEnd: false, pseudonyms: Pseudonyms()).group == "g")
    }
}

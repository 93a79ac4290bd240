import Testing

@testable import shopstream

/// What is drawn from the numbers.
@Suite struct DemoFrameTests {
    private var figures: DemoFigures {
        var figures = DemoFigures()
        figures.day = 30
        figures.days = 180
        figures.secondsLeft = 25
        figures.share = 0.5
        figures.rateIn = 3_512.4
        figures.rateOut = 2_310
        figures.sent = 12_345
        figures.lag = 120
        figures.medianLatency = 21.4
        figures.upperLatency = 63.6
        figures.customers = 480
        figures.products = 300
        figures.stateBytes = 3 << 20
        figures.history = [0, 1_000, 4_000, 2_000]
        figures.headlines.recommendationFor = "u000001 viewed p000002"
        figures.headlines.places = [
            .init(product: "p000003", score: 0.3125, reason: "bought-after p000002 (4.0 of 9.0)")
        ]
        figures.headlines.alert = "u000009 high risk (0.91): order_gap after 31 days → coupon"
        figures.headlines.alerts = 7
        return figures
    }

    @Test func `a line for logs`() {
        let line = DemoFrame(palette: .plain).plain(figures)
        #expect(
            line
                == "day 30 of 180  3,512 events/s in  2,310 insights/s out  120 waiting  p50 21 ms  p99 64 ms  "
                + "480 customers  7 alerts  0 shifts"
        )
    }

    @Test func `a frame for terminals`() {
        let frame = DemoFrame(palette: .plain).lines(figures)
        #expect(frame.count == 15)
        #expect(frame[0] == "Shopstream  ·  day 30 of 180  ·  25 s left")
        #expect(frame.contains("  in         3,512 events/s  ▁▂█▄  12,345 so far"))
        #expect(frame.contains("  latency    p50 21 ms  p99 64 ms  from the event sent to the list read"))
        #expect(frame.contains("  list       u000001 viewed p000002"))
        #expect(frame.contains { $0.contains("1  p000003  0.313  bought-after p000002 (4.0 of 9.0)") })
        #expect(frame.contains { $0.hasPrefix("  churn 7    u000009 high risk") })
        #expect(frame.contains("  mood       steady"))
    }

    @Test func `a frame keeps its height before anything is known`() {
        let empty = DemoFrame(palette: .plain).lines(DemoFigures())
        #expect(empty.count == DemoFrame(palette: .plain).lines(figures).count)
        #expect(empty.contains("  latency    no list yet"))
    }

    @Test func `without colour there is no escape`() {
        let plain = DemoFrame(palette: .plain).lines(figures).joined()
        let coloured = DemoFrame(palette: Palette(isOn: true)).lines(figures).joined()
        #expect(!plain.contains("\u{1B}") && coloured.contains("\u{1B}[1m3,512\u{1B}[0m"))
    }

    @Test func `a line too long is cut, its colours are not`() {
        let cut = DemoScreen.cut("\u{1B}[31mabcdef\u{1B}[0m", to: 4)
        #expect(cut == "\u{1B}[31mabc\u{1B}[0m")
        #expect(DemoScreen.cut("abc", to: 80) == "abc")
    }
}

import Events
import Testing

@testable import Traffic

@Suite("Time lapse")
struct PaceTests {
    @Test func aDayASecond() {
        let pace = Pace(factor: 86_400, eventStart: 1_000, wallStart: 50)
        #expect(pace.wait(before: 1_000 + EventTime.day, at: 50) == 1_000)
        #expect(pace.wait(before: 1_000 + EventTime.day, at: 550) == 500)
        #expect(pace.wait(before: 1_000 + EventTime.day, at: 5_000) == 0)
        #expect(pace.eventTime(at: 1_050) == 1_000 + EventTime.day)
    }

    @Test func whatIsReachedNeedsNoWait() {
        let pace = Pace(factor: 3.7, eventStart: 77, wallStart: 0)
        for wall in stride(from: Int64(0), to: 5_000, by: 13) {
            #expect(pace.wait(before: pace.eventTime(at: wall), at: wall) == 0)
        }
    }

    @Test func asFastAsItGoes() {
        let pace = Pace(factor: .infinity, eventStart: 0, wallStart: 0)
        #expect(pace.wait(before: .max, at: 0) == 0 && pace.eventTime(at: 0) == .max)
    }

    @Test func nonsenseIsLifeAsItIs() {
        #expect(Pace(factor: -3, eventStart: 0, wallStart: 0).factor == 1)
        #expect(Pace(factor: .nan, eventStart: 0, wallStart: 0).factor == 1)
    }
}

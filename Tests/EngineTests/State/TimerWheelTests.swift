import Models
import Testing

@testable import Engine

/// The wheel against a table of slots and hours.
@Suite struct TimerWheelTests {
    struct Twin {
        var hour: UInt32
        var due: [Int: UInt32] = [:]

        mutating func set(_ slot: Int, _ wanted: UInt32) -> UInt32 {
            due[slot] = min(max(wanted, hour + 1), hour + 4_095)
            return due[slot] ?? 0
        }

        mutating func step() -> [UInt32] {
            hour += 1
            let fired = due.filter { $0.value == hour }.keys
            for slot in fired { due[slot] = nil }
            return fired.map(UInt32.init).sorted()
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `the wheel fires what the table fires`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var wheel = TimerWheel()
        var twin = Twin(hour: 490_000)
        var fired = FlatArray<UInt32>()
        wheel.start(at: 490_000)
        for _ in 0..<20_000 {
            let slot = random.nextIndex(below: 300)
            switch random.nextIndex(below: 4) {
            case 0, 1:
                if let hour = twin.due.removeValue(forKey: slot) { wheel.cancel(slot, hour: hour) }
                let reach = [3, 50, 4_000, 4_095, 4_096, 4_097, 100_000][random.nextIndex(below: 7)]
                let wanted = twin.hour - 5 + UInt32(random.nextIndex(below: reach + 5))
                #expect(wheel.set(slot, hour: wanted) == twin.set(slot, wanted))
            case 2:
                if let hour = twin.due.removeValue(forKey: slot) { wheel.cancel(slot, hour: hour) }
            default:
                for _ in 0...random.nextIndex(below: 20) {
                    fired.removeAll()
                    wheel.step(into: &fired)
                    let slots = (0..<fired.count).map { fired[$0] }.sorted()
                    if slots != twin.step() { Issue.record("hour \(twin.hour): \(slots)") }
                }
            }
            if wheel.count != twin.due.count || wheel.hour != twin.hour {
                Issue.record("\(wheel.count) of \(twin.due.count) timers")
            }
        }
    }

    @Test func `what is past fires in the next hour, what is far is set again from the end of the reach`() {
        var wheel = TimerWheel()
        #expect(wheel.isStarted == false)
        wheel.start(at: 10)
        #expect(wheel.isStarted == true)
        #expect(wheel.set(1, hour: 3) == 11)
        #expect(wheel.set(2, hour: 10) == 11)
        #expect(wheel.set(3, hour: .max) == 10 + 4_095)
        var fired = FlatArray<UInt32>()
        wheel.step(into: &fired)
        #expect(fired.count == 2 && wheel.count == 1)
        for _ in 0..<4_094 { wheel.step(into: &fired) }
        #expect(fired.count == 3 && fired[2] == 3 && wheel.count == 0)
    }

    @Test func `an empty wheel jumps ahead, never back`() {
        var wheel = TimerWheel()
        wheel.start(at: 10)
        wheel.skip(to: 1_000_000)
        #expect(wheel.hour == 1_000_000)
        wheel.skip(to: 5)
        #expect(wheel.hour == 1_000_000)
        #expect(wheel.set(0, hour: 1_000_007) == 1_000_007)
    }

    @Test func `timers of many slots take eight bytes each`() {
        var wheel = TimerWheel()
        wheel.start(at: 1)
        let empty = wheel.bytesReserved
        for slot in 0..<10_000 { _ = wheel.set(slot, hour: UInt32(2 + slot % 4_000)) }
        #expect(wheel.count == 10_000 && wheel.bytesReserved - empty <= 10_000 * 8 * 2)
        #expect(empty < 17_000)
    }
}

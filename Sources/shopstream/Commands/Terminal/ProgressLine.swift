import Events
import Glibc

/// One line on stderr that is written over as the work goes on. Silent when stderr is no terminal.
struct ProgressLine {
    private let isShown: Bool
    private let verb: String
    private var next: Int64
    private let start: Int64
    private let interval: Int64 = 100

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    init(_ verb: String, isShown: Bool = ProgressLine.isTerminal) {
        self.verb = verb
        self.isShown = isShown
        start = Clock.monotonic()
        next = start + interval
    }

    /// Cheap enough to be asked every few records: false unless a tenth of a second has passed.
    mutating func isDue() -> Bool {
        guard isShown else { return false }
        let now = Clock.monotonic()
        guard now >= next else { return false }
        next = now + interval
        return true
    }

    /// - Parameter share: of the work, 0…1; nil where nobody knows how much there is.
    func show(share: Double?, count: Int, unit: String) {
        let rate = Double(count) / max(0.001, Double(Clock.monotonic() - start) / 1_000)
        write(ProgressLine.text(verb, share: share, count: count, rate: rate, unit: unit))
    }

    /// Takes the line away, so that what follows stands on its own.
    func clear() { if isShown { write("") } }

    private func write(_ text: String) {
        var bytes = "\r\u{1B}[2K" + text
        bytes.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// `replay [=========>          ]  48 %  1,234,567 records  612,345/s`
    static func text(_ verb: String, share: Double?, count: Int, rate: Double, unit: String) -> String {
        let bar = share.map { " [\(drawing(of: $0))] \(percent($0))" } ?? ""
        return "\(verb)\(bar)  \(count.grouped) \(unit)  \(Int(rate.rounded()).grouped)/s"
    }

    private static func drawing(of share: Double) -> String {
        let width = 24
        let full = Int((min(max(share, 0), 1) * Double(width)).rounded(.down))
        let head = full < width ? ">" : ""
        return String(repeating: "=", count: full) + head + String(repeating: " ", count: width - full - head.count)
    }

    private static func percent(_ share: Double) -> String {
        let number = String(Int((min(max(share, 0), 1) * 100).rounded(.down)))
        return String(repeating: " ", count: 3 - number.count) + number + " %"
    }
}

/// The clocks, in ms.
enum Clock {
    static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) / 1_000_000 }
    static func wall() -> Int64 { read(CLOCK_REALTIME) / 1_000_000 }
    /// CPU time of the calling thread, in ns.
    static func threadNanoseconds() -> Int64 { read(CLOCK_THREAD_CPUTIME_ID) }
    static func monotonicNanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }

    @inline(__always)
    private static func read(_ id: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(id, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    static func sleep(milliseconds: Int64) {
        guard milliseconds > 0 else { return }
        usleep(UInt32(min(milliseconds, 60_000)) * 1_000)
    }
}

import Foundation

/// What the system says of this process, from /proc/self.
public struct ProcessFigures: Sendable, Equatable {
    public var cpuSeconds: Double
    public var residentBytes: Double
    /// The most that were ever resident.
    public var peakBytes: Double
    public var openFiles: Int
    public var startSeconds: Double

    public static func read() -> ProcessFigures {
        let status = contents("/proc/self/status")
        return ProcessFigures(
            cpuSeconds: cpuTime(),
            residentBytes: kilobytes("VmRSS:", in: status) * 1_024,
            peakBytes: kilobytes("VmHWM:", in: status) * 1_024,
            openFiles: fileCount(),
            startSeconds: start
        )
    }

    func add(to text: inout MetricsText) {
        text.add("process_cpu_seconds_total", .counter, "User and system time.", cpuSeconds)
        text.add("process_resident_memory_bytes", .gauge, "Resident memory.", residentBytes)
        text.add("process_open_fds", .gauge, "Open files.", Double(openFiles))
        text.add("process_start_time_seconds", .gauge, "When the process began.", startSeconds)
    }

    private static func cpuTime() -> Double {
        var usage = rusage()
        guard getrusage(.init(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    private static func fileCount() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    /// Boot time and field 22 of /proc/self/stat, in ticks of 1/100 s; the command in field 2 may hold spaces.
    private static let start: Double = {
        let boot = contents("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        let fields = contents("/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard let boot, let since = Double(boot.dropFirst(6)), fields.count > 19, let ticks = Double(fields[19]) else {
            return Date().timeIntervalSince1970
        }
        return since + ticks / 100
    }()

    static func kilobytes(_ name: String, in status: String) -> Double {
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
        let words = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }) ?? []
        return words.count > 1 ? Double(words[1]) ?? 0 : 0
    }

    private static func contents(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}

import Glibc

/// What the process has cost so far.
struct ResourceUse {
    /// User and system time of all threads.
    var cpuSeconds: Double
    /// The same of children that have ended: the `gzip` that unpacks a recording.
    var childSeconds: Double
    /// The most memory that was ever resident.
    var peakBytes: Int64
    var wallMilliseconds: Int64

    static func now() -> ResourceUse {
        var own = rusage()
        var children = rusage()
        getrusage(RUSAGE_SELF.rawValue, &own)
        getrusage(RUSAGE_CHILDREN.rawValue, &children)
        return ResourceUse(
            cpuSeconds: seconds(own),
            childSeconds: seconds(children),
            peakBytes: Int64(own.ru_maxrss) * 1_024,
            wallMilliseconds: Clock.monotonic()
        )
    }

    /// What has come on top since `start`; the peak is the process's own.
    func since(_ start: ResourceUse) -> ResourceUse {
        ResourceUse(
            cpuSeconds: cpuSeconds - start.cpuSeconds,
            childSeconds: childSeconds - start.childSeconds,
            peakBytes: peakBytes,
            wallMilliseconds: wallMilliseconds - start.wallMilliseconds
        )
    }

    var wallSeconds: Double { Double(wallMilliseconds) / 1_000 }

    private static func seconds(_ use: rusage) -> Double {
        Double(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + Double(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6
    }
}

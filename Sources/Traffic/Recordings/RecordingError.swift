/// Why a recording could not be read on. The text names the file and what to look at.
public enum RecordingError: Error, Equatable, CustomStringConvertible {
    case opening(path: String, reason: String)
    case reading(path: String, reason: String)
    /// `gzip` refused the file, or found it cut short.
    case unpacking(path: String, reason: String)

    public var description: String {
        switch self {
        case .opening(let path, let reason): "opening \(path): \(reason)"
        case .reading(let path, let reason): "reading \(path): \(reason)"
        case .unpacking(let path, let reason): "unpacking \(path): \(reason)"
        }
    }
}

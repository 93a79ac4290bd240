import Glibc

/// What a file holds that is nobody else's business: a password, a key, a token. Bound: 64 KB.
public struct SecretFile: Sendable {
    /// Without white space around it.
    public let text: String
    /// Set where others on this machine can read it.
    public let warning: String?

    /// Why a file is not taken. Never quotes what it holds.
    public struct Refusal: Error, Equatable, CustomStringConvertible {
        public var description: String
    }

    static let limit = 64 << 10

    /// - Throws: ``Refusal`` for what cannot be read, is empty, too large or no text, and for what others may write:
    ///   they could put a secret of their own there.
    public init(path: String) throws(Refusal) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Refusal(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        warning = try Self.warning(descriptor, path)
        let bytes = try Self.content(descriptor, path)
        guard let text = String(validating: bytes, as: UTF8.self)?.trimmed, !text.isEmpty, !bytes.contains(0) else {
            throw Refusal(description: "\(path) holds no text")
        }
        self.text = text
    }

    /// What is wrong with a file's mode; nil where only its owner and group can read it, or where there is none.
    public static func warning(path: String) -> String? {
        var status = stat()
        return stat(path, &status) == 0 ? exposure(status.st_mode, path) : nil
    }

    private static func warning(_ descriptor: Int32, _ path: String) throws(Refusal) -> String? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw Refusal(description: "\(path) is no file")
        }
        guard status.st_mode & S_IWOTH == 0 || status.st_mode & S_IFMT != S_IFREG else {
            throw Refusal(description: "\(path) can be written by everybody: chmod o-rwx \(path)")
        }
        return exposure(status.st_mode, path)
    }

    private static func exposure(_ mode: mode_t, _ path: String) -> String? {
        guard mode & S_IFMT == S_IFREG, mode & S_IROTH != 0 else { return nil }
        return "\(path) holds a secret and can be read by everybody on this machine: chmod o-rwx \(path)"
    }

    private static func content(_ descriptor: Int32, _ path: String) throws(Refusal) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw Refusal(description: "\(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else { throw Refusal(description: "\(path) is larger than \(limit >> 10) KB") }
        return Array(bytes[..<count])
    }
}

extension StringProtocol {
    /// Without white space around it.
    var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}

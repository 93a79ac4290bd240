import Foundation
import Glibc

/// Where the bytes of a recording come from: a file, standard input, or a `gzip -dc` that reads the file for us.
///
/// The child gets our own open file as its standard input, so both share one position: how far it has read is how far
/// we have, in compressed bytes.
struct RecordingSource: ~Copyable {
    private static let gzip = "/bin/gzip"
    /// What `gzip` says when it got everything but did not like something, like rubbish after the end.
    private static let warning: Int32 = 2

    private let path: String
    /// The file itself; 0 for standard input.
    private let file: Int32
    private var unpacking: Unpacking?

    private struct Unpacking {
        let process: Process
        let output: Pipe
        let complaints: Pipe
    }

    init(_ path: String) throws(RecordingError) {
        self.path = path
        guard path != "-" else {
            file = 0
            return
        }
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw .opening(path: path, reason: RecordingSource.reason(errno)) }
        if path.hasSuffix(".gz") || RecordingSource.isPacked(opened) {
            do {
                unpacking = try RecordingSource.unpack(opened)
            } catch {
                close(opened)
                throw .unpacking(path: path, reason: "\(RecordingSource.gzip) cannot be started: \(error)")
            }
        }
        file = opened
    }

    /// A child that is still at it is killed outright: it inherits the signal mask of whichever thread started it, and
    /// workers of a thread pool block the politer signals.
    deinit {
        if let unpacking, unpacking.process.isRunning {
            kill(unpacking.process.processIdentifier, SIGKILL)
            unpacking.process.waitUntilExit()
        }
        if file > 0 { close(file) }
    }

    /// Bytes of the file, as it lies on disk; nil for anything that has no size, like a pipe.
    var totalBytes: Int64? {
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int64(status.st_size)
    }

    /// How far into the file reading has come; nil where there is no such thing.
    var position: Int64? {
        let offset = lseek(file, 0, SEEK_CUR)
        return offset >= 0 ? Int64(offset) : nil
    }

    /// Up to `count` bytes; zero at the end.
    func read(into place: UnsafeMutablePointer<UInt8>, count: Int) throws(RecordingError) -> Int {
        let descriptor = unpacking?.output.fileHandleForReading.fileDescriptor ?? file
        while true {
            let got = Glibc.read(descriptor, place, count)
            if got >= 0 { return got }
            guard errno == EINTR else { throw .reading(path: path, reason: RecordingSource.reason(errno)) }
        }
    }

    /// After the last byte: asks `gzip` whether that was all.
    mutating func finish() throws(RecordingError) {
        guard let unpacking else { return }
        self.unpacking = nil
        let complaint = (try? unpacking.complaints.fileHandleForReading.readToEnd()).flatMap { $0 } ?? Data()
        unpacking.process.waitUntilExit()
        let status = unpacking.process.terminationStatus
        let isWhole = unpacking.process.terminationReason == .exit && (status == 0 || status == RecordingSource.warning)
        guard !isWhole else { return }
        let text = String(decoding: complaint, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        throw .unpacking(path: path, reason: text.isEmpty ? "gzip ended with status \(status)" : text)
    }

    private static func unpack(_ file: Int32) throws -> Unpacking {
        let unpacking = Unpacking(process: Process(), output: Pipe(), complaints: Pipe())
        unpacking.process.executableURL = URL(fileURLWithPath: gzip)
        unpacking.process.arguments = ["-dc"]
        unpacking.process.standardInput = FileHandle(fileDescriptor: file, closeOnDealloc: false)
        unpacking.process.standardOutput = unpacking.output
        unpacking.process.standardError = unpacking.complaints
        try unpacking.process.run()
        return unpacking
    }

    /// Whether the file begins like a gzip file, whatever its name.
    private static func isPacked(_ file: Int32) -> Bool {
        var magic: (UInt8, UInt8) = (0, 0)
        return pread(file, &magic, 2, 0) == 2 && magic == (0x1F, 0x8B)
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}

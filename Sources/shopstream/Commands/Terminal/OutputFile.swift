import Events
import Glibc

/// A file, or standard output, that is written through one buffer. Bound: 64 KiB and the record that fills it.
final class OutputFile {
    static let chunk = 64 << 10

    private let descriptor: Int32
    private let name: String
    private var buffer = ByteBuffer(capacity: OutputFile.chunk)
    private(set) var bytesWritten: Int64 = 0

    private init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    static func standardOutput() -> OutputFile { OutputFile(STDOUT_FILENO, name: "standard output") }

    /// Makes the file for its owner alone, since it holds customers, or empties it; `-` is standard output.
    convenience init(_ path: String) throws(Exit) {
        guard path != "-" else {
            self.init(STDOUT_FILENO, name: "standard output")
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Exit(.cannotCreate, "creating \(path): \(String(cString: strerror(errno)))")
        }
        self.init(descriptor, name: path)
    }

    deinit { if descriptor > STDERR_FILENO { Glibc.close(descriptor) } }

    /// Appends to the buffer and writes it out when it is full.
    func write(_ fill: (inout ByteBuffer) -> Void) throws(Exit) {
        fill(&buffer)
        if buffer.count >= OutputFile.chunk { try flush() }
    }

    func write(line: Bytes) throws(Exit) {
        try write { buffer in
            buffer.append(line)
            buffer.append(UInt8(ascii: "\n"))
        }
    }

    func write(line: String) throws(Exit) {
        try write { buffer in
            buffer.append(line)
            buffer.append(UInt8(ascii: "\n"))
        }
    }

    func flush() throws(Exit) {
        var done = 0
        while done < buffer.count {
            let wrote = Glibc.write(descriptor, buffer.base + done, buffer.count - done)
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else { throw failure() }
            done += wrote
        }
        bytesWritten += Int64(done)
        buffer.removeAll()
    }

    private func failure() -> Exit {
        Exit(.inputOutput, "writing \(name): \(String(cString: strerror(errno)))")
    }
}

/// What is said to people beside the results.
enum StandardError {
    static func print(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { bytes in
            var done = 0
            while done < bytes.count {
                let wrote = write(STDERR_FILENO, bytes.baseAddress! + done, bytes.count - done)
                if wrote <= 0 { return }
                done += wrote
            }
        }
    }
}

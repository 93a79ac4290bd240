public import Events
import Glibc

/// One line of a recording. Its bytes are borrowed: valid until the reader's next line.
@frozen
public struct RecordedLine: BitwiseCopyable {
    /// Without the end of line (`\n` or `\r\n`); none when the line is too long to be read.
    public var bytes: Bytes
    /// Counted from 1, blank lines included, as editors count.
    public var number: Int
    /// Bytes of the line, read or not.
    public var length: Int

    public var isTooLong: Bool { bytes.count < length }
}

/// Reads recorded events, one JSON object a line: from a file, a `.gz`, or standard input (`-`).
///
///     var reader = try RecordingReader("clicks.ndjson.gz")
///     while let line = try reader.next() { … }
///
/// Blank lines are passed over, the last line needs no newline, and a line beyond the bound is reported and skipped
/// rather than held. Lines are cut out of one buffer of about 5 MiB that is filled a MiB at a time; nothing is copied
/// unless a line lies across two fillings.
public struct RecordingReader: ~Copyable {
    /// Longest line that is read: 4 MiB, as much as the decoder takes.
    public static let longestLine = 4 << 20
    private static let newline = Int32(UInt8(ascii: "\n"))

    private var source: RecordingSource
    private let buffer: UnsafeMutablePointer<UInt8>
    private let longest: Int
    private let chunk: Int
    /// The unread bytes, and from where on no newline has been looked for.
    private var start = 0
    private var searched = 0
    private var end = 0
    /// Bytes already dropped of a line that is too long.
    private var dropped = 0
    private var number = 0
    private var isAtEnd = false

    public init(_ path: String) throws(RecordingError) {
        try self.init(path, longest: RecordingReader.longestLine, chunk: 1 << 20)
    }

    init(_ path: String, longest: Int, chunk: Int) throws(RecordingError) {
        source = try RecordingSource(path)
        self.longest = longest
        self.chunk = chunk
        // Room for the longest line with its carriage return, and one filling behind it.
        buffer = .allocate(capacity: longest + 1 + chunk)
    }

    deinit { buffer.deallocate() }

    /// Size of the file as it lies on disk, for progress; nil for a pipe.
    public var totalBytes: Int64? { source.totalBytes }

    /// How much of ``totalBytes`` has been read, compressed bytes where the file is compressed.
    public var bytesRead: Int64? { source.position }

    /// The next line that is not blank; nil after the last.
    ///
    /// - Throws: a ``RecordingError`` when reading fails or a packed file turns out to be broken or cut short. The
    ///   piece of a
    ///   line that it was cut in is not handed out.
    public mutating func next() throws(RecordingError) -> RecordedLine? {
        while true {
            if let line = cut() {
                if line.length > 0 { return line }
            } else if isAtEnd {
                return nil
            } else {
                try fill()
            }
        }
    }

    /// The next whole line in the buffer.
    @inline(__always)
    private mutating func cut() -> RecordedLine? {
        guard searched < end, let found = memchr(buffer + searched, RecordingReader.newline, end - searched) else {
            searched = end
            return isAtEnd && end + dropped > start ? take(through: end, next: end) : nil
        }
        let place = found.assumingMemoryBound(to: UInt8.self) - buffer
        return take(through: place, next: place + 1)
    }

    @inline(__always)
    private mutating func take(through last: Int, next: Int) -> RecordedLine {
        number += 1
        let hasReturn = last > start && buffer[last - 1] == UInt8(ascii: "\r")
        let count = last - start - (hasReturn ? 1 : 0)
        let length = dropped + count
        let bytes = length > longest ? Bytes.none : Bytes(start: buffer + start, count: count)
        start = next
        searched = next
        dropped = 0
        return RecordedLine(bytes: bytes, number: number, length: length)
    }

    /// Moves the piece of a line to the front and reads on behind it. Of a line that is already too long only the last
    /// byte is kept: it may be the carriage return.
    private mutating func fill() throws(RecordingError) {
        if end - start > longest + 1 || dropped > 0 {
            dropped += end - 1 - start
            start = end - 1
        }
        if start > 0 { memmove(buffer, buffer + start, end - start) }
        end -= start
        start = 0
        searched = end
        let got: Int
        do {
            got = try source.read(into: buffer + end, count: chunk)
            if got == 0 { try source.finish() }
        } catch {
            abandon()
            throw error
        }
        end += got
        if got == 0 { isAtEnd = true }
    }

    /// Nothing more comes after an error.
    private mutating func abandon() {
        start = end
        searched = end
        dropped = 0
        isAtEnd = true
    }
}

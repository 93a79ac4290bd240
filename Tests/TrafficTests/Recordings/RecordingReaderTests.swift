import Events
import Foundation
import Testing

@testable import Traffic

@Suite("Recordings")
struct RecordingReaderTests {
    /// A file that lives as long as a test.
    private func withFile<Answer>(
        _ bytes: [UInt8],
        suffix: String = ".ndjson",
        _ body: (String) throws -> Answer
    ) throws -> Answer {
        let path = NSTemporaryDirectory() + "recording-\(UUID().uuidString)" + suffix
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try body(path)
    }

    private func lines(_ path: String, longest: Int = 4 << 20, chunk: Int = 1 << 20) throws -> [(
        text: String, number: Int
    )] {
        var reader = try RecordingReader(path, longest: longest, chunk: chunk)
        var lines: [(text: String, number: Int)] = []
        while let line = try reader.next() {
            lines.append((line.isTooLong ? "too long: \(line.length)" : line.bytes.text, line.number))
        }
        return lines
    }

    private func texts(_ text: String, longest: Int = 4 << 20, chunk: Int = 1 << 20) throws -> [String] {
        try withFile(Array(text.utf8)) { try lines($0, longest: longest, chunk: chunk).map(\.text) }
    }

    private func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        try withFile(bytes) { path in
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/bin/gzip")
            process.arguments = ["-c", path]
            process.standardOutput = output
            try process.run()
            let packed = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return Array(packed)
        }
    }

    private var manyLines: [String] { (0..<UInt64(30_000)).map { "{\"line\":\($0),\"noise\":\"\(Dice.mix($0))\"}" } }

    // MARK: lines

    @Test func linesAreNumberedAsEditorsDo() throws {
        let found = try withFile(Array("{1}\n\n{3}\n{4}\n".utf8)) { try lines($0) }
        #expect(found.map(\.text) == ["{1}", "{3}", "{4}"] && found.map(\.number) == [1, 3, 4])
    }

    @Test func theLastLineNeedsNoNewline() throws {
        #expect(try texts("a\nb") == ["a", "b"])
        #expect(try texts("a\nb\r") == ["a", "b"])
        #expect(try texts("").isEmpty)
        #expect(try texts("\n\n\r\n").isEmpty)
    }

    @Test func carriageReturnsAreNotPartOfTheLine() throws {
        #expect(try texts("a\r\nb\rb\r\n\r\nc\r\n") == ["a", "b\rb", "c"])
    }

    @Test(arguments: [1, 2, 3, 7, 64]) func linesAcrossFillingsAreWhole(chunk: Int) throws {
        let text = "alpha\r\nbeta\n\ngamma delta\nepsilon\r\nz"
        #expect(try texts(text, longest: 16, chunk: chunk) == ["alpha", "beta", "gamma delta", "epsilon", "z"])
    }

    @Test(arguments: [1, 2, 5, 8, 100]) func aLineThatIsTooLongIsReportedAndPassedOver(chunk: Int) throws {
        let found = try texts(
            "12345678\r\n123456789\n\n1234567890123456789012345\r\nok\n123456789",
            longest: 8,
            chunk: chunk
        )
        #expect(found == ["12345678", "too long: 9", "too long: 25", "ok", "too long: 9"])
    }

    @Test func aLineOfMegabytesIsRead() throws {
        let long = String(repeating: "x", count: 4 << 20)
        #expect(try texts("a\n\(long)\nb\n").map(\.count) == [1, 4 << 20, 1])
        #expect(try texts("a\n\(long)y\nb\n").map(\.count) == [1, "too long: 4194305".count, 1])
    }

    // MARK: files

    @Test func progressEndsAtTheSize() throws {
        let bytes = Array(manyLines.joined(separator: "\n").utf8)
        for packed in [false, true] {
            try withFile(packed ? gzip(bytes) : bytes, suffix: packed ? ".gz" : "") { path in
                var reader = try RecordingReader(path)
                #expect(reader.totalBytes != nil)
                while try reader.next() != nil {}
                #expect(reader.bytesRead == reader.totalBytes)
            }
        }
    }

    @Test(arguments: [".ndjson.gz", ".log"]) func packedFilesAreUnpackedWhateverTheirName(suffix: String) throws {
        let expected = manyLines
        let packed = try gzip(Array(expected.joined(separator: "\n").utf8))
        let found = try withFile(packed, suffix: suffix) { try lines($0).map(\.text) }
        #expect(found == expected)
    }

    @Test func aTruncatedPackedFileIsAnErrorAfterItsWholeLines() throws {
        let expected = manyLines
        let packed = try gzip(Array(expected.joined(separator: "\n").utf8))
        try withFile(Array(packed.prefix(packed.count * 2 / 3)), suffix: ".gz") { path in
            var reader = try RecordingReader(path)
            var count = 0
            var caught: RecordingError?
            do throws(RecordingError) {
                while let line = try reader.next() {
                    #expect(line.bytes.text == expected[count])
                    count += 1
                }
            } catch {
                caught = error
            }
            #expect(count > 1_000 && count < expected.count)
            guard case .unpacking(path, let reason) = caught else {
                Issue.record("\(String(describing: caught))")
                return
            }
            #expect(reason.contains("unexpected end of file"))
            #expect(try reader.next() == nil, "nothing after an error")
        }
    }

    @Test func whatOnlyCallsItselfPackedIsRefused() throws {
        try withFile(Array("{}\n".utf8), suffix: ".gz") { path in
            var reader = try RecordingReader(path)
            #expect(throws: RecordingError.self) { try reader.next() }
        }
    }

    @Test func aReaderMayStopEarly() throws {
        let packed = try gzip(Array(manyLines.joined(separator: "\n").utf8))
        try withFile(packed, suffix: ".gz") { path in
            for _ in 0..<5 {
                var reader = try RecordingReader(path, longest: 1 << 10, chunk: 1 << 10)
                #expect(try reader.next() != nil)
            }
        }
    }

    @Test func missingFilesAndFoldersAreNamed() throws {
        let missing = RecordingError.opening(path: "/no/such.ndjson", reason: "No such file or directory")
        #expect(throws: missing) { _ = try RecordingReader("/no/such.ndjson") }
        #expect(missing.description == "opening /no/such.ndjson: No such file or directory")
        #expect(throws: RecordingError.reading(path: "/tmp", reason: "Is a directory")) {
            var reader = try RecordingReader("/tmp")
            _ = try reader.next()
        }
    }

    /// Standard input is a pipe most of the time: no size, short reads. A named pipe behaves the same.
    @Test func aPipeIsReadToItsEnd() throws {
        let path = NSTemporaryDirectory() + "pipe-\(UUID().uuidString)"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        let expected = Array(manyLines.prefix(3_000))
        let writer = Thread {
            let file = fopen(path, "w")
            for line in expected {
                fputs(line + "\n", file)
                if line.hasSuffix("7\"}") { fflush(file) }
            }
            fclose(file)
        }
        writer.start()
        var reader = try RecordingReader(path)
        #expect(reader.totalBytes == nil && reader.bytesRead == nil)
        var found: [String] = []
        while let line = try reader.next() { found.append(line.bytes.text) }
        #expect(found == expected)
    }
}

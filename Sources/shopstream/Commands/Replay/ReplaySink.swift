import Events
import Foundation

/// Where the outcomes of a replay go.
protocol ReplaySink: AnyObject {
    func take(_ topic: ReplayTopic, key: Bytes, value: Bytes) throws(Exit)
    /// - Parameter value: missing when the line was too long to be held.
    func take(deadLetter value: Bytes, reason: String, at place: RecordedPlace) throws(Exit)
    func finish() throws(Exit)
}

/// Counts only.
final class SilentSink: ReplaySink {
    func take(_ topic: ReplayTopic, key: Bytes, value: Bytes) throws(Exit) {}
    func take(deadLetter value: Bytes, reason: String, at place: RecordedPlace) throws(Exit) {}
    func finish() throws(Exit) {}
}

/// One line an outcome: `{"topic":…,"key":…,"value":{…}}`. Of a dead letter the reason and the place, not the payload.
final class LineSink: ReplaySink {
    private let output: OutputFile

    init(_ output: OutputFile) { self.output = output }

    func take(_ topic: ReplayTopic, key: Bytes, value: Bytes) throws(Exit) {
        try output.write { buffer in
            buffer.append("{\"topic\":\"")
            buffer.append(topic.name)
            buffer.append("\",\"key\":\"")
            Escapes.encode(key, into: &buffer)
            buffer.append("\",\"value\":")
            if value.isMissing { buffer.append("null") } else { buffer.append(value) }
            buffer.append("}\n")
        }
    }

    func take(deadLetter value: Bytes, reason: String, at place: RecordedPlace) throws(Exit) {
        try output.write { DeadLetterLine.append(topic: "dlq.recording", reason, place, to: &$0) }
    }

    func finish() throws(Exit) { try output.flush() }
}

/// One file a topic, made when its first record comes. Dead letters keep their bytes, and a file beside says why.
final class FolderSink: ReplaySink {
    private let folder: String
    private var files: [String: OutputFile] = [:]

    init(_ folder: String) throws(Exit) {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw Exit(.cannotCreate, "creating \(folder): \(error.reason)")
        }
    }

    func take(_ topic: ReplayTopic, key: Bytes, value: Bytes) throws(Exit) {
        try file(topic.name).write(line: value)
    }

    func take(deadLetter value: Bytes, reason: String, at place: RecordedPlace) throws(Exit) {
        if !value.isMissing { try file("dlq.recording").write(line: value) }
        try file("dlq.recording.reasons").write { DeadLetterLine.append(topic: nil, reason, place, to: &$0) }
    }

    func finish() throws(Exit) {
        for file in files.values { try file.flush() }
    }

    private func file(_ topic: String) throws(Exit) -> OutputFile {
        if let file = files[topic] { return file }
        let file = try OutputFile("\(folder)/\(topic).ndjson")
        files[topic] = file
        return file
    }
}

/// `{"topic":"dlq.recording","reason":"bad_timestamp","file":"a.ndjson","line":7}`
enum DeadLetterLine {
    static func append(topic: String?, _ reason: String, _ place: RecordedPlace, to buffer: inout ByteBuffer) {
        buffer.append(UInt8(ascii: "{"))
        if let topic {
            buffer.append("\"topic\":\"")
            buffer.append(topic)
            buffer.append("\",")
        }
        buffer.append("\"reason\":\"")
        buffer.append(reason)
        buffer.append("\",\"file\":\"")
        var file = place.file
        file.withUTF8 { Escapes.encode(Bytes(UnsafeRawBufferPointer($0)), into: &buffer) }
        buffer.append("\",\"line\":")
        buffer.append(unsigned: UInt64(place.line))
        buffer.append("}\n")
    }
}

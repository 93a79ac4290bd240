import Foundation
import Testing

/// The repository on disk, found from this file.
enum House {
    /// Three folders above this file, wherever a link to it may lie.
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().appending(path: "../../..").standardizedFileURL

    static let sources = swiftFiles(under: "Sources").map(SourceFile.init)

    /// Path of a file as people write it: from the root on.
    static func name(_ file: URL) -> String {
        file.pathComponents.dropFirst(root.pathComponents.count).joined(separator: "/")
    }

    /// Files with this ending, in a stable order; none where the folder does not exist.
    static func files(under folder: String, ending: String) -> [URL] {
        let all = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        return (all?.compactMap { $0 as? URL } ?? [])
            .filter { $0.pathExtension == ending }
            .map { $0.resolvingSymlinksInPath() }
            .sorted { $0.path < $1.path }
    }

    static func swiftFiles(under folder: String) -> [URL] { files(under: folder, ending: "swift") }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Paths that git tracks or would track; nil where there is no git or no repository.
    static func trackedPaths() -> [String]? {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments = ["git", "-C", root.path, "ls-files", "--cached", "--others", "--exclude-standard"]
        let output = Pipe()
        git.standardOutput = output
        git.standardError = FileHandle.nullDevice
        guard (try? git.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        git.waitUntilExit()
        guard git.terminationStatus == 0 else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// Records one issue: how many offenders, the remedy, and the first thirty of them on their own lines.
func expectNone(_ offenders: [String], _ remedy: String, at location: SourceLocation = #_sourceLocation) {
    guard !offenders.isEmpty else { return }
    let list = offenders.prefix(30).map { "\n  " + $0 }.joined() + (offenders.count > 30 ? "\n  …" : "")
    Issue.record("\(offenders.count) to put right: \(remedy)\(list)", sourceLocation: location)
}

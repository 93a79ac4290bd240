import ArgumentParser
import Foundation
import Kafka
import Testing

@testable import shopstream

/// What Deploy shows is what the program takes.
@Suite struct DeployExamplesTests {
    /// A file of settings and the command that reads it.
    struct Example: CustomTestStringConvertible {
        var properties: String
        var command: String

        var testDescription: String { command }
    }

    private static let deploy = URL(filePath: #filePath).appending(path: "../../../../Deploy").standardizedFileURL

    static let examples: [Example] = {
        let text = (try? String(contentsOf: deploy.appending(path: "README.md"), encoding: .utf8)) ?? ""
        let blocks = text.components(separatedBy: "\n```").filter {
            $0.hasPrefix("properties\n") || $0.hasPrefix("sh\n")
        }
        return zip(blocks, blocks.dropFirst()).compactMap { properties, command in
            guard properties.hasPrefix("properties\n"), command.hasPrefix("sh\n") else { return nil }
            let line = command.split(separator: "\n").first { $0.hasPrefix("shopstream ") } ?? ""
            return Example(properties: String(properties.dropFirst("properties\n".count)), command: String(line))
        }
    }()

    @Test func `there is one for each way`() {
        let all = Self.examples.map { $0.properties + $0.command }.joined()
        for word in ["SCRAM-SHA-512", "OAUTHBEARER", "ssl.certificate.location", "--http-token-file", "--http-metrics"]
        {
            #expect(all.contains(word))
        }
        #expect(Self.examples.count == 6)
    }

    @Test(arguments: examples)
    func `an example fits`(example: Example) throws {
        let machine = try Machine(example)
        defer { machine.remove() }
        let settings = try machine.settings(environment: [:])
        #expect(settings.kafka.warnings.isEmpty, "\(settings.kafka.warnings)")
    }

    /// The unit and the StatefulSet hand the password over in a file that the environment names.
    @Test func `the settings of the unit fit`() throws {
        let properties = try String(contentsOf: Self.deploy.appending(path: "systemd/shopstream.conf"), encoding: .utf8)
        let machine = try Machine(
            Example(properties: properties, command: "shopstream run -F /etc/shopstream/shopstream.conf")
        )
        defer { machine.remove() }
        let password = machine.path("/etc/shopstream/kafka-password")
        let settings = try machine.settings(environment: ["SHOPSTREAM_KAFKA_SASL_PASSWORD_FILE": password])
        #expect(settings.kafka["sasl.password"]?.isEmpty == false)
        for file in ["systemd/shopstream.service", "kubernetes/base/statefulset.yaml"] {
            let text = try String(contentsOf: Self.deploy.appending(path: file), encoding: .utf8)
            #expect(text.contains("SHOPSTREAM_KAFKA_SASL_PASSWORD_FILE") && text.contains("kafka-password"))
        }
    }
}

/// A folder that stands for `/etc/shopstream`, with every file that an example names.
private struct Machine {
    private let folder: URL
    private let command: String

    init(_ example: DeployExamplesTests.Example) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "shopstream-deploy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let home = folder.path + "/"
        command = example.command.replacing("/etc/shopstream/", with: home)
        let claims = Data(#"{"sub":"shopstream","exp":9999999999}"#.utf8).base64EncodedString().replacing("=", with: "")
        try put("shopstream.conf", example.properties.replacing("/etc/shopstream/", with: home))
        try put("script", "#!/bin/sh\n[ \"$2\" = kafka ] && echo e30.\(claims).e30\n", mode: 0o700)
        try copy("script", to: "fetch-token")
        try put("token", "e30.\(claims).e30\n")
        for name in ["kafka-password", "key-password", "http-token"] { try put(name, "a-long-secret-of-theirs\n") }
    }

    func path(_ path: String) -> String { path.replacing("/etc/shopstream/", with: folder.path + "/") }
    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// As `config check` does it.
    func settings(environment: [String: String]) throws -> Settings {
        let parts = command.components(separatedBy: "'")
        let words = parts.enumerated().flatMap { index, part in
            index % 2 == 1 ? [part] : part.split(separator: " ").map(String.init)
        }
        let run = try #require(try ShopstreamCommand.parseAsRoot(Array(words.dropFirst())) as? Run)
        let settings = try run.cluster.settings(run.line.flags, environment: environment)
        #expect(try HTTPToken.read(settings)?.warning == nil)
        try settings.kafka.check()
        return settings
    }

    /// By another process: while we have a program open for writing, so has every process that starts just then, and
    /// nobody can run it.
    private func copy(_ name: String, to other: String) throws {
        let copy = Process()
        copy.executableURL = URL(filePath: "/bin/cp")
        copy.arguments = [name, other].map { folder.appending(path: $0).path }
        try copy.run()
        copy.waitUntilExit()
    }

    private func put(_ name: String, _ text: String, mode: Int = 0o600) throws {
        let file = folder.appending(path: name).path
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }
}

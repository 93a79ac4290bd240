import Foundation
import Glibc
import Testing

@testable import Kafka

/// A file with a mode, gone when the test is over.
final class SecretScratch {
    let path: String

    init(_ text: String, mode: Int = 0o600) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "shopstream-secret-\(UUID().uuidString)").path
        try write(text, mode: mode)
    }

    func write(_ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct SecretFileTests {
    @Test func aSecretComesWithoutItsLinesEnd() throws {
        let scratch = try SecretScratch("  hunter2\n")
        let file = try SecretFile(path: scratch.path)
        #expect(file.text == "hunter2" && file.warning == nil)
    }

    @Test func whatOthersCanReadIsWarnedOfAndWhatTheyCanWriteIsRefused() throws {
        let readable = try SecretScratch("hunter2", mode: 0o644)
        #expect(try SecretFile(path: readable.path).warning?.contains("chmod o-rwx \(readable.path)") == true)
        #expect(SecretFile.warning(path: readable.path) != nil && SecretFile.warning(path: "/nowhere") == nil)
        let writable = try SecretScratch("hunter2", mode: 0o662)
        #expect(throws: SecretFile.Refusal.self) { try SecretFile(path: writable.path) }
        let shared = try SecretScratch("hunter2", mode: 0o440)
        #expect(try SecretFile(path: shared.path).warning == nil)
    }

    @Test(arguments: ["", " \n", "a\u{0}b", String(repeating: "x", count: 65_537)])
    func whatIsNoSecretIsRefusedWithoutQuotingIt(text: String) throws {
        let scratch = try SecretScratch(text)
        let refusal = #expect(throws: SecretFile.Refusal.self) { try SecretFile(path: scratch.path) }
        #expect(refusal?.description.contains("xxx") == false && refusal?.description.hasPrefix(scratch.path) == true)
        #expect(throws: SecretFile.Refusal.self) { try SecretFile(path: "/") }
        #expect(throws: SecretFile.Refusal.self) { try SecretFile(path: "/nowhere") }
    }

    @Test func aSettingTakesItsValueFromAFile() throws {
        let scratch = try SecretScratch("hunter2\n", mode: 0o644)
        var settings = try KafkaSettings(bootstrapServers: "localhost:9092")
        try settings.set(pair: "sasl.password.file=\(scratch.path)", source: "-X")
        #expect(settings["sasl.password"] == "hunter2")
        #expect(settings.warnings.count == 1 && settings.warnings[0].contains("can be read by everybody"))
        let missing = #expect(throws: KafkaSettingsError.self) {
            try settings.set("ssl.key.password.file", "/nowhere", source: "-X")
        }
        #expect(missing?.description.contains("/nowhere cannot be read: No such file") == true)
    }
}

@Suite struct SecrecyTests {
    private func settings() throws -> KafkaSettings {
        var settings = try KafkaSettings(bootstrapServers: "localhost:9092")
        try settings.set("sasl.password", "hunter2", source: "-X")
        return settings
    }

    @Test func printingSettingsShowsNoSecret() throws {
        var text = ""
        dump(try settings(), to: &text)
        text += "\(try settings()) \(String(reflecting: try settings())) \(try settings().entries)"
        #expect(!text.contains("hunter2") && text.contains("sasl.password=<REDACTED>"))
    }

    @Test func aSecretOnTheCommandLineIsWarnedOf() throws {
        let warnings = try settings().warnings
        #expect(warnings.count == 1 && warnings[0].contains("list of processes") && !warnings[0].contains("hunter2"))
    }

    @Test func verificationOffIsWarnedOf() throws {
        var settings = KafkaSettings(allowsInsecure: true)
        try settings.set("enable.ssl.certificate.verification", "false", source: "-X")
        #expect(settings.warnings.contains { $0.contains("nobody checks who the brokers are") })
    }

    @Test func whoeverQuotesASecretIsScrubbed() throws {
        let credentials = Credentials(secrets: ["hunter2", "hunter2hunter2", "abc"], tokens: nil)
        #expect(credentials.scrubbed("with hunter2hunter2 or hunter2, abc") == "with <REDACTED> or <REDACTED>, abc")
    }
}

@Suite struct CertificateErrorTests {
    @Test(arguments: [
        (Int32(20), "ssl.ca.location"), (18, "ssl.ca.location"), (62, "another host"), (64, "another host"),
        (10, "expired"), (9, "clock"), (99, "X509 error 99"),
    ])
    func eachHasItsRemedy(error: Int32, words: String) {
        #expect(CertificateError.reason(error).contains(words))
    }
}

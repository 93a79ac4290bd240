import Configuration
import Engine
import Events
import Testing

@testable import shopstream

@Suite struct PseudonymKeysTests {
    private func keys(_ path: String?) throws -> PseudonymKeys {
        var flags: [Setting: ConfigContent] = [:]
        flags[.pseudonymKeyFile] = path.map { .string($0) }
        return try PseudonymKeys.read(Settings(SettingsSources(commandLine: flags)))
    }

    @Test func `without a file the public key stands in, and it is said what that means`() throws {
        let keys = try keys(nil)
        #expect(keys.pseudonyms.isPublic)
        #expect(keys.warning?.contains("k0") == true && keys.warning?.contains("--pseudonym-key-file") == true)
    }

    @Test func `the file's first key is the one in use`() throws {
        let file = try ScratchFile(
            "k2 101112131415161718191a1b1c1d1e1f\nk1 000102030405060708090a0b0c0d0e0f\n"
        )
        let keys = try keys(file.path)
        #expect(keys.pseudonyms.keys.map(\.id) == ["k2", "k1", "k0"])
    }

    @Test func `a file that cannot be used is refused without a word of what it holds`() throws {
        let file = try ScratchFile("# keys\nk1 5eCreT5eCreT5eCreT5eCreT5eCreT\n")
        let refusal = #expect(throws: Exit.self) { try keys(file.path) }
        #expect(refusal?.code == 78 && refusal?.sentence.contains("line 2") == true)
        #expect(refusal?.sentence.contains("5eC") == false)
        #expect(throws: Exit.self) { try keys("/nowhere") }
    }

    @Test func `a shop names its consent categories`() throws {
        let flags: [Setting: ConfigContent] = [
            .consentProfile: .stringArray(["C0001"]), .consentMarketing: .stringArray(["C0003", "C0004"]),
        ]
        let named = try Settings(SettingsSources(commandLine: flags)).engine.consent
        #expect(named.profile == ["C0001"] && named.marketing == ["C0003", "C0004"])
        #expect(try Settings(SettingsSources()).engine.consent == .usual)
        let many = [Setting.consentProfile: ConfigContent.stringArray((0..<17).map { "C\($0)" })]
        #expect(throws: Exit.self) { try Settings(SettingsSources(commandLine: many)) }
    }
}

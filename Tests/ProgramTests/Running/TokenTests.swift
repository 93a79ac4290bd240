import Configuration
import Testing

@testable import shopstream

@Suite struct TokenTests {
    private func token(_ path: String?) throws -> [UInt8]? {
        let flags: [Setting: ConfigContent] = path.map { [.httpTokenFile: .string($0)] } ?? [:]
        return try HTTPToken.read(Settings(SettingsSources(commandLine: flags)))
    }

    @Test func `the token is what the file holds, without the line's end`() throws {
        let file = try ScratchFile("0123456789abcdef\n")
        #expect(try token(file.path) == Array("0123456789abcdef".utf8))
        #expect(try token(nil) == nil)
    }

    @Test func `a short or missing token is refused`() throws {
        let file = try ScratchFile("short\n")
        #expect(throws: Exit.self) { try token(file.path) }
        #expect(throws: Exit.self) { try token("/nowhere") }
    }
}

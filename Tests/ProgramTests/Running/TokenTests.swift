import Configuration
import Testing

@testable import shopstream

@Suite struct TokenTests {
    private func token(_ path: String?, http: String = "127.0.0.1:8080") throws -> [UInt8]? {
        var flags: [Setting: ConfigContent] = [.http: .string(http)]
        flags[.httpTokenFile] = path.map { .string($0) }
        return try HTTPToken.read(Settings(SettingsSources(commandLine: flags)))?.bytes
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
        let spaced = try ScratchFile("0123456789 abcdef\n")
        #expect(throws: Exit.self) { try token(spaced.path) }
    }

    @Test(arguments: ["0.0.0.0:8080", "[::]:8080", "10.0.0.1:80"])
    func `off loopback there is no start without one`(address: String) throws {
        let refusal = #expect(throws: Exit.self) { try token(nil, http: address) }
        #expect(refusal?.code == 78 && refusal?.sentence.contains("--http-token-file") == true)
        let file = try ScratchFile("0123456789abcdef\n")
        #expect(try token(file.path, http: address) != nil)
        #expect(try token(nil, http: "none") == nil && token(nil, http: "[::1]:1") == nil)
    }
}

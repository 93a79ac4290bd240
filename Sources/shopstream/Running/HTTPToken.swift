import Kafka
import Web

/// The token of `--http-token-file`: what the file holds, without the line's end.
struct HTTPToken: Equatable {
    static let shortest = 16

    let bytes: [UInt8]
    /// Set where others on this machine can read it.
    let warning: String?

    /// Nil where no file is named.
    /// - Throws: ``Exit`` with code 78 for a file that cannot be used, and for an address off loopback without one.
    static func read(_ settings: Settings) throws(Exit) -> HTTPToken? {
        guard let path = settings.httpTokenFile else {
            guard let address = settings.http, !address.isLoopback else { return nil }
            throw Exit(
                .configuration,
                "http: \(address) is not loopback, so it needs a token: --http-token-file FILE; "
                    + "for probes and metrics alone there is --http-metrics \(address) with --http none"
            )
        }
        return try HTTPToken(path: path)
    }

    private init(path: String) throws(Exit) {
        let file: SecretFile
        do throws(SecretFile.Refusal) {
            file = try SecretFile(path: path)
        } catch {
            throw Exit(.configuration, "httpTokenFile: \(error)")
        }
        let isPrintable = file.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard file.text.utf8.count >= HTTPToken.shortest, isPrintable else {
            throw Exit(.configuration, "httpTokenFile: \(path) wants at least 16 characters of ASCII, without spaces")
        }
        bytes = Array(file.text.utf8)
        warning = file.warning
    }
}

import Foundation

/// The token of `--http-token-file`: what the file holds, without the line's end.
enum HTTPToken {
    static func read(_ settings: Settings) throws(Exit) -> [UInt8]? {
        guard let path = settings.httpTokenFile else { return nil }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Exit(.configuration, "httpTokenFile: \(path) cannot be read: \(error.reason)")
        }
        let token = Array(text.trimmingCharacters(in: .whitespacesAndNewlines).utf8)
        guard token.count >= 16 else {
            throw Exit(.configuration, "httpTokenFile: \(path) wants at least 16 characters")
        }
        return token
    }
}

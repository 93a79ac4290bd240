/// A setting that cannot be taken, said in one sentence. Ends the program with ``Pipeline/Fault/Exit/configuration``.
public struct KafkaSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    public var key: String
    /// Where it was written: `client.properties:7`, `-X`.
    public var source: String
    public var reason: String

    public init(key: String, source: String, reason: String) {
        self.key = key
        self.source = source
        self.reason = reason
    }

    public var description: String { "\(source): \(key): \(reason)" }
}

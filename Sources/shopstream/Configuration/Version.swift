import Pipeline

/// What `--version` says.
enum Version {
    static let text = "\(Shopstream.version)"
}

import Testing

/// Whoever opens the repository sees these and nothing else.
@Suite struct TopLevelTests {
    static let allowed: Set<String> = [
        "Package.swift", "Sources", "Tests", "Topics", "Deploy", "README.md", ".ci", ".gitignore", ".swift-format",
        ".editorconfig",
    ]

    @Test(.enabled(if: House.trackedPaths() != nil, "needs git and a repository"))
    func `the top level is exactly the agreed one`() throws {
        let tracked = try #require(House.trackedPaths())
        let found = Set(tracked.compactMap { $0.split(separator: "/").first.map(String.init) })
        let extra = found.subtracting(Self.allowed).sorted()
        expectNone(extra, "move it into a folder, or ignore it")
        let missing = Self.allowed.subtracting(found).sorted()
        expectNone(missing, "add what is missing")
    }
}

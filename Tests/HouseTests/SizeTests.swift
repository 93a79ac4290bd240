import Testing

/// The sizes that the best codebases keep, and the words that are not used here.
@Suite struct SizeTests {
    @Test func `files have at most 400 lines of 120 columns`() {
        let tall = House.sources.filter { $0.lineCount > 400 }.map { "\($0.name) (\($0.lineCount))" }
        expectNone(tall, "split them by what they know")
        let wide = House.sources.flatMap { file in file.places { $0.count > 120 } }
        expectNone(wide, "wrap them")
    }

    @Test func `functions are short`() throws {
        let functions = House.sources.flatMap(FunctionLength.all).sorted { $0.lines < $1.lines }
        try #require(!functions.isEmpty)
        let median = functions[functions.count / 2].lines
        let p95 = functions[functions.count * 95 / 100].lines
        let worst = functions.suffix(10).reversed().map(\.description).joined(separator: "\n")
        #expect(median <= 8, "the median of \(functions.count) functions is \(median) lines")
        #expect(p95 < 35, "the 95th percentile of \(functions.count) functions is \(p95) lines; the longest:\n\(worst)")
    }

    @Test func `file names say what is in them`() {
        let vague = House.sources.filter { $0.stem.contains(/(Manager|Helper|Util|Utilitie|Misc)s?$/) }.map(\.name)
        expectNone(vague, "name them for what they do")
    }

    @Test(arguments: ["try!", "as!", "fatalError("])
    func `nothing crashes on purpose`(phrase: String) {
        let places = House.sources.flatMap { $0.codePlaces(of: phrase) }
        expectNone(places, "throw a typed error, or state a precondition")
    }

    @Test(arguments: ["TODO", "FIXME"])
    func `nothing is put off in a comment`(word: String) {
        let places = House.sources.flatMap { file in file.places { $0.contains(word) } }
        expectNone(places, "do it now or open an issue")
    }

    @Test(arguments: ["@unchecked Sendable", "nonisolated(unsafe)"])
    func `what the compiler cannot check has a reason beside it`(phrase: String) {
        let bare = House.sources.flatMap { file in
            file.code.indices.filter { file.code[$0].contains(phrase) && !file.isExplained(line: $0) }
                .map { "\(file.name):\($0 + 1)" }
        }
        expectNone(bare, "say in a comment beside it why this is safe")
    }
}

/// The measuring itself, on a small file.
@Suite struct MeasuringTests {
    static let sample = SourceFile(
        name: "Sources/A/B.swift",
        text: ##"""
            protocol P {
                func bare(_ x: Int) -> Int
                subscript(i: Int) -> Int { get }
            }
            // func commented() { }
            /* a /* nested */ func blocked() {} */
            struct S {
                init() {}
                public static func two<T>(
                    _ x: T, then: () -> Void = { }
                )
                    -> T where T: P
                {
                    let text = "} \(["{": 1]["{"]!) // no comment"
                    let raw = #"a "quoted" } \ "#
                    return x
                }
                func one() -> String { """
                    func inside() { }
                    """ }
            }
            """##
    )

    @Test func `functions are measured from head to closing brace`() {
        let found = FunctionLength.all(in: Self.sample).map { "\($0.name) \($0.lines)" }
        #expect(found == ["subscript 1", "init 1", "two 9", "one 3"])
    }

    @Test func `strings are no code and no comments`() {
        #expect(Self.sample.codePlaces(of: "quoted").isEmpty)
        #expect(Self.sample.withoutComments.joined().contains("// no comment"))
        #expect(!Self.sample.withoutComments.joined().contains("blocked"))
    }

    @Test func `a reason stands on the line or above it`() {
        let file = SourceFile(
            name: "A.swift",
            text: """
                /// Immutable once made.
                @frozen
                struct A: @unchecked Sendable {}

                struct B: @unchecked Sendable {}
                struct C: @unchecked Sendable {}  // no members
                """
        )
        #expect([2, 4, 5].map(file.isExplained) == [true, false, true])
    }
}

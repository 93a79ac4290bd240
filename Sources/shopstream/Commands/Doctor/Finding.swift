/// One thing that was looked at, how it is, and what helps.
struct Finding: Equatable {
    enum Grade: Equatable {
        case fine
        /// Worth knowing.
        case note
        case warning
        case failure(Exit.Code)
    }

    var grade: Grade
    var subject: String
    var state: String
    var remedy: String?

    init(_ grade: Grade, _ subject: String, _ state: String, remedy: String? = nil) {
        self.grade = grade
        self.subject = subject
        self.state = state
        self.remedy = remedy
    }

    var exitCode: Exit.Code? { if case .failure(let code) = grade { code } else { nil } }

    /// ```
    /// fail  topics      storefront.reviews.v1 is missing
    ///                   → shopstream topics apply
    /// ```
    func text(_ palette: Palette) -> String {
        let subject = self.subject + String(repeating: " ", count: max(0, 12 - self.subject.count))
        let line = "\(mark(palette))  \(subject)  \(state)"
        return remedy.map { "\(line)\n\(String(repeating: " ", count: 20))\(palette.dim("→ \($0)"))" } ?? line
    }

    private func mark(_ palette: Palette) -> String {
        switch grade {
        case .fine: palette.green("ok  ")
        case .note: palette.dim("note")
        case .warning: palette.yellow("warn")
        case .failure: palette.red("fail")
        }
    }

    /// That of the first failure; a cluster that cannot be reached comes first.
    static func exitCode(of findings: [Finding]) -> Exit.Code? {
        let codes = findings.compactMap(\.exitCode)
        return codes.contains(.unavailable) ? .unavailable : codes.first
    }
}

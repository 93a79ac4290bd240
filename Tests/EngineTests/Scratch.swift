import Testing
@testable import Engine
@testable import Pipeline
@Suite struct S { @Test func a() { _ = Replayer() } }

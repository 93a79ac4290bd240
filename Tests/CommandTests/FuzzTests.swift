import Events
import Testing
import Traffic

@testable import shopstream

/// The fuzzer itself, and a few thousand inputs of it; `shopstream bench fuzz` gives millions.
@Suite("Fuzzing")
struct FuzzTests {
    private static let corpus = Result { try FuzzCorpus(seed: 7) }

    @Test func theCorpusHasRealRecordsOfEveryKind() throws {
        let corpus = try Self.corpus.get()
        let body = FuzzBody()
        for target in FuzzTarget.allCases {
            let inputs = corpus[target]
            #expect(inputs.count >= 20, "\(target.rawValue): \(inputs.count)")
            let taken = inputs.count { input in input.withUnsafeBytes { body.run(target, Bytes($0)) } == .taken }
            #expect(
                taken * 10 >= inputs.count * 8,
                "\(target.rawValue): \(taken) of \(inputs.count) are taken unspoiled"
            )
        }
    }

    @Test func anInputIsMadeFromSeedAndNumberAlone() throws {
        let inputs = try Self.corpus.get()[.events]
        let one = FuzzMutation(seed: 1, corpus: inputs)
        let other = FuzzMutation(seed: 1, corpus: inputs)
        let third = FuzzMutation(seed: 2, corpus: inputs)
        #expect((0..<200).map(one.input) == (0..<200).reversed().map(other.input).reversed())
        #expect((0..<200).map(one.input) != (0..<200).map(third.input))
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func whateverComesInIsTakenOrRefused(seed: UInt64) throws {
        var run = FuzzRun(seed: seed, corpus: try Self.corpus.get(), targets: FuzzTarget.allCases)
        run.go(0..<FuzzTarget.allCases.count * 2_000) { _ in }
        #expect(run.broken.isEmpty)
        for (index, target) in FuzzTarget.allCases.enumerated() {
            #expect(run.taken[index] + run.refused[index] == 2_000)
            #expect(run.refused[index] > 20 && run.taken[index] > 20, "\(target.rawValue) is hardly tried")
        }
    }
}

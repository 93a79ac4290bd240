import ArgumentParser
import Foundation

/// The program: verbs, and how it ends.
@main
struct ShopstreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shopstream",
        abstract: "Turn a shop's Kafka topics into recommendations, churn alerts and product sentiment.",
        discussion: """
            Examples:
              shopstream demo                                  watch it work
              shopstream topics apply -b kafka:9092            create the topics
              shopstream run -b kafka:9092                     the service
              shopstream tail recommendations -b kafka:9092    what it says
            """,
        version: Version.text,
        subcommands: [
            Demo.self, Run.self, Replay.self, Generate.self, Tail.self, Topics.self, Doctor.self, Config.self,
            Reset.self, Verify.self, Repartition.self, DeadLetters.self, Bench.self,
        ]
    )

    /// Ends with one sentence on stderr and a code of sysexits.h when something is wrong.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if let exit = Exit(error) { end(exit.code, exit.sentence) }
        let code = exitCode(for: error)
        if code.isSuccess || error is ExitCode { exit(withError: error) }
        if code == .validationFailure { end(code.rawValue, message(for: error) + "; see shopstream --help") }
        end(Exit.Code.software.rawValue, error.reason)
    }

    private static func end(_ code: Int32, _ sentence: String) -> Never {
        StandardError.print("shopstream: \(sentence)")
        Foundation.exit(code)
    }
}

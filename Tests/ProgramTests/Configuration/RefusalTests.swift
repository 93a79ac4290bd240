import ArgumentParser
import Configuration
import Events
import Kafka
import Pipeline
import Testing
import Traffic

@testable import shopstream

/// Wrong input ends with one clear sentence and a code of sysexits.h.
@Suite struct RefusalTests {
    private func refusal(
        _ flags: [Setting: ConfigContent] = [:],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> Exit {
        let scratch = try file.map { try ScratchFile($0) }
        let error = #expect(throws: (any Error).self) {
            try withExtendedLifetime(scratch) {
                try Settings(SettingsSources(commandLine: flags, environment: environment, configPath: scratch?.path))
            }
        }
        return try #require(error.flatMap { Exit($0) })
    }

    @Test func `unknown names are refused with the nearest one`() throws {
        let variable = try refusal(environment: ["SHOPSTREAM_GRUOP": "x"])
        #expect(variable.sentence == "SHOPSTREAM_GRUOP: is not a setting; did you mean SHOPSTREAM_GROUP?")
        let member = try refusal(file: #"{"engine": {"placs": 3}}"#)
        #expect(member.sentence.hasSuffix("engine.placs: is not a setting; did you mean engine.places?"))
        let kafka = try refusal(environment: ["SHOPSTREAM_KAFKA_SASL_PASWORD": "x"])
        #expect(kafka.sentence.contains("did you mean sasl.password?"))
        #expect([variable, member, kafka].allSatisfy { $0.code == 78 })
    }

    @Test func `a value of the wrong kind is named with its place`() throws {
        let variable = try refusal(environment: ["SHOPSTREAM_LINES": "many"])
        #expect(variable == Exit(.configuration, "SHOPSTREAM_LINES: lines: wants a whole number"))
        let member = try refusal(file: #"{"leave": "perhaps"}"#)
        #expect(member.sentence.hasSuffix("leave: wants true or false") && member.code == 78)
    }

    @Test func `a value out of range is named with its place`() throws {
        #expect(try refusal([.lines: .int(0)]).sentence == "command line: lines: wants a number from 1 to 64, not 0")
        #expect(try refusal([.ranker: .string("magic")]).sentence.contains("is one of chain"))
        #expect(try refusal([.http: .string("example.com:80")]).sentence.contains("wants host:port"))
        #expect(try refusal([.outputsSince: .string("yesterday")]).sentence.contains("wants a time like"))
    }

    @Test(arguments: ["lots", "1M", "-2G", "2GB", "99999999999999999999", "9999999T", ""])
    func `a memory budget is bytes with a unit`(text: String) throws {
        #expect(try refusal([.memoryBudget: .string(text)]).sentence.contains("like 67108864, 512M or 2G"))
    }

    @Test(arguments: [("67108864", 64 << 20), ("512M", 512 << 20), ("2g", 2 << 30), ("70000K", 70_000 << 10)])
    func `a memory budget reaches the lines`(text: String, bytes: Int) throws {
        let settings = try Settings(
            SettingsSources(commandLine: [.memoryBudget: .string(text)], environment: [:], configPath: nil)
        )
        #expect(settings.lineSettings(untilEnd: false, pseudonyms: Pseudonyms()).memoryBudget == bytes)
    }

    @Test func `a list and a pattern exclude each other`() throws {
        let both: [Setting: ConfigContent] = [.inputs: .stringArray(["a"]), .inputsPattern: .string("b")]
        #expect(try refusal(both).code == 78)
    }

    @Test(arguments: ["[1]", "{", #"{"lines": null}"#, #"{"kafka": {"linger.ms": [1]}}"#])
    func `a file that makes no sense is refused`(text: String) throws {
        #expect(try refusal(file: text).code == 78)
    }

    @Test func `a missing file is refused with the system's reason`() throws {
        let error = #expect(throws: Exit.self) { try SettingsFile(path: "/nowhere.json") }
        #expect(error == Exit(.configuration, "/nowhere.json: cannot be read: No such file or directory"))
    }

    @Test func `every room's error has a code`() throws {
        let fenced = Fault(.stop(exitCode: Fault.Exit.fenced), code: "_FENCED", doing: "committing")
        #expect(Exit(fenced)?.code == 75)
        #expect(Exit(Fault(.retry, code: "_TRANSPORT", doing: "connecting"))?.code == 69)
        #expect(Exit(KafkaSettingsError(key: "a", source: "-X", reason: "b"))?.code == 78)
        #expect(Exit(RecordingError.opening(path: "a", reason: "b"))?.code == 66)
        #expect(Exit(RecordingError.reading(path: "a", reason: "b"))?.code == 74)
        #expect(Exit(RecordingError.unpacking(path: "a", reason: "b"))?.code == 65)
        #expect(Exit(UnfitPlan.of("customers"))?.code == 64)
        #expect(Exit(CancellationError()) == nil)
        #expect(Exit.Code.allCases.allSatisfy { (64...78).contains($0.rawValue) })
    }
}

extension UnfitPlan {
    /// The error that a plan without customers gets.
    fileprivate static func of(_ field: String) -> any Error {
        var plan = ShopPlan()
        plan.customers = 0
        do {
            _ = try PretendShop(plan)
            return CancellationError()
        } catch {
            return error
        }
    }
}

import Kafka
import Pipeline
import Traffic

/// How the program ends when it cannot go on: one sentence for stderr and a code of sysexits.h.
struct Exit: Error, Equatable, CustomStringConvertible {
    enum Code: Int32, CaseIterable {
        case usage = 64
        case data = 65
        case noInput = 66
        case unavailable = 69
        case software = 70
        case cannotCreate = 73
        case inputOutput = 74
        case temporary = 75
        case noPermission = 77
        case configuration = 78
    }

    var code: Int32
    var sentence: String

    init(_ code: Code, _ sentence: String) {
        self.code = code.rawValue
        self.sentence = sentence
    }

    var description: String { sentence }
}

extension Exit {
    /// What an error of one of the rooms means for the program; nil for errors that are not ours.
    init?(_ error: any Error) {
        switch error {
        case let exit as Exit: self = exit
        case let fault as Fault:
            self.init(.unavailable, fault.description)
            if let limit = fault.limit { code = limit.exitCode }
            if case .stop(let code) = fault.recovery { self.code = code }
        case let error as KafkaSettingsError: self.init(.configuration, error.description)
        case let error as RecordingError: self.init(Exit.code(of: error), error.description)
        case let error as UnfitPlan: self.init(.usage, error.description)
        default: return nil
        }
    }

    private static func code(of error: RecordingError) -> Code {
        switch error {
        case .opening: .noInput
        case .reading: .inputOutput
        case .unpacking: .data
        }
    }
}

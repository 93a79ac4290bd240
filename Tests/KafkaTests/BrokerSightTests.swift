import CRdkafka
import Pipeline
import Testing

@testable import Kafka

/// Which brokers are up, from what the clients say now and then.
@Suite struct BrokerSightTests {
    private func word(_ second: Int, _ states: String...) -> String {
        let brokers = states.enumerated().map { index, state in
            #""b\#(index)": {"nodename":"kafka:9092","nodeid":\#(index + 1),"source":"learned","state":"\#(state)"}"#
        }
        return #"{"ts":\#(second * 1_000_000),"brokers":{\#(brokers.joined(separator: ","))}}"#
    }

    @Test func oneClientsWordIsNotEnough() {
        var sight = BrokerSight()
        sight.look(word(1, "UP", "INIT"), of: "a")
        sight.look(word(2, "DOWN"), of: "idle")
        #expect(sight.isReachable && sight.brokers == ["kafka:9092/1": true])
        sight.look(word(11, "UP", "TRY_CONNECT"), of: "a")
        sight.look(word(12, "DOWN"), of: "idle")
        #expect(sight.isReachable && sight.brokers == ["kafka:9092/1": true, "kafka:9092/2": false])
    }

    @Test func nobodyUpTwiceIsAway() {
        var sight = BrokerSight()
        sight.look(word(1, "UP"), of: "a")
        sight.look(word(11, "CONNECT"), of: "a")
        #expect(sight.isReachable)
        sight.look(word(21, "CONNECT"), of: "a")
        #expect(!sight.isReachable && sight.brokers == ["kafka:9092/1": false])
        sight.look(word(5, "UP"), of: "late")
        #expect(!sight.isReachable, "what was true before counts no more")
        sight.look(word(31, "UP"), of: "a")
        #expect(sight.isReachable)
    }

    @Test func whoSaysNothingForLongIsForgotten() {
        var sight = BrokerSight()
        sight.look(word(1, "UP"), of: "idle")
        sight.look(word(30, "DOWN"), of: "a")
        #expect(sight.brokers == ["kafka:9092/1": false])
        sight.forget("a")
        #expect(sight.brokers == ["kafka:9092/1": true])
        sight.look("no JSON", of: "b")
        #expect(sight.brokers.count == 1)
    }

    @Test func refusedCredentialsAreFinalAtTheStartAndWaitedForLater() {
        let board = ClusterBoard()
        let start = ContinuousClock.now
        let fault = KafkaFault(code: RD_KAFKA_RESP_ERR__AUTHENTICATION, operation: .connecting).fault
        board.refuse(fault, at: start)
        #expect(board.refusal(at: start) != nil)
        board.noteAnswer()
        #expect(board.refusal(at: start + .seconds(40)) == nil)
        board.refuse(fault, at: start + .seconds(40))
        #expect(board.refusal(at: start + .seconds(61)) == nil, "another broker takes them")
        for second in [1, 11, 21] {
            board.post(word(second, "AUTH_REQ"), of: "a")
            _ = board.health
        }
        #expect(board.refusal(at: start + .seconds(59)) == nil)
        #expect(board.refusal(at: start + .seconds(61))?.recovery == .stop(exitCode: Fault.Exit.noPermission))
        #expect(board.refusal(at: start + .seconds(91)) == nil, "not heard again: over")
        #expect(board.refusal(at: start + .seconds(92)) == nil)
    }

    /// Seen with a broker that was gone for less time than it takes to call it away, and on a machine that was too busy
    /// to send heartbeats: the member's own return fenced it.
    @Test func whoseSessionEndedWasAway() {
        let board = ClusterBoard()
        let reports = Reports(logger: Fixture.silent, board: board)
        reports.log(4, "REQTMOUT", "one request timed out")
        #expect(!board.wasAway)
        reports.log(4, "SESSTMOUT", "session timed out")
        #expect(board.wasAway)
        board.noteSilence(at: .now - .seconds(121))
        #expect(!board.wasAway)
    }

    @Test func oneCauseIsSaidOnceInHalfAMinute() {
        let chatter = Chatter()
        let start = ContinuousClock.now
        let text = { (thread: String, ms: Int) in "FAIL: [thrd:\(thread)]: kafka:9092: refused (after \(ms)ms)" }
        #expect(chatter.pass(text("a", 1), at: start) == text("a", 1))
        for second in 1..<30 { #expect(chatter.pass(text("b", second), at: start + .seconds(second)) == nil) }
        #expect(
            chatter.pass(text("a", 2), at: start + .seconds(30)) == text("a", 2) + " (and 29 times like this since)"
        )
        #expect(chatter.pass("FAIL: [thrd:a]: other:9092: refused", at: start + .seconds(30)) != nil)
    }
}

import Events
import Testing

@testable import Traffic

@Suite("The grader")
struct GraderTests {
    private typealias Turn = PlantedTruth.Turn

    /// Customer 1 goes quiet on day 100, customer 2 on day 190, customer 9 leaves unplanted on day 50; product 5 turns
    /// bad on day 100. The oracle always says 7.
    private func grader(_ change: (inout Grader.Rules) -> Void = { _ in }) -> Grader {
        var rules = Grader.Rules()
        change(&rules)
        let leaves: [Int: EventTime] = [1: day(100), 2: day(190), 9: day(50)]
        return Grader(
            Grader.AnswerSheet(
                quiet: [Turn(id: 1, since: day(100)), Turn(id: 2, since: day(190))],
                bad: [Turn(id: 5, since: day(100))],
                leaves: { leaves[$0] },
                oracle: { _, _ in [7] }
            ),
            rules: rules
        )
    }

    private func day(_ count: Int) -> EventTime { Int64(count) * EventTime.day }

    // MARK: next purchases

    @Test func aListThatStoodBeforeTheVisitCounts() {
        var grader = grader()
        grader.recommend(customer: 3, products: [4, 8], at: day(1))
        grader.order(customer: 3, products: [8, 7], at: day(2))
        grader.order(customer: 4, products: [8], at: day(2))
        let next = grader.grades(at: day(3)).nextPurchase
        #expect(next == Grades.NextPurchase(orders: 2, judged: 1, hits: 1, popularHits: 0, oracleHits: 1))
        #expect(next.rate == 1 && next.popularRate == 0)
    }

    @Test func whoLooksIntoTheCartIsNotCounted() {
        var grader = grader()
        grader.recommend(customer: 3, products: [4], at: day(1))
        grader.recommend(customer: 3, products: [8], at: day(2) - EventTime.minute)
        grader.order(customer: 3, products: [8], at: day(2))
        let next = grader.grades(at: day(3)).nextPurchase
        #expect(next.judged == 1 && next.hits == 0)
    }

    @Test func theListInForceIsTheLastOneBeforeTheLead() {
        var grader = grader()
        for minute in 0..<120 {
            grader.recommend(customer: 3, products: [minute], at: Int64(minute) * EventTime.minute)
        }
        grader.order(customer: 3, products: [89], at: 119 * EventTime.minute)
        grader.order(customer: 3, products: Array(75...89), at: 119 * EventTime.minute)
        let next = grader.grades(at: day(1)).nextPurchase
        #expect(next.hits >= 1 && next.judged == 2)
    }

    @Test func listsThatArriveLateStillCountForWaitingOrders() {
        var grader = grader()
        grader.order(customer: 3, products: [8], at: day(2))
        grader.order(customer: 3, products: [9], at: day(4))
        grader.recommend(customer: 3, products: [8], at: day(1))
        grader.recommend(customer: 3, products: [9], at: day(3))
        grader.settle(through: day(4))
        grader.recommend(customer: 3, products: [1], at: day(1) + 1)
        #expect(grader.grades(at: day(5)).nextPurchase.hits == 2)
    }

    @Test func onlyTheTopOfAListCounts() {
        var grader = grader { $0.listLength = 2 }
        grader.recommend(customer: 3, products: [1, 2, 8], at: day(1))
        grader.order(customer: 3, products: [8], at: day(2))
        #expect(grader.grades(at: day(3)).nextPurchase.hits == 0)
    }

    @Test func waitingOrdersAreBounded() {
        var grader = grader { $0.waiting = 2_000 }
        for round in 0..<6_000 { grader.order(customer: round % 50, products: [1], at: day(1) + Int64(round)) }
        for customer in 0..<50 { grader.recommend(customer: customer, products: [1], at: 0) }
        let next = grader.grades(at: day(3)).nextPurchase
        #expect(next.orders == 6_000 && next.judged == 2_000 && next.hits == 2_000)
    }

    @Test func theBaselineIsWhatWasBoughtMostSoFar() {
        var most = MostBought(count: 2)
        for product in [1, 2, 3, 3, 2, 3] { most.add(product) }
        #expect(most.list == [3, 2])
        for _ in 0..<5 { most.add(1) }
        #expect(most.list == [1, 3])
    }

    // MARK: quiet customers

    @Test func aSilenceFoundInTimeIsFoundAndRight() {
        var grader = grader()
        grader.churn(.detected, customer: 1, at: day(110))
        grader.churn(.detected, customer: 1, at: day(120))
        let quiet = grader.grades(at: day(200)).quietCustomers
        #expect(quiet.planted == 2 && quiet.due == 1, "customer 2 left too late to be due")
        #expect(quiet.found == 1 && quiet.alerts == 1 && quiet.right == 1)
        #expect(quiet.medianDelay == day(10) && quiet.recall == 1 && quiet.precision == 1)
    }

    @Test func anUnplantedDepartureIsRightButNotDue() {
        var grader = grader()
        grader.churn(.detected, customer: 9, at: day(70))
        grader.churn(.detected, customer: 3, at: day(70))
        let quiet = grader.grades(at: day(200)).quietCustomers
        #expect(quiet.alerts == 2 && quiet.right == 1 && quiet.found == 0 && quiet.precision == 0.5)
    }

    @Test func anAlertThatWasClearedWasWrong() {
        var grader = grader()
        grader.churn(.detected, customer: 1, at: day(90))
        grader.churn(.cleared, customer: 1, at: day(95))
        #expect(grader.grades(at: day(200)).quietCustomers.right == 0)
        grader.churn(.detected, customer: 1, at: day(130))
        let quiet = grader.grades(at: day(200)).quietCustomers
        #expect(quiet.alerts == 2 && quiet.right == 1 && quiet.found == 1)
    }

    @Test func anAlertLongBeforeIsWrong() {
        var grader = grader()
        grader.churn(.detected, customer: 1, at: day(10))
        let quiet = grader.grades(at: day(200)).quietCustomers
        #expect(quiet.right == 0 && quiet.found == 0)
    }

    // MARK: bad products

    @Test func aShiftForTheWorseIsRightAfterTheTurn() {
        var grader = grader()
        grader.shift(.worse, product: 5, at: day(90))
        grader.shift(.better, product: 5, at: day(95))
        grader.shift(.worse, product: 5, at: day(103))
        grader.shift(.worse, product: 6, at: day(103))
        let bad = grader.grades(at: day(200)).badProducts
        #expect(bad.alerts == 3 && bad.right == 1 && bad.found == 1 && bad.due == 1)
        #expect(bad.medianDelay == day(3))
        #expect(grader.grades(at: day(105)).badProducts.due == 0)
    }

    // MARK: the table

    @Test func theTableShowsIt() {
        var grader = grader()
        grader.churn(.detected, customer: 1, at: day(110))
        let table = grader.grades(at: day(200)).table
        #expect(
            table.contains("customers gone quiet      2    1      1   1.000       1      1      1.000        10.0 d")
        )
        #expect(
            table.contains("products turned bad       1    1      0   0.000       0      0          –             –")
        )
        let widths = table.split(separator: "\n", omittingEmptySubsequences: true).map(\.count)
        #expect(widths[0] == widths[1] && widths[1] == widths[2] && widths[3] == widths[4])
    }

    /// An honest product against the whole small shop: one who plays the oracle gets the oracle's grade.
    @Test func playingTheOracleGivesTheOraclesGrade() throws {
        let truth = try #require(SmallShop.truth)
        var grader = Grader(truth)
        for told in SmallShop.told where told.isLife && told.event.kind == .orderCompleted {
            let customer = Int(told.event.customer)
            grader.order(customer: customer, products: told.order, at: told.event.time)
            grader.recommend(
                customer: customer,
                products: truth.oracle(after: told.order.first),
                at: told.event.time
            )
        }
        for turn in truth.quietCustomers { grader.churn(.detected, customer: turn.id, at: turn.since + EventTime.day) }
        let grades = grader.grades(at: SmallShop.plan.end)
        #expect(grades.nextPurchase.hits == grades.nextPurchase.oracleHits && grades.nextPurchase.judged > 1_000)
        let oracle = try #require(grades.nextPurchase.oracleRate)
        let popular = try #require(grades.nextPurchase.popularRate)
        #expect(oracle > 0.78 && popular < oracle - 0.2)
        #expect(grades.quietCustomers.precision == 1)
    }
}

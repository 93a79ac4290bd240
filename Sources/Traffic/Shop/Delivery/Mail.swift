import Events

/// What befalls a record on its way: written in another manner, sent twice, retried with its batch, followed by
/// rubbish.
///
/// It rolls dice of its own, one word a record, so the shop's life does not depend on how bad its mail is. Sixty of a
/// hundred duplicates come singly, minutes later; the others in retried batches of about 25 records.
struct Mail {
    /// What comes after a record, in addition to it.
    enum Extra { case none, irrelevant, poison }

    private static let batch = 25

    private let quirks, irrelevant, poison, singles, batches: Double
    var dice: Dice
    private var batchLeft = 0
    private var batchDelay: Int64 = 0
    /// What is to be published next, before life goes on.
    var extra = Extra.none

    init(_ plan: ShopPlan) {
        quirks = plan.quirks
        irrelevant = quirks + plan.irrelevant
        poison = irrelevant + plan.poison
        singles = poison + plan.duplicates * 0.6
        batches = singles + plan.duplicates * 0.4 / Double(Mail.batch)
        dice = Dice(seed: plan.seed, .delivering)
    }

    /// The fate of the next record: its manner now, and the delay in ms of its second delivery, if there is one.
    mutating func fate() -> (quirk: Quirk, again: Int64?) {
        let roll = dice.unit()
        var quirk = Quirk.none
        var again: Int64?
        if roll < quirks {
            quirk = Quirk(rawValue: UInt8(1 + dice.index(below: Quirk.allCases.count - 1))) ?? .none
        } else if roll < poison {
            extra = roll < irrelevant ? .irrelevant : .poison
        } else if roll < singles {
            again = 500 + Int64(min(dice.exponential(mean: 60_000), 300_000))
        } else if roll < batches {
            batchLeft = 1 + dice.index(below: 2 * Mail.batch - 1)
            batchDelay = 5_000 + Int64(dice.index(below: 60_000))
        }
        return (quirk, continueBatch() ?? again)
    }

    /// A batch is retried as a whole: each record of it comes again after the same delay.
    private mutating func continueBatch() -> Int64? {
        guard batchLeft > 0 else { return nil }
        batchLeft -= 1
        return batchDelay
    }
}

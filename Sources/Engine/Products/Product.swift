import Events
import Models

/// Everything remembered of one product, or of one category. 310 bytes here; three Markov rows of at most 512 bytes
/// each in the arena.
struct Product: BitwiseCopyable {
    let name: Name
    let subject: Subject
    var category = Name.none
    var views: UInt32 = 0
    var adds: UInt32 = 0
    var orders: UInt32 = 0
    var returns: UInt32 = 0
    /// Pieces ordered, and links that were added to ``boughtAfter``: whole numbers that a recount must find again.
    var units: UInt32 = 0
    var links: UInt32 = 0
    /// Units ordered and, a twentieth each, views.
    var popularity = DecayedCount()
    var boughtAfter = DecayedTop<Name>()
    var viewedAfter = DecayedTop<Name>()
    var boughtAfterView = DecayedTop<Name>()
    var polarity = PolarityCounts()
    var shift = ShiftDetector()
    var trend = Trend.steady
    var reviews = Ring<ReviewMark>()

    /// Advice: weight of the rows when they were last published.
    var published: Float = 0
    /// Bookkeeping: changed since the last checkpoint; waiting to be looked at for publishing.
    var isChanged = false
    var isDue = false

    init(name: Name, subject: Subject) {
        self.name = name
        self.subject = subject
    }
}

/// When somebody has to make room, and how much, so that a line stays within its bytes.
///
/// Pages of the tables are never given back, only used again: so once nearly everything that may be reserved is
/// reserved, what is used then is the ceiling, and whenever it is reached an eighth of it has to go. Pure.
struct MemoryBudget {
    /// Bytes that may be reserved; zero for any number.
    let limit: Int
    /// What customers may use, once it is known.
    private(set) var ceiling = Int.max
    private var reservedThen = 0

    init(limit: Int) { self.limit = limit }

    /// Whether memory is short already.
    var isShort: Bool { ceiling < .max }

    /// Bytes that have to be freed; nil when there is room.
    ///
    /// - Parameters:
    ///   - reserved: bytes taken from the system.
    ///   - used: of them, what customers use.
    ///   - growth: what the tables may take at their next step.
    mutating func excess(reserved: Int, used: Int, growth: Int) -> Int? {
        guard limit > 0, used > 0 else { return nil }
        let isFull = reserved > limit - max(limit / 32, growth)
        // Beyond the limit although there was room: it was room of the wrong sizes.
        let growsOn = reserved > limit && reserved > reservedThen
        if isFull, !isShort || growsOn {
            ceiling = min(ceiling, used)
            reservedThen = reserved
        }
        guard used >= ceiling else { return nil }
        return min(used - ceiling + max(1, ceiling / 8), max(1, used / 2))
    }
}

/// The visits going on now. Places are reused, so memory follows the busiest moment: about 130 bytes a visit.
struct SessionPool {
    private var sessions: [Session] = []
    private var free: [Int] = []

    subscript(place: Int) -> Session {
        get { sessions[place] }
        _modify { yield &sessions[place] }
    }

    mutating func insert(_ session: Session) -> Int {
        guard let place = free.popLast() else {
            sessions.append(session)
            return sessions.count - 1
        }
        sessions[place] = session
        return place
    }

    mutating func remove(_ place: Int) { free.append(place) }
}

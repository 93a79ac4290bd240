/// What happens next: a four-ary heap of happenings, each packed into one word, time first.
///
/// 38 bits of milliseconds since the shop opened (8.7 years), 3 bits of what, 23 bits of whom. Equal times are ordered
/// by what and whom, so the order is total and the same in every run. Push and pop are O(log n); a heap of 200,000 is
/// 1.6 MB.
struct Agenda {
    enum Subject: UInt64 {
        case opening, redelivery, stock, visitor, customer, session, review, aftermath
    }

    struct Entry: Equatable {
        var word: UInt64

        init(_ subject: Subject, _ index: Int, at offset: Int64) {
            word = UInt64(offset) << 26 | subject.rawValue << 23 | UInt64(index)
        }

        init(word: UInt64) { self.word = word }

        var offset: Int64 { Int64(word >> 26) }
        var subject: Subject { Subject(rawValue: word >> 23 & 7).unsafelyUnwrapped }
        var index: Int { Int(word & (1 << 23 - 1)) }
    }

    static let longestOffset: Int64 = 1 << 38 - 1
    static let largestIndex = 1 << 23 - 1

    private var heap: [UInt64] = []

    var count: Int { heap.count }

    var first: Entry? { heap.first.map(Entry.init(word:)) }

    mutating func reserve(_ count: Int) { heap.reserveCapacity(count) }

    /// Happenings beyond the longest offset never come and are not kept.
    mutating func push(_ subject: Subject, _ index: Int, at offset: Int64) {
        guard offset <= Agenda.longestOffset else { return }
        heap.append(0)
        raise(Entry(subject, index, at: max(0, offset)).word, from: heap.count - 1)
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        sink(last)
    }

    /// Cheaper than removing and pushing: one walk.
    mutating func replaceFirst(_ subject: Subject, _ index: Int, at offset: Int64) {
        guard offset <= Agenda.longestOffset else { return removeFirst() }
        sink(Entry(subject, index, at: max(0, offset)).word)
    }

    private mutating func raise(_ word: UInt64, from start: Int) {
        heap.withUnsafeMutableBufferPointer { heap in
            var hole = start
            while hole > 0 {
                let parent = (hole - 1) >> 2
                if heap[parent] <= word { break }
                heap[hole] = heap[parent]
                hole = parent
            }
            heap[hole] = word
        }
    }

    private mutating func sink(_ word: UInt64) {
        heap.withUnsafeMutableBufferPointer { heap in
            var hole = 0
            while true {
                let child = hole << 2 + 1
                guard child < heap.count else { break }
                var least = child
                for other in child + 1..<max(child + 1, min(child + 4, heap.count)) where heap[other] < heap[least] {
                    least = other
                }
                if heap[least] >= word { break }
                heap[hole] = heap[least]
                hole = least
            }
            heap[hole] = word
        }
    }
}

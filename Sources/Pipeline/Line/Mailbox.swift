import Synchronization

/// Questions from other threads, answered by the line between two batches. Bound: 64 waiting questions; one more is
/// refused at once.
public final class Mailbox: Sendable {
    public typealias Question = @Sendable (Line) -> Void

    private static let capacity = 64
    private let waiting = Mutex<[Question]>([])

    public init() {}

    /// False when too many questions wait already.
    public func ask(_ question: @escaping Question) -> Bool {
        waiting.withLock { waiting in
            guard waiting.count < Mailbox.capacity else { return false }
            waiting.append(question)
            return true
        }
    }

    /// Answers what has come. One lock when there is nothing.
    func answer(from line: Line) {
        let questions = waiting.withLock { waiting in
            if waiting.isEmpty { return [Question]() }
            defer { waiting.removeAll(keepingCapacity: true) }
            return waiting
        }
        for question in questions { question(line) }
    }
}

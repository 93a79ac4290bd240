public import Events

/// The signals of one transaction, packed by the partition they go to.
///
/// Two sets of writers take turns, so that signals which follow from signals can be packed while the first are handed
/// over.
public final class SignalBox {
    private var writers: UnsafeMutablePointer<SignalWriter>
    private var leaving: UnsafeMutablePointer<SignalWriter>
    private let partitions: Int32
    /// Full records of this transaction, waiting with the open ones.
    private var full: [(partition: Int32, record: [UInt8])] = []
    public private(set) var count: UInt64 = 0
    /// Bytes waiting.
    public private(set) var bytes = 0

    init(partitions: Int32) {
        self.partitions = partitions
        writers = SignalBox.makeWriters(partitions)
        leaving = SignalBox.makeWriters(partitions)
    }

    private static func makeWriters(_ count: Int32) -> UnsafeMutablePointer<SignalWriter> {
        let writers = UnsafeMutablePointer<SignalWriter>.allocate(capacity: Int(count))
        for index in 0..<Int(count) { (writers + index).initialize(to: SignalWriter()) }
        return writers
    }

    deinit {
        for set in [writers, leaving] {
            set.deinitialize(count: Int(partitions))
            set.deallocate()
        }
    }

    /// Packs a signal for the partition of its subject.
    @inline(__always)
    func emit(_ signal: SignalFields, unless muted: Bool) {
        guard !muted else { return }
        let partition = Hash.partition(of: signal.subject, among: partitions)
        let writer = writers + Int(partition)
        if writer.pointee.isFull { close(partition) }
        let before = writer.pointee.buffer.count
        writer.pointee.append(signal)
        bytes += writer.pointee.buffer.count - before
        count += 1
    }

    private func close(_ partition: Int32) {
        let writer = writers + Int(partition)
        full.append((partition, writer.pointee.buffer.bytes().array))
        writer.pointee.removeAll()
    }

    /// Hands over every packed record in the order of its partition, then forgets them. Signals that come meanwhile
    /// wait for the next time.
    public func drain(_ record: (Int32, Bytes) -> Void) {
        guard bytes > 0 else { return }
        var closed: [(partition: Int32, record: [UInt8])] = []
        swap(&closed, &full)
        swap(&writers, &leaving)
        bytes = 0
        for (partition, bytes) in closed { bytes.withUnsafeBytes { record(partition, Bytes($0)) } }
        for partition in 0..<partitions where !leaving[Int(partition)].isEmpty {
            record(partition, leaving[Int(partition)].buffer.bytes())
            leaving[Int(partition)].removeAll()
        }
    }
}

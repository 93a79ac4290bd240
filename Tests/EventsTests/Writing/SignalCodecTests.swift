import Events
import Testing

/// Packed signals: what is written is read back; a record that is cut or spoiled ends, and nothing else happens.
@Suite struct SignalCodecTests {
    static let names: [StaticString] = ["p1", "", "a product with a longer name", "差", "model:sentiment"]

    static func random(_ dice: inout Dice) -> SignalFields {
        let name = { (dice: inout Dice) in Bytes(names[dice.below(names.count)]) }
        let float = { (dice: inout Dice) in
            [0, 1, -1, 0.5, 1e30, .leastNonzeroMagnitude, Float(dice.below(1_000))][dice.below(7)]
        }
        let plausible = EventTime.plausible
        let later = noon + EventTime(dice.below(1_000_000))
        return SignalFields(
            Signal.Kind.allCases[dice.below(Signal.Kind.allCases.count)],
            time: [noon, plausible.lowerBound, plausible.upperBound, later][dice.below(4)],
            subject: name(&dice),
            object: name(&dice),
            category: name(&dice),
            text: name(&dice),
            weight: [0, 1, 0.5, .leastNonzeroMagnitude][dice.below(4)],
            second: float(&dice),
            third: float(&dice),
            cause: [(0, 0), (1, 0), (0, 1), (dice.next(), dice.next())][dice.below(4)]
        )
    }

    static func line(_ signal: SignalFields) -> String {
        let texts = [signal.subject, signal.object, signal.category, signal.text].map(\.text).joined(separator: "|")
        let bits = [signal.weight, signal.second, signal.third].map(\.bitPattern)
        return "\(signal.kind) \(signal.time) \(texts) \(bits) \(signal.cause)"
    }

    static func read(_ value: Bytes) -> (signals: [String], failed: Bool) {
        var reader = SignalReader(value)
        var signals: [String] = []
        while let signal = reader.next() { signals.append(line(signal)) }
        return (signals, reader.failed)
    }

    @Test func `signals come back as they were`() {
        var dice = Dice(seed: 50)
        var writer = SignalWriter()
        for _ in 0..<50 {
            writer.removeAll()
            #expect(writer.isEmpty && writer.buffer.count == 0)
            var lines: [String] = []
            for _ in 0..<dice.below(60) {
                let signal = Self.random(&dice)
                writer.append(signal)
                lines.append(Self.line(signal))
            }
            let (signals, failed) = lines.isEmpty ? ([], false) : Self.read(writer.buffer.bytes())
            #expect(signals == lines && !failed && writer.count == lines.count)
        }
    }

    @Test func `a weight that is not a number comes back as one that is not`() {
        var writer = SignalWriter()
        writer.append(SignalFields(.review, time: noon, subject: Bytes("m"), weight: .nan, second: 7))
        var reader = SignalReader(writer.buffer.bytes())
        let signal = reader.next()
        #expect(signal?.weight.isNaN == true && signal?.second == 7 && signal?.third == 0)
    }

    /// Folded, they would become state that no restart reads back.
    @Test(
        arguments: [
            (.viewed, noon, .nan, 0), (.ordered, noon, 1.1e6, 0), (.boughtAfter, noon, -0.1, 0),
            (.boughtAfter, noon, .infinity, 0), (.judged, noon, 1.5, 0), (.judgedCategory, noon, .nan, 0),
            (.review, noon, 2, 0), (.purchaseHistory, noon, .infinity, 0), (.purchaseHistory, noon, 1, .nan),
            (.viewed, EventTime.unknown, 1, 0), (.viewed, .max, 1, 0), (.departed, 0, 1, 0),
        ] as [(Signal.Kind, EventTime, Float, Float)]
    )
    func `what no writer says ends the record`(kind: Signal.Kind, time: EventTime, weight: Float, second: Float) {
        var writer = SignalWriter()
        let sound = SignalFields(.viewed, time: noon, subject: Bytes("p1"))
        writer.append(sound)
        writer.append(SignalFields(kind, time: time, subject: Bytes("p1"), weight: weight, second: second))
        writer.append(sound)
        let (signals, failed) = Self.read(writer.buffer.bytes())
        #expect(signals == [Self.line(sound)] && failed)
    }

    @Test func `what is usual is short`() {
        var writer = SignalWriter()
        for step in 0..<100 as Range<Int64> {
            writer.append(
                SignalFields(.viewed, time: noon + step * 1_000, subject: Bytes("p1"), category: Bytes("Games"))
            )
        }
        #expect(writer.buffer.count < 100 * 14)
    }

    @Test func `a cut record gives what came before the cut`() {
        var dice = Dice(seed: 51)
        var writer = SignalWriter()
        var ends = [1]
        var lines: [String] = []
        for _ in 0..<12 {
            let signal = Self.random(&dice)
            writer.append(signal)
            lines.append(Self.line(signal))
            ends.append(writer.buffer.count)
        }
        for count in 1..<writer.buffer.count {
            let (signals, failed) = Self.read(writer.buffer.bytes(0..<count))
            let whole = ends.lastIndex { $0 <= count } ?? 0
            #expect(signals == Array(lines.prefix(whole)))
            #expect(failed == !ends.contains(count))
        }
    }

    @Test(arguments: [[], [0], [2], [255, 1, 0]] as [[UInt8]])
    func `another version is not guessed at`(bytes: [UInt8]) {
        withBytes(bytes) { value in
            var reader = SignalReader(value)
            #expect(reader.isUnknownVersion && reader.failed && reader.next() == nil)
        }
        var missing = SignalReader(.none)
        #expect(missing.next() == nil && missing.failed)
    }

    @Test func `an unknown kind ends the record`() {
        var writer = SignalWriter()
        writer.append(SignalFields(.viewed, time: noon, subject: Bytes("p1")))
        for kind in [0, UInt8(Signal.Kind.allCases.count + 1), 255] as [UInt8] {
            let (signals, failed) = withBytes(writer.buffer.bytes().array + [kind, 0, 0, 0]) { Self.read($0) }
            #expect(signals.count == 1 && failed)
        }
    }

    @Test func `spoiled records never break the reader`() {
        var dice = Dice(seed: 52)
        var writer = SignalWriter()
        for _ in 0..<40 { writer.append(Self.random(&dice)) }
        let seed = writer.buffer.bytes().array
        var failures = 0
        for _ in 0..<20_000 {
            let bytes = Mutation.mutated(&dice, of: [seed])
            withBytes(bytes) { value in
                var reader = SignalReader(value)
                var count = 0
                while let signal = reader.next() {
                    count += 1
                    #expect(signal.subject.count + signal.object.count + signal.text.count <= bytes.count)
                }
                #expect(count * 4 <= bytes.count)
                if reader.failed { failures += 1 }
            }
        }
        #expect(failures > 1_000)
    }

    @Test func `a full record stays below the limit whatever comes last`() {
        let name = [UInt8](repeating: 0x61, count: Limits.identifier)
        let review = [UInt8](repeating: 0x62, count: Limits.review)
        var writer = SignalWriter()
        withBytes(name) { name in
            withBytes(review) { review in
                while !writer.isFull {
                    writer.append(
                        SignalFields(
                            .review,
                            time: EventTime.unknown,
                            subject: name,
                            object: name,
                            category: name,
                            text: review,
                            weight: 2,
                            second: 1,
                            third: 1,
                            cause: (1, 2)
                        )
                    )
                }
            }
        }
        #expect(writer.buffer.count <= SignalWriter.limit && writer.buffer.count > SignalWriter.limit / 2)
    }
}

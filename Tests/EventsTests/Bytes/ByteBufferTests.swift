import Events
import Testing

/// What is written is read back, and nothing that can be read breaks the reader.
@Suite struct ByteBufferTests {
    static let integers: [UInt64] =
        [0, 1, 127, 128, 16_383, 16_384, 1 << 32, .max - 1, .max] + (0..<64).map { 1 << UInt64($0) }

    @Test func `numbers come back`() {
        var buffer = ByteBuffer(capacity: 0)
        for value in Self.integers {
            buffer.append(varint: value)
            buffer.append(zigzag: Int64(bitPattern: value))
            buffer.append(littleEndian: value)
            buffer.append(littleEndian: UInt16(truncatingIfNeeded: value))
            buffer.append(littleEndian: Double(bitPattern: value).bitPattern)
            buffer.append(littleEndian: Float(bitPattern: UInt32(truncatingIfNeeded: value)).bitPattern)
        }
        var reader = ByteReader(buffer.bytes())
        for value in Self.integers {
            #expect(reader.varint() == value)
            #expect(reader.zigzag() == Int64(bitPattern: value))
            #expect(reader.littleEndian(UInt64.self) == value)
            #expect(reader.littleEndian(UInt16.self) == UInt16(truncatingIfNeeded: value))
            #expect(reader.double().bitPattern == Double(bitPattern: value).bitPattern)
            #expect(reader.float().bitPattern == Float(bitPattern: UInt32(truncatingIfNeeded: value)).bitPattern)
        }
        #expect(reader.isAtEnd && !reader.failed)
    }

    @Test func `small numbers are short`() {
        for (value, bytes) in [(0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (UInt64.max, 10)]
            as [(UInt64, Int)]
        {
            var buffer = ByteBuffer()
            buffer.append(varint: value)
            #expect(buffer.count == bytes)
        }
        for value in [-64, 63] as [Int64] {
            var buffer = ByteBuffer()
            buffer.append(zigzag: value)
            #expect(buffer.count == 1)
        }
    }

    @Test func `texts come back`() {
        var buffer = ByteBuffer(capacity: 1)
        let texts = ["", "a", "差评", String(repeating: "long ", count: 1_000)]
        for text in texts { withBytes(text) { buffer.append(prefixed: $0) } }
        buffer.append(prefixed: .none)
        var reader = ByteReader(buffer.bytes())
        for text in texts { #expect(reader.prefixed().text == text) }
        #expect(reader.prefixed().isEmpty)
        #expect(reader.isAtEnd && !reader.failed)
    }

    @Test func `everything can be appended`() {
        var buffer = ByteBuffer()
        buffer.append("static")
        buffer.append(0x2F)
        buffer.append(String(repeating: "text", count: 2))
        buffer.append([0x2F, 0x30])
        buffer.append(Bytes.none)
        #expect(buffer.bytes().text == "static/texttext/0")
        #expect(buffer.bytes(from: 7).text == "texttext/0")
        #expect(buffer.bytes(0..<6).text == "static")
        buffer.truncate(to: 6)
        buffer.truncate(to: 100)
        #expect(buffer.bytes().text == "static")
        buffer.append("????")
        buffer.patch(at: 6, littleEndian: 0x6463_6261)
        #expect(buffer.bytes().text == "staticabcd")
        buffer.removeAll()
        #expect(buffer.count == 0)
    }

    @Test func `growing keeps what is there and doubles at least`() {
        var buffer = ByteBuffer(capacity: 64)
        var twin: [UInt8] = []
        var dice = Dice(seed: 4)
        for _ in 0..<2_000 {
            let bytes = dice.bytes(dice.below(40))
            buffer.append(bytes)
            twin += bytes
            #expect(buffer.capacity >= buffer.count && buffer.capacity <= max(64, 2 * buffer.count))
        }
        #expect(buffer.bytes().array == twin)
    }

    @Test func `after the first read that does not fit all answers are nothing`() {
        for length in 0..<8 {
            let bytes = [UInt8](repeating: 0xFF, count: length)
            withBytes(bytes) { bytes in
                var reader = ByteReader(bytes)
                #expect(reader.littleEndian(UInt64.self) == 0)
                #expect(reader.failed && reader.isAtEnd && reader.remaining == 0)
                #expect(reader.byte() == 0 && reader.varint() == 0 && reader.zigzag() == 0 && reader.double() == 0)
                #expect(reader.prefixed().isEmpty && reader.take(0).isEmpty && reader.take(1).isEmpty)
                #expect(reader.failed)
            }
        }
    }

    @Test func `a missing value reads as nothing`() {
        var reader = ByteReader(.none)
        #expect(reader.take(0).isMissing && !reader.failed)
        #expect(reader.prefixed().isEmpty && reader.failed)
    }

    @Test func `lengths beyond the end fail`() {
        for length in [2, 1 << 31, 1 << 62, UInt64.max >> 1, UInt64.max] as [UInt64] {
            var buffer = ByteBuffer()
            buffer.append(varint: length)
            buffer.append(0x61)
            var reader = ByteReader(buffer.bytes())
            #expect(reader.prefixed().isEmpty && reader.failed, "\(length)")
            var other = ByteReader(buffer.bytes())
            #expect(other.take(-1).isEmpty && other.failed)
        }
    }

    @Test func `a number without end fails`() {
        for length in [1, 9, 10, 11, 100] {
            var reader = ByteReader(.none)
            withBytes([UInt8](repeating: 0x80, count: length)) {
                reader = ByteReader($0)
                #expect(reader.varint() == 0 && reader.failed)
            }
        }
    }

    @Test func `hostile bytes never read beyond their end`() {
        var dice = Dice(seed: 5)
        for _ in 0..<20_000 {
            let bytes = dice.bytes(dice.below(60))
            withBytes(bytes) { bytes in
                var reader = ByteReader(bytes)
                for _ in 0..<12 {
                    switch dice.below(6) {
                    case 0: _ = reader.byte()
                    case 1: _ = reader.varint()
                    case 2: _ = reader.zigzag()
                    case 3: _ = reader.littleEndian(UInt32.self)
                    case 4: #expect(reader.prefixed().count <= bytes.count)
                    default: #expect(reader.take(dice.below(80) - 10).count <= bytes.count)
                    }
                    if reader.at < 0 || reader.at > bytes.count {
                        Issue.record("read up to \(reader.at) of \(bytes.count)")
                    }
                }
            }
        }
    }
}

@Suite struct BytesTests {
    @Test func `equal means the same bytes`() {
        #expect(Bytes("abc") == Bytes("abc"))
        #expect(!(Bytes("abc") == Bytes("abd")) && !(Bytes("abc") == Bytes("ab")))
        #expect(Bytes("") == .none && Bytes.none == .none)
        #expect(!Bytes("").isMissing && Bytes("").isEmpty && Bytes.none.isMissing)
    }

    @Test func `order is by byte, shorter first`() {
        let sorted = ["", "a", "aa", "ab", "b", "z", "é", "差", "😀"]
        for (i, left) in sorted.enumerated() {
            for (j, right) in sorted.enumerated() {
                #expect(withBytes(left) { left in withBytes(right) { left.precedes($0) } } == (i < j))
            }
        }
        #expect(!Bytes.none.precedes(.none) && Bytes.none.precedes(Bytes("a")) && !Bytes("a").precedes(.none))
    }

    @Test func `dropping leaves the rest`() {
        #expect(Bytes("abc").dropFirst(1).text == "bc")
        #expect(
            Bytes("abc").dropFirst(3).isEmpty && Bytes("abc").dropFirst(9).isEmpty && Bytes.none.dropFirst(1).isEmpty
        )
        #expect(Bytes("abc").array == [0x61, 0x62, 0x63] && Bytes.none.array.isEmpty && Bytes.none.text.isEmpty)
    }
}

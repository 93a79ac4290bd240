import Events
import Glibc

/// Where one record is written before it goes to the caller's buffer in a single copy: key first, then value.
///
/// Its appends are inlined into the writers; a `ByteBuffer` of another module would cost a call for each of the forty
/// pieces of an event.
struct Pen: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0
    private(set) var keyCount = 0

    init(capacity: Int = 8_192) {
        self.capacity = capacity
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    var value: Bytes { Bytes(start: base + keyCount, count: count - keyCount) }
    var record: Bytes { Bytes(start: base, count: count) }

    /// Copies the record to the end of `buffer` and tells the event where it lies.
    func deliver(_ event: inout ShopEvent, to buffer: inout ByteBuffer) {
        let start = buffer.count
        buffer.append(record)
        event.key = start..<start + keyCount
        event.value = start + keyCount..<buffer.count
    }

    mutating func begin() {
        count = 0
        keyCount = 0
    }

    mutating func endKey() { keyCount = count }

    /// Cuts the value short, for poison.
    mutating func keep(_ share: Double) { count = keyCount + Int(Double(count - keyCount) * share) }

    /// Overwrites a byte of the value, for poison.
    mutating func spoil(at share: Double, with byte: UInt8) {
        if count > keyCount { base[keyCount + Int(Double(count - keyCount) * share)] = byte }
    }

    @inline(__always)
    private mutating func room(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
        if count + extra > capacity { enlarge(extra) }
        let place = base + count
        count += extra
        return place
    }

    @inline(never)
    private mutating func enlarge(_ extra: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: (count + extra) * 2)
        memcpy(larger, base, count)
        base.deallocate()
        base = larger
        capacity = (count + extra) * 2
    }

    @inline(__always)
    mutating func put(_ byte: UInt8) { room(1).pointee = byte }

    @inline(__always)
    mutating func put(_ text: StaticString) {
        memcpy(room(text.utf8CodeUnitCount), text.utf8Start, text.utf8CodeUnitCount)
    }

    @inline(__always)
    mutating func put(_ bytes: Bytes) {
        guard let start = bytes.start else { return }
        memcpy(room(bytes.count), start, bytes.count)
    }

    mutating func put(_ array: [UInt8]) {
        array.withUnsafeBytes { put(Bytes($0)) }
    }

    /// A number of 0 or more, with zeros in front up to `width` digits.
    mutating func put(_ number: UInt64, width: Int = 1) {
        var digits = 1
        var reach: UInt64 = 10
        while digits < 19, number >= reach {
            digits += 1
            reach &*= 10
        }
        digits = max(digits, width)
        let place = room(digits)
        var rest = number
        for index in stride(from: digits - 1, through: 0, by: -1) {
            place[index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
            rest /= 10
        }
    }

    /// 1999 as `19.99`.
    mutating func put(cents: Int64) {
        put(UInt64(max(0, cents / 100)))
        put(UInt8(ascii: "."))
        put(UInt64(max(0, cents % 100)), width: 2)
    }

    /// The low `digits` hexadecimal digits of a word.
    @inline(__always)
    mutating func put(hex word: UInt64, digits: Int) {
        let place = room(digits)
        for index in 0..<digits {
            let nibble = UInt8(truncatingIfNeeded: word >> UInt64(4 * (digits - 1 - index))) & 15
            place[index] = nibble &+ 48 &+ (nibble > 9 ? 39 : 0)
        }
    }

    /// A random UUID of version 4 made of two words.
    @inline(__always)
    mutating func put(uuid high: UInt64, _ low: UInt64) {
        put(hex: high >> 32, digits: 8)
        put(UInt8(ascii: "-"))
        put(hex: high >> 16, digits: 4)
        put("-4")
        put(hex: high, digits: 3)
        put(UInt8(ascii: "-"))
        put(hex: low >> 48 & 0x3FFF | 0x8000, digits: 4)
        put(UInt8(ascii: "-"))
        put(hex: low, digits: 12)
    }
}

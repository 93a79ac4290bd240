import Foundation
import Glibc
import Testing

@testable import Events

/// Numbers from text and to text.
@Suite struct NumberTests {
    static func parse(_ text: String) -> Double? { withBytes(text, Decimal.parse) }

    /// Digits, perhaps with a point and an exponent: what `strtod` reads too.
    static func decimal(_ dice: inout Dice) -> String {
        let digits = { (count: Int, dice: inout Dice) in (0..<count).map { _ in String(dice.below(10)) }.joined() }
        var text = dice.below(3) == 0 ? "-" : ""
        text += digits(1 + dice.below(dice.below(4) == 0 ? 25 : 8), &dice)
        if dice.below(3) > 0 { text += "." + digits(1 + dice.below(dice.below(4) == 0 ? 25 : 6), &dice) }
        if dice.below(3) == 0 {
            text += ["e", "E"][dice.below(2)] + ["", "-", "+"][dice.below(3)] + digits(1 + dice.below(3), &dice)
        }
        return text
    }

    @Test func `decimals are those of the C library, to the bit`() {
        var dice = Dice(seed: 6)
        for _ in 0..<50_000 {
            let text = Self.decimal(&dice)
            let expected = strtod(text, nil)
            if Self.parse(text)?.bitPattern != expected.bitPattern {
                Issue.record("\(text) is not \(String(describing: Self.parse(text)))")
            }
        }
    }

    @Test func `money is exact`() {
        for cents in 0..<20_000 {
            #expect(Self.parse("\(cents / 100).\(cents / 10 % 10)\(cents % 10)") == Double(cents) / 100)
        }
    }

    @Test(
        arguments: [
            ("9007199254740993", 9_007_199_254_740_992), ("9007199254740991", 9_007_199_254_740_991), ("0.1", 0.1),
            ("-0", 0), ("1e22", 1e22),
            ("1e23", 1e23), ("1e308", 1e308), ("5e-324", .leastNonzeroMagnitude), ("1e-400", 0),
            ("123456789012345678901234567890", 1.2345678901234568e29),
        ] as [(String, Double)]
    )
    func `hard decimals are right`(text: String, value: Double) {
        #expect(Self.parse(text) == value)
    }

    @Test func `beyond the largest is infinity`() {
        #expect(Self.parse("1e400") == .infinity)
        #expect(Self.parse("-1e400") == -.infinity)
    }

    @Test(arguments: [
        "", "-", "+1", ".", "1.", ".1", "e", "1e", "1e+", "1e-", "e1", "1e12345", "1.5.1", "1,5", " 1", "1 ", "0x1",
        "inf", "nan", "NaN",
        "Infinity", "1_0", "１", "1e1e1", "--1", "1-", String(repeating: "1", count: 65),
    ])
    func `what is no decimal is none`(text: String) {
        #expect(Self.parse(text) == nil)
    }

    static func written(_ body: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        body(&buffer)
        return buffer.bytes().text
    }

    @Test func `integers of every length are written as Swift writes them`() {
        var dice = Dice(seed: 60)
        var power: UInt64 = 1
        for _ in 0..<20 {
            for value in [power - 1, power, power &+ 1, power &+ dice.next() % power] {
                #expect(Self.written { $0.append(unsigned: value) } == "\(value)")
            }
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
    }

    @Test func `integers are written as Swift writes them`() {
        for value in [0, 1, 9, 10, 99, 100, 1_234_567_890, .max] as [UInt64] {
            #expect(Self.written { $0.append(unsigned: value) } == "\(value)")
        }
        for value in [0, -1, 10, -10, .max, .min] as [Int64] {
            #expect(Self.written { $0.append(integer: value) } == "\(value)")
        }
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.25, "0.25"), (1.0004, "1.0004"), (1.00004, "1"),
            (-0.00001, "0"), (0.99996, "1"),
            (12.3456, "12.3456"), (0.0001, "0.0001"), (1e12, "1000000000000"), (.nan, "0"), (.infinity, "0"),
            (-.infinity, "0"), (1e300, "0"),
            (1.5e15, "0"),
        ] as [(Double, String)]
    )
    func `decimals are written with four places at most`(value: Double, text: String) {
        #expect(Self.written { $0.append(decimal: value, decimals: 4) } == text)
    }

    @Test func `decimals of any size are written without trouble`() {
        var dice = Dice(seed: 7)
        for decimals in 0...9 {
            for _ in 0..<2_000 {
                let value = Double(bitPattern: dice.next())
                let text = Self.written { $0.append(decimal: value, decimals: decimals) }
                #expect(Double(text) != nil)
            }
            let largest = 1e18 / Foundation.pow(10, Double(decimals))
            #expect(Double(Self.written { $0.append(decimal: largest, decimals: decimals) }) == largest)
        }
    }

    @Test func `decimals come back as near as their places say`() {
        var dice = Dice(seed: 8)
        for _ in 0..<10_000 {
            let value = Double(Int64(bitPattern: dice.next()) >> 24) / 1_000_000
            let text = Self.written { $0.append(decimal: value, decimals: 4) }
            if abs((Self.parse(text) ?? .nan) - value) > 0.000051 { Issue.record("\(value) became \(text)") }
        }
    }

    @Test func `a currency is three letters`() {
        for text in ["EUR", "eur", "eUr"] { #expect(withBytes(text) { letters(of: Currency($0)) } == "EUR") }
        for text in ["", "EU", "EURO", "E1R", "[[[", "{{{", "@@@", "```", "É!"] {
            #expect(withBytes(text) { Currency($0) } == .none)
        }
    }
}

import Testing
@testable import Events
@Suite struct S { @Test func a() { #expect(Hash.murmur2(Bytes("21")) == UInt32(bitPattern: -973932308)) } }

import Testing

@testable import Events

/// Pseudonyms against published vectors, and the file that keys come from.
@Suite struct PseudonymTests {
    /// RFC 4231, test cases 1, 6 and 7, of which the first 128 bits; keys of at least 128 bits.
    static let vectors: [(key: [UInt8], text: String, digest: String)] = [
        (Array(repeating: 0x0B, count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b"),
        (
            Array(repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f"
        ),
        (
            Array(repeating: 0xAA, count: 131),
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
                + "hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944"
        ),
    ]

    @Test(arguments: 0..<3)
    func `a pseudonym is HMAC-SHA256`(number: Int) throws {
        let vector = Self.vectors[number]
        let key = try #require(PseudonymKey(id: "k1", secret: vector.key))
        let found = withBytes(Array(vector.text.utf8)) { key.pseudonym(of: $0) }
        #expect(found.hexadecimal == vector.digest)
        let back = withBytes(Array(vector.digest.utf8)) { Pseudonym(hexadecimal: $0) }
        #expect(back == found)
    }

    /// RFC 4648: base32 of these bytes, written by another program.
    @Test func `its text names the key`() throws {
        let key = try #require(PseudonymKey(id: "k1", secret: Self.vectors[0].key))
        let text = withBytes(Array("Hi There".utf8)) { key.text(of: $0) }
        #expect(text == "u_k1_wa2eyyoy3m4fgxfiv7hk6c7rfm")
    }

    @Test func `the current key stands first, replaced ones and the public one behind`() throws {
        let file = """
            # since March
            k2  101112131415161718191a1b1c1d1e1f

            k1\t000102030405060708090a0b0c0d0e0f
            """
        let pseudonyms = try Pseudonyms(file: file)
        #expect(pseudonyms.keys.map(\.id) == ["k2", "k1", "k0"] && pseudonyms.current.id == "k2")
        #expect(!pseudonyms.isPublic && Pseudonyms().isPublic)
        #expect(Set(pseudonyms.keys.map(\.check)).count == 3)
        let texts = withBytes(Array("u1".utf8)) { id in pseudonyms.keys.map { $0.text(of: id) } }
        #expect(Set(texts).count == 3 && texts[0].hasPrefix("u_k2_"))
    }

    @Test(arguments: [
        ("k1 0011", 1), ("", 1), ("# nothing", 1), ("\nK1 000102030405060708090a0b0c0d0e0f", 2),
        ("k1 000102030405060708090a0b0c0d0e0g", 1), ("k1 000102030405060708090a0b0c0d0e0f1", 1),
        ("k0 000102030405060708090a0b0c0d0e0f", 1), ("k1", 1),
        ("k1 000102030405060708090a0b0c0d0e0f\nk1 101112131415161718191a1b1c1d1e1f", 2),
        ("k1 000102030405060708090a0b0c0d0e0f more", 1),
    ])
    func `a key file that cannot be used is refused by its line`(text: String, line: Int) {
        #expect(throws: Pseudonyms.Malformed(line: line)) { try Pseudonyms(file: text) }
    }
}

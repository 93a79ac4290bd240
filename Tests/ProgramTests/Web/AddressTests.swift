import Testing

@testable import Web

@Suite struct AddressTests {
    @Test func `numeric addresses with a port`() {
        #expect(ListenAddress("127.0.0.1:8080") == ListenAddress(host: "127.0.0.1", port: 8_080))
        #expect(ListenAddress("localhost:1")?.isLoopback == true)
        #expect(ListenAddress("[::1]:9")?.description == "[::1]:9")
        #expect(ListenAddress("0.0.0.0:80")?.isLoopback == false)
    }

    @Test(arguments: ["", "8080", "127.0.0.1", "127.0.0.1:99999", "example.com:80", "1.2.3:4", "1.2.3.400:5", ":8080"])
    func `anything else is none`(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func `tokens are compared as a whole`() {
        #expect(Access.isEqual([1, 2, 3], [1, 2, 3]))
        #expect(
            !Access.isEqual([1, 2, 4], [1, 2, 3]) && !Access.isEqual([1, 2], [1, 2, 3]) && !Access.isEqual([], [])
        )
        #expect(!Access.isEqual([1, 2, 3, 1, 2, 3], [1, 2, 3]) && !Access.isEqual([], [1]))
    }
}

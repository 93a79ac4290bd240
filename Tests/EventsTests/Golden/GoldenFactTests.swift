import Testing

@Suite struct GoldenFactTests {
    @Test func `records become the facts that the table says`() {
        let rows = GoldenFacts.rows
        #expect(rows.count == GoldenFacts.table.count { $0 == "→" })
        for (record, fact) in rows { #expect(told(record) == fact) }
    }
}

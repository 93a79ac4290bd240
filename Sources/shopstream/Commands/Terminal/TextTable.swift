/// Columns that stand under each other: the first flush left, the others as told.
struct TextTable {
    enum Side { case left, right }

    private let sides: [Side]
    private var rows: [[String]] = []

    init(_ sides: [Side]) { self.sides = sides }

    mutating func add(_ cells: [String]) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    /// Cells beyond the last told side are flush left; the last column is never padded.
    var lines: [String] {
        let widths = (0..<(rows.map(\.count).max() ?? 0)).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                pad(cell, to: widths[column], column, isLast: column == row.count - 1)
            }.joined(separator: "  ")
        }
    }

    var text: String { lines.joined(separator: "\n") }

    private func pad(_ cell: String, to width: Int, _ column: Int, isLast: Bool) -> String {
        let space = String(repeating: " ", count: width - cell.count)
        let side = column < sides.count ? sides[column] : .left
        if side == .right { return space + cell }
        return isLast ? cell : cell + space
    }
}

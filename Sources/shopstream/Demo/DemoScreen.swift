import Foundation

/// Where the show appears: drawn over itself on a terminal, a line now and then elsewhere.
struct DemoScreen {
    private let isLive: Bool
    private let frame: DemoFrame
    private var drawn = 0
    private var nextLine: Int64 = 0

    init(_ output: LogOptions) {
        isLive = isatty(STDOUT_FILENO) == 1 && !output.noColor && output.usesColor()
        frame = DemoFrame(palette: Palette(isOn: isLive))
    }

    mutating func show(_ figures: DemoFigures, at now: Int64) {
        guard isLive else { return showLine(figures, now) }
        let lines = frame.lines(figures).map { Self.cut($0, to: Self.columns) + "\u{1B}[K" }
        let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        drawn = lines.count
        write("\u{1B}[?25l" + up + lines.joined(separator: "\n") + "\n")
    }

    /// Gives the terminal its cursor back.
    func close() { if isLive { write("\u{1B}[?25h") } }

    func say(_ text: String) { write(text + "\n") }

    private mutating func showLine(_ figures: DemoFigures, _ now: Int64) {
        guard now >= nextLine else { return }
        nextLine = now + 2_000
        write(frame.plain(figures) + "\n")
    }

    private func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

    private static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 100 }
        return Int(size.ws_col)
    }

    /// A longer line would wrap and spoil the redrawing. Escape sequences take no column.
    static func cut(_ line: String, to columns: Int) -> String {
        var text = ""
        var shown = 0
        var isEscape = false
        for character in line {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { shown += 1 }
            if isEscape || shown < columns { text.append(character) }
            if isEscape, character == "m" { isEscape = false }
        }
        return text
    }
}

import Glibc

/// Where the show appears: drawn over itself on a terminal, a line now and then elsewhere.
struct DemoScreen {
    private let isLive: Bool
    private let frame: DemoFrame
    private var drawn = 0
    private var nextLine: Int64 = 0
    /// Nobody reads any more: the other end of a pipe has gone.
    private(set) var isGone = false

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
    mutating func close() { if isLive { write("\u{1B}[?25h") } }

    mutating func say(_ text: String) { write(text + "\n") }

    private mutating func showLine(_ figures: DemoFigures, _ now: Int64) {
        guard now >= nextLine, figures.sent > 0 else { return }
        nextLine = now + 2_000
        write(frame.plain(figures) + "\n")
    }

    private mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var done = 0
            while done < bytes.count, !isGone {
                let wrote = Glibc.write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
                if wrote > 0 { done += wrote } else { isGone = errno != EINTR }
            }
        }
    }

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

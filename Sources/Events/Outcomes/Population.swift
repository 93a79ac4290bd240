/// What the whole shop's purchases say: the four parameters of the purchase model.
@frozen
public struct PopulationParameters: BitwiseCopyable, Equatable, Sendable {
    public var r: Double
    public var alpha: Double
    public var a: Double
    public var b: Double

    @inlinable
    public init(r: Double, alpha: Double, a: Double, b: Double) {
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }
}

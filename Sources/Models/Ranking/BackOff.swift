/// Mixes three levels of knowledge by how much evidence the finer ones have.
///
/// Jelinek–Mercer interpolation (1980) whose weights are Witten–Bell-like (1991), λ = n / (n + strength), n being the
/// (decayed) evidence behind a level:
///
///     p = λ1·p_product + (1 - λ1)·(λ2·p_category + (1 - λ2)·p_popular)
@frozen
public struct BackOff: BitwiseCopyable, Sendable {
    /// Evidence at which a product's own row counts half.
    public var productStrength: Double
    /// Evidence at which a category's row counts half against popularity.
    public var categoryStrength: Double

    @inlinable
    public init(productStrength: Double = 5, categoryStrength: Double = 20) {
        precondition(productStrength > 0 && categoryStrength > 0, "a strength is positive")
        self.productStrength = productStrength
        self.categoryStrength = categoryStrength
    }

    /// Weights of the three levels, adding up to 1; the same for every candidate, so ask once a list.
    @inlinable
    public func weights(productTotal: Double, categoryTotal: Double) -> Weights {
        let own = productTotal / (productTotal + productStrength)
        let category = categoryTotal / (categoryTotal + categoryStrength)
        return Weights(product: own, category: (1 - own) * category, popular: (1 - own) * (1 - category))
    }

    @frozen
    public struct Weights: BitwiseCopyable, Sendable, Equatable {
        public var product, category, popular: Double

        @inlinable
        public init(product: Double, category: Double, popular: Double) {
            self.product = product
            self.category = category
            self.popular = popular
        }

        @inlinable
        public func mix(product p: Double, category c: Double, popular q: Double) -> Double {
            product * p + category * c + popular * q
        }
    }
}

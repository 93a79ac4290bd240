/// Learns the population's (r, α, a, b) from a bounded sample of customers while the stream runs.
///
/// The maximum a posteriori under q = ln(r, α, a, b) ~ N(ln(.6, 30, .6, 2.5), 1.5²), approached by Adam (Kingma, Ba
/// 2015) on mini-batches: 25 steps a call, 512 customers a step, rate .05·clip(300/k, .1, 1), β .9/.99, q kept in -5…8.
///
/// The sample is the `capacity` customers whose keys hash lowest (bottom-k, Cohen and Kaplan 2007): whether a customer
/// is in it depends on nothing else, so it does not matter in which order customers are met, and one that buys again is
/// updated where it stands. 24 bytes a customer, 120 KB when full.
public struct PopulationEstimator: ~Copyable {
    /// One sampled customer; times in seconds since 1970.
    @frozen
    public struct Customer: BitwiseCopyable, Sendable, Equatable {
        public var rank: UInt64
        public var first: UInt32
        public var last: UInt32
        public var repeats: UInt32
    }

    public static var stepsPerCall: Int { 25 }
    public static var batch: Int { 512 }
    /// Below this many customers the prior speaks alone.
    public static var fewestCustomers: Int { 20 }

    public let capacity: Int
    let salt: UInt64
    /// By rank, ascending.
    var sample: FlatArray<Customer>
    var optimiser: Adam4

    /// - Parameter seed: decides which customers are sampled.
    public init(capacity: Int = 5000, seed: UInt64 = 0) {
        precondition(capacity > 0, "a sample holds at least one")
        self.capacity = capacity
        salt = SplitMix64.mix(seed)
        sample = FlatArray()
        optimiser = Adam4(start: PopulationEstimator.centre)
    }

    public var sampled: Int { sample.count }
    public var bytesReserved: Int { sample.bytesReserved }

    /// The estimate as it stands.
    public var population: PurchasePopulation {
        let q = optimiser.position
        return PurchasePopulation(
            r: Elementary.exp(q[0]),
            alpha: Elementary.exp(q[1]),
            a: Elementary.exp(q[2]),
            b: Elementary.exp(q[3])
        )
    }

    /// Customers in the shop as far as the sample tells: its size over the share of ranks it spans.
    public var estimatedCustomers: Double {
        guard sample.count == capacity else { return Double(sample.count) }
        return Double(capacity - 1) * 0x1p64 / (Double(sample[capacity - 1].rank) + 1)
    }
}

// Learning

extension PopulationEstimator {
    /// Tells the customer's purchases so far; later calls for the same key replace earlier ones.
    ///
    /// - Complexity: O(log n) to find; O(n) moves when a customer enters, ever rarer as the shop is known.
    public mutating func observe(customer key: UInt64, repeats: UInt32, first: Int64, last: Int64) {
        let rank = rank(of: key)
        let i = place(of: rank)
        let customer = Customer(
            rank: rank,
            first: Landmark.seconds(of: first),
            last: Landmark.seconds(of: max(first, last)),
            repeats: repeats
        )
        if i < sample.count, sample[i].rank == rank {
            sample[i] = customer
        } else if i < capacity {
            if sample.count == capacity { _ = sample.removeLast() }
            sample.insert(customer, at: i)
        }
    }

    /// Whether `observe` would do anything for this customer: lets the sender stay silent.
    public func wants(customer key: UInt64) -> Bool {
        sample.count < capacity || rank(of: key) <= sample[capacity - 1].rank
    }

    /// Forgets a customer; true when it was in the sample.
    @discardableResult
    public mutating func forget(customer key: UInt64) -> Bool {
        let rank = rank(of: key)
        let i = place(of: rank)
        guard i < sample.count, sample[i].rank == rank else { return false }
        sample.remove(at: i)
        return true
    }

    /// Moves the estimate by 25 steps towards what the sample says as of `time`. about 2 ms.
    public mutating func refine(at time: Int64, seed: UInt64) {
        guard sample.count >= PopulationEstimator.fewestCustomers else { return }
        var random = SeededRandom(seed: seed)
        let now = Landmark.seconds(of: time)
        for _ in 0..<PopulationEstimator.stepsPerCall {
            optimiser.climb(slope(at: now, &random))
        }
    }

    /// Mean gradient of a batch drawn with replacement, plus the prior's share per customer.
    private func slope(at now: UInt32, _ random: inout SeededRandom) -> SIMD4<Double> {
        let likelihood = PurchaseLikelihood(population)
        var sum = SIMD4<Double>()
        for _ in 0..<PopulationEstimator.batch {
            let customer = sample[random.nextIndex(below: sample.count)]
            sum += likelihood.gradient(
                repeats: Double(customer.repeats),
                lastPurchase: PopulationEstimator.days(customer.first, customer.last),
                age: PopulationEstimator.days(customer.first, max(customer.last, now))
            )
        }
        let prior = (PopulationEstimator.centre - optimiser.position) / (1.5 * 1.5)
        return sum / Double(PopulationEstimator.batch) + prior / Double(sample.count)
    }

    private static var centre: SIMD4<Double> {
        let p = PurchasePopulation.prior
        return SIMD4(Elementary.log(p.r), Elementary.log(p.alpha), Elementary.log(p.a), Elementary.log(p.b))
    }

    private static func days(_ a: UInt32, _ b: UInt32) -> Double { Double(b - a) / 86_400 }

    private func rank(of key: UInt64) -> UInt64 { SplitMix64.mix(key ^ salt) }

    /// First position whose rank is not below `rank`.
    private func place(of rank: UInt64) -> Int {
        var low = 0
        var high = sample.count
        while low < high {
            let middle = (low + high) / 2
            if sample[middle].rank < rank { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

// State as words, for a codec

extension PopulationEstimator {
    private static var headWords: Int { 15 }

    /// Capacity, salt, 13 words of the optimiser, then three words a customer in rank order.
    public func encode(_ emit: (UInt64) -> Void) {
        emit(UInt64(capacity))
        emit(salt)
        optimiser.encode(emit)
        for i in 0..<sample.count {
            let customer = sample[i]
            emit(customer.rank)
            emit(UInt64(customer.first) << 32 | UInt64(customer.last))
            emit(UInt64(customer.repeats))
        }
    }

    /// The estimator that `encode` told; nil when the words cannot have come from one.
    public init?(words: [UInt64]) {
        let rest = words.count - PopulationEstimator.headWords
        guard rest >= 0, rest % 3 == 0, words[0] > 0, words[0] <= 1 << 24, rest / 3 <= Int(words[0]) else { return nil }
        guard let optimiser = Adam4(words: words, at: 2) else { return nil }
        var sample = FlatArray<Customer>(capacity: rest / 3)
        for i in 0..<rest / 3 {
            let at = PopulationEstimator.headWords + 3 * i
            let customer = Customer(
                rank: words[at],
                first: UInt32(truncatingIfNeeded: words[at + 1] >> 32),
                last: UInt32(truncatingIfNeeded: words[at + 1]),
                repeats: UInt32(truncatingIfNeeded: words[at + 2])
            )
            guard customer.first <= customer.last, i == 0 || sample[i - 1].rank < customer.rank else { return nil }
            sample.append(customer)
        }
        capacity = Int(words[0])
        salt = words[1]
        self.optimiser = optimiser
        self.sample = sample
    }
}

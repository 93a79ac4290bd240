import Testing

@testable import Models

@Suite struct SentimentChunksTests {
    typealias Base = SentimentModelTests

    @Test func `a new model has nothing to write, a rating a few chunks`() {
        let model = SentimentModel()
        func changed() -> [Int] { (0..<SentimentModel.chunkCount).filter { model.isChanged($0) } }
        #expect(changed().isEmpty)
        Base.learn("warm coat", 5, model)
        #expect((1...3).contains(changed().count))
        for chunk in changed() { model.markClean(chunk) }
        #expect(changed().isEmpty)
    }

    @Test func `exactly the changed chunks differ from those of a new model`() {
        let model = SentimentModel()
        let fresh = SentimentModel()
        var random = SeededRandom(seed: 2)
        for text in Base.reviews(5, &random) { Base.learn(text, 1, model) }
        for chunk in 0..<SentimentModel.chunkCount {
            let same = model.chunkBytes(chunk).elementsEqual(fresh.chunkBytes(chunk))
            #expect(same == !model.isChanged(chunk))
        }
    }

    @Test func `restored from its changed chunks it goes on the same`() {
        let model = SentimentModel()
        var random = SeededRandom(seed: 5)
        for text in Base.reviews(100, &random) { Base.learn(text, 1 + 4 * random.nextDouble(), model) }
        let twin = SentimentModel()
        for chunk in 0..<SentimentModel.chunkCount where model.isChanged(chunk) {
            #expect(twin.restoreChunk(chunk, model.chunkBytes(chunk)))
            #expect(!twin.isChanged(chunk))
        }
        #expect(twin.restoreParameters(model.parameters))
        for text in Base.reviews(50, &random) {
            #expect(Base.score(text, twin) == Base.score(text, model))
            Base.learn(text, 5, twin)
            Base.learn(text, 5, model)
        }
        #expect(Base.bytes(twin) == Base.bytes(model))
    }

    @Test func `bytes that no model wrote are refused and change nothing`() {
        let model = SentimentModel()
        let before = Base.bytes(model)
        func restores(_ bytes: [UInt8], chunk: Int = 3) -> Bool {
            bytes.withUnsafeBytes { model.restoreChunk(chunk, $0) }
        }
        let good = Array(model.chunkBytes(3))
        #expect(!restores([]))
        #expect(!restores(Array(good.dropLast())))
        #expect(!restores(good, chunk: 256))
        #expect(!restores([UInt8](repeating: 0xFF, count: good.count)), "weights are numbers")
        #expect(!restores([UInt8](repeating: 0x7E, count: good.count)), "weights are within their limit")
        let parameters = model.parameters
        #expect(!model.restoreParameters((UInt64.max, parameters.1)))
        #expect(model.parameters == parameters)
        #expect(Base.bytes(model) == before)
        #expect(restores(good))
    }
}

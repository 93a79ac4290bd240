import Engine
import Events

@testable import Pipeline

extension Shard {
    /// Every state record as a checkpoint of everything would write it, without advice.
    func everything() -> [String: [UInt8]] {
        var records: [String: [UInt8]] = [:]
        var buffer = ByteBuffer()
        let encode: (Int) -> Int? = { index in
            switch self.state {
            case .customers(let state): state.encode(everyone: index, into: &buffer)
            case .products(let state): state.encode(everyone: index, into: &buffer)
            }
        }
        var index = 0
        while let value = encode(index) {
            if value > 0 {
                records[buffer.bytes(0..<value).text] = buffer.bytes(from: value).array.dropLast(4)
            }
            buffer.removeAll()
            index += 1
        }
        if case .customers(let state) = self.state {
            var places: [(key: Int, value: Int)] = []
            state.encodeSuppressions(into: &buffer) { places.append(($0, $1)) }
            for (index, place) in places.enumerated() {
                let end = index + 1 < places.count ? places[index + 1].key : buffer.count
                records[buffer.bytes(place.key..<place.value).text] = buffer.bytes(place.value..<end).array
            }
        }
        return records
    }

    /// The same, with what belongs to the partition and with its models: of a shard that nobody has checkpointed.
    func records() -> [String: [UInt8]] {
        var records = everything()
        var buffer = ByteBuffer()
        let value =
            switch state {
            case .customers(let state): state.encodePartition(into: &buffer)
            case .products(let state): state.encodePartition(into: &buffer)
            }
        records[buffer.bytes(0..<value).text] = buffer.bytes(from: value).array
        guard case .products(let state) = state else { return records }
        while true {
            buffer.removeAll()
            guard let (_, value) = state.encodeNextModel(into: &buffer) else { return records }
            records[buffer.bytes(0..<value).text] = buffer.bytes(from: value).array
        }
    }
}

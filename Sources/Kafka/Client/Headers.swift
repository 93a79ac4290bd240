import CRdkafka
import Pipeline

/// Record headers in librdkafka's form.
enum Headers {
    static func read(_ list: OpaquePointer) -> [Header] {
        (0..<rd_kafka_header_cnt(list)).compactMap { index in
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var count = 0
            guard rd_kafka_header_get_all(list, index, &name, &value, &count) == RD_KAFKA_RESP_ERR_NO_ERROR, let name
            else { return nil }
            let bytes = value.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
            return Header(String(cString: name), bytes)
        }
    }

    /// The caller owns the list until a record takes it over.
    static func make(_ headers: [Header]) -> OpaquePointer? {
        guard !headers.isEmpty, let list = rd_kafka_headers_new(headers.count) else { return nil }
        for header in headers { add(header, to: list) }
        return list
    }

    /// An empty value needs an address, because no address means null.
    private static func add(_ header: Header, to list: OpaquePointer) {
        guard let value = header.value else {
            rd_kafka_header_add(list, header.name, -1, nil, 0)
            return
        }
        (value + [0]).withUnsafeBytes { bytes in
            _ = rd_kafka_header_add(list, header.name, -1, bytes.baseAddress, value.count)
        }
    }
}

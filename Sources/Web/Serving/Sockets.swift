import Glibc

/// What the system said no to.
public struct SocketError: Error, CustomStringConvertible {
    var doing: String
    var code: Int32

    init(_ doing: String, _ code: Int32 = errno) {
        self.doing = doing
        self.code = code
    }

    public var description: String { "\(doing): \(String(cString: strerror(code)))" }
}

/// TCP as far as the server needs it.
enum Sockets {
    static func listener(_ address: ListenAddress) throws(SocketError) -> Int32 {
        let descriptor = Glibc.socket(
            address.isVersion6 ? AF_INET6 : AF_INET,
            Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
            0
        )
        guard descriptor >= 0 else { throw SocketError("opening a socket") }
        do throws(SocketError) {
            try bind(descriptor, address)
            guard listen(descriptor, 64) == 0 else { throw SocketError("listening") }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { return nil }
        // The port stands in the same place for both families.
        return withUnsafeBytes(of: storage) { UInt16($0[2]) << 8 | UInt16($0[3]) }
    }

    /// Nil when nobody waits any more.
    static func accept(_ listener: Int32) throws(SocketError) -> Int32? {
        let descriptor = Glibc.accept(listener, nil, nil)
        if descriptor >= 0 {
            prepare(descriptor)
            return descriptor
        }
        if [EAGAIN, EINTR, ECONNABORTED].contains(errno) { return nil }
        throw SocketError("accepting")
    }

    /// What one thread writes to the second wakes the thread that polls the first.
    static func wakeup() throws(SocketError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SocketError("making a pipe") }
        ends.forEach(prepare)
        return (ends[0], ends[1])
    }

    private static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    private static func bind(_ descriptor: Int32, _ address: ListenAddress) throws(SocketError) {
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let code: Int32
        if address.isVersion6 {
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
            var place = sockaddr_in6()
            place.sin6_family = sa_family_t(AF_INET6)
            place.sin6_port = address.port.bigEndian
            guard inet_pton(AF_INET6, address.host, &place.sin6_addr) == 1 else {
                throw SocketError("reading \(address)", EINVAL)
            }
            code = bind(descriptor, &place)
        } else {
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = address.port.bigEndian
            guard inet_pton(AF_INET, address.host, &place.sin_addr) == 1 else {
                throw SocketError("reading \(address)", EINVAL)
            }
            code = bind(descriptor, &place)
        }
        guard code == 0 else { throw SocketError("binding") }
    }

    private static func bind<Place>(_ descriptor: Int32, _ place: inout Place) -> Int32 {
        withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Place>.size))
            }
        }
    }
}

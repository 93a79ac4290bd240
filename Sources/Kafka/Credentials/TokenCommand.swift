import Glibc

/// Runs a program without a shell and takes what it prints. Bounds: 10 s, 64 KB; then it is killed with all that it
/// started.
struct TokenCommand {
    let words: [String]
    var limit: Int32 = 10_000

    /// - Throws: ``BearerToken/Problem`` when it cannot be started, fails, or breaks a bound. What it wrote to stderr
    ///   is not kept: it may hold a secret.
    func run() throws(BearerToken.Problem) -> String {
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { throw failed("no pipe: \(String(cString: strerror(errno)))") }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipe[0]) }
        let started = Child.start(words, output: pipe[1])
        close(pipe[1])
        guard let child = started.child else {
            throw failed("it cannot be started: \(String(cString: strerror(started.code)))")
        }
        let deadline = Deadline(in: limit)
        let output = Self.read(pipe[0], until: deadline)
        let status = child.end(at: deadline, isWanted: output != nil)
        guard let output else { throw failed("it gave no end within \(limit / 1_000) s and 64 KB") }
        guard let status else { throw failed("it did not end within \(limit / 1_000) s") }
        guard status == 0 else { throw failed("it ended with status \(status); run it by hand to see why") }
        guard let text = String(validating: output, as: UTF8.self)?.trimmed, !text.isEmpty else {
            throw failed("it printed no text")
        }
        return text
    }

    private func failed(_ reason: String) -> BearerToken.Problem {
        BearerToken.Problem(description: "\(words.first ?? "the command"): \(reason)")
    }

    /// Everything up to the end; nil when a bound was met first.
    private static func read(_ descriptor: Int32, until deadline: Deadline) -> [UInt8]? {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while output.count <= SecretFile.limit {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, deadline.remaining)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let got = Glibc.read(descriptor, &chunk, chunk.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return nil }
            if got == 0 { return output }
            output += chunk[..<got]
        }
        return nil
    }
}

/// A process in a group of its own, with the usual signals, nothing on stdin and no other descriptors of ours.
private struct Child {
    private let id: pid_t

    /// A child, or why there is none.
    static func start(_ words: [String], output: Int32) -> (child: Child?, code: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        for other in others { posix_spawn_file_actions_addclose(&actions, other) }
        var attributes = posix_spawnattr_t()
        prepare(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, words.first ?? "", &actions, &attributes, &arguments, environ)
        return (code == 0 ? Child(id: id) : nil, code)
    }

    /// librdkafka's threads block every signal, and a program starts with the mask of the thread that started it.
    private static func prepare(_ attributes: inout posix_spawnattr_t) {
        var usual = sigset_t()
        var none = sigset_t()
        sigemptyset(&none)
        sigemptyset(&usual)
        for signal in [SIGPIPE, SIGTERM, SIGINT, SIGHUP] { sigaddset(&usual, signal) }
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// Our open descriptors but the first three: connections and files are none of the program's business. One that is
    /// closed by now does no harm.
    private static var others: [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var others: [Int32] = []
        while let entry = readdir(folder) {
            let text = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            let name = Int32(text)
            if let name, name > STDERR_FILENO { others.append(name) }
        }
        return others
    }

    /// Waits for the end and kills what outlives the deadline, or what nobody waits for any more; answers the status
    /// of a process that ended by itself.
    func end(at deadline: Deadline, isWanted: Bool) -> Int32? {
        var status: Int32 = 0
        while isWanted, !deadline.isOver {
            if waitpid(id, &status, WNOHANG) == id {
                kill(-id, SIGKILL)
                return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
            }
            usleep(2_000)
        }
        kill(-id, SIGKILL)
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        return nil
    }
}

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What this process may use of its host: the processors and the memory that are there, less what its control groups
/// and its resource limits leave. A limit that cannot be read counts as none.
package struct HostLimits: Sendable {
    /// The folder in which `proc` and `sys` lie; empty for the system's own.
    private let root: String

    /// - Parameter root: a folder with `proc` and `sys` in it, in place of the system's.
    package init(root: String = "") { self.root = root }

    /// How much memory there is, and what limits it.
    package struct Memory: Sendable, Hashable {
        /// What the number comes from.
        package enum Source: Sendable, Hashable { case machine, controlGroup, addressSpace, data }
        /// Bytes.
        package var bytes: Int
        /// Where the smallest limit comes from.
        package var source: Source

        package init(bytes: Int, source: Source) {
            self.bytes = bytes
            self.source = source
        }
    }

    /// Processors that this process can keep busy; at least 1. Further threads would only wait, and make the others wait.
    package var processors: Int { max(1, min(allowed, processorsOfGroup ?? .max)) }

    /// The smallest whole number of processors that a control group and those around it allow; nil without a limit.
    ///
    /// Version 2 has `cpu.max` ("quota period" or "max period", in microseconds), version 1 `cpu.cfs_quota_us` (-1 for
    /// none) and `cpu.cfs_period_us`: Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst of Linux.
    package var processorsOfGroup: Int? {
        let shares = groups("cpu").compactMap { group -> Double? in
            let files = group.isUnified ? ["cpu.max"] : ["cpu.cfs_quota_us", "cpu.cfs_period_us"]
            let numbers = files.flatMap { words(group.folder + "/" + $0) }
            guard numbers.count == 2, let quota = Double(numbers[0]), let period = Double(numbers[1]), quota > 0,
                period > 0, (quota / period).isFinite
            else { return nil }
            return quota / period
        }
        return shares.min().map { $0 < 1 ? 1 : Int(min($0, 1_000_000)) }
    }

    /// The memory that this process can use; nil if it is unknown.
    package var memory: Memory? {
        let found: [(bytes: Int?, source: Memory.Source)] = [
            (physicalMemory, .machine), (memoryOfGroup, .controlGroup),
            (rest(of: "Max address space", less: "VmSize"), .addressSpace),
            (rest(of: "Max data size", less: "VmData"), .data),
        ]
        return found.compactMap { limit in limit.bytes.map { Memory(bytes: $0, source: limit.source) } }
            .min { $0.bytes < $1.bytes }
    }

    /// The smallest limit on memory of a control group and those around it, in bytes; nil without one.
    ///
    /// Version 2 has `memory.max`, beyond which processes are killed, and `memory.high`, beyond which they are slowed down
    /// to a crawl; version 1 has `memory.limit_in_bytes` (admin-guide/cgroup-v1/memory.rst of Linux).
    package var memoryOfGroup: Int? {
        groups("memory").flatMap { group in
            (group.isUnified ? ["memory.max", "memory.high"] : ["memory.limit_in_bytes"]).compactMap { name in
                words(group.folder + "/" + name).first.flatMap { Int($0) }
            }
        }.filter { $0 >= 0 && $0 < Self.unlimited }.min()
    }

    /// Version 1 writes the largest number of pages for no limit.
    private static let unlimited = 1 << 60

    private var physicalMemory: Int? {
        for line in lines("/proc/meminfo") where line.begins(with: "MemTotal:") {
            return kilobytes(line)
        }
        guard root.isEmpty else { return nil }
        let bytes = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
        return bytes.overflow || bytes.partialValue <= 0 ? nil : bytes.partialValue
    }

    /// What a resource limit of this process leaves: the soft limit less what is in use; nil without a limit.
    private func rest(of name: String, less used: String) -> Int? {
        guard let numbers = lines("/proc/self/limits").lazy.compactMap({ $0.without(prefix: name) }).first,
            let limit = numbers.words.first.flatMap({ Int($0) })
        else { return nil }
        let inUse = lines("/proc/self/status").first { $0.begins(with: used + ":") }.flatMap(kilobytes) ?? 0
        return max(0, limit - inUse)
    }

    /// The number of a line such as `MemTotal:  24689764 kB`, in bytes.
    private func kilobytes(_ line: String) -> Int? {
        let parts = line.words
        guard parts.count > 1, let number = Int(parts[1]) else { return nil }
        let bytes = number.multipliedReportingOverflow(by: 1024)
        return bytes.overflow ? nil : bytes.partialValue
    }

    /// Processors that the scheduler may give to this process.
    private var allowed: Int {
        for line in lines("/proc/self/status") {
            let parts = line.parts(at: ":", keepsEmpty: false)
            guard parts.count == 2, parts[0] == "Cpus_allowed" else { continue }
            // A mask in hexadecimal digits, with commas.
            let count = parts[1].utf8.reduce(0) { $0 + Self.bits(ofDigit: $1) }
            if count > 0 { return count }
        }
        return processorsOnline
    }

    /// Processors that are there.
    package var processorsOnline: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The name of the first processor; nil where the system tells none.
    package var processorName: String? {
        lines("/proc/cpuinfo").first { $0.begins(with: "model name") }.flatMap { $0.cut(atFirst: ":") }
            .map { $0.behind.words.joined(separator: " ") }
    }

    /// The bits that are set in a hexadecimal digit; none in any other byte.
    private static func bits(ofDigit byte: UInt8) -> Int {
        (Int(String(decoding: [byte], as: UTF8.self), radix: 16) ?? 0).nonzeroBitCount
    }

    /// The folders of a controller's groups: this process's own and those around it. `/proc/self/cgroup` holds lines of
    /// "number:controllers:path", with no controllers in version 2.
    private func groups(_ controller: String) -> [(folder: String, isUnified: Bool)] {
        lines("/proc/self/cgroup").flatMap { line -> [(String, Bool)] in
            let parts = line.parts(at: ":", most: 2)
            guard parts.count == 3 else { return [] }
            let isUnified = parts[1].isEmpty
            guard isUnified || parts[1].parts(at: ",").contains(controller) else { return [] }
            // If both versions are used, version 2 lies in a folder of its own.
            let roots = isUnified ? ["", "/unified"] : ["/\(controller)", "/" + parts[1]]
            return Self.paths(parts[2]).flatMap { path in roots.map { ("/sys/fs/cgroup" + $0 + path, isUnified) } }
        }
    }

    /// A group and those around it: "/a/b", "/a", "". In a container the group's own path may not be there: its files
    /// then lie at the root.
    private static func paths(_ path: String) -> [String] {
        var parts = PathText.parts(of: path)
        var result: [String] = []
        while !parts.isEmpty {
            result.append("/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return result + [""]
    }

    private func words(_ path: String) -> [String] { contents(path)?.words ?? [] }

    private func lines(_ path: String) -> [String] { contents(path)?.parts(at: "\n", keepsEmpty: false) ?? [] }

    private func contents(_ path: String) -> String? {
        guard let file = fopen(root + path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

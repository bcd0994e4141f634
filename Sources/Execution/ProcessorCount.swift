import Bytes

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How many threads can run at once: the processors that this process may use, and no more than its control group's
/// share of them. A thread beyond would only wait, and all others for it.
package enum ProcessorCount {
    /// Processors that this process can keep busy; at least 1.
    package static var available: Int {
        let limit = groupLimit(groups: contents("/proc/self/cgroup") ?? "") { contents("/sys/fs/cgroup" + $0) }
        return max(1, min(allowed, limit ?? .max))
    }

    /// Processors that the scheduler may give to this process.
    private static var allowed: Int {
        for line in (contents("/proc/self/status") ?? "").linesOfText {
            let parts = line.parts(at: ":")
            guard parts.count == 2, parts[0] == "Cpus_allowed" else { continue }
            // A mask in hexadecimal digits, with commas.
            let count = parts[1].reduce(0) { $0 + ($1.hexDigitValue ?? 0).nonzeroBitCount }
            if count > 0 { return count }
        }
        return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// The smallest whole number of processors that a control group and those around it allow; nil without a limit.
    ///
    /// Version 2 has `cpu.max` ("quota period" or "max period", in microseconds), version 1 `cpu.cfs_quota_us` (-1 for
    /// none) and `cpu.cfs_period_us`: Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst of Linux.
    ///
    /// - Parameters:
    ///   - groups: what `/proc/self/cgroup` holds: lines of "number:controllers:path".
    ///   - read: the contents of a file below `/sys/fs/cgroup`, nil where there is none.
    package static func groupLimit(groups: String, read: (String) -> String?) -> Int? {
        var shares: [Double] = []
        for line in groups.linesOfText {
            let parts = line.parts(at: ":", most: 2)
            guard parts.count == 3 else { continue }
            let isUnified = parts[1].isEmpty
            guard isUnified || parts[1].parts(at: ",").contains("cpu") else { continue }
            let roots = isUnified ? [""] : ["/cpu", "/" + parts[1]]
            for path in paths(parts[2]) {
                for root in roots {
                    let folder = root + path + "/"
                    let share =
                        isUnified
                        ? quota((read(folder + "cpu.max") ?? "").words)
                        : quota(
                            [read(folder + "cpu.cfs_quota_us"), read(folder + "cpu.cfs_period_us")].compactMap {
                                $0?.words.first
                            })
                    if let share { shares.append(share) }
                }
            }
        }
        return shares.min().map { max(1, Int($0)) }
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

    /// Processors from a quota and its period; nil for no limit.
    private static func quota(_ numbers: [String]) -> Double? {
        guard numbers.count == 2, let quota = Double(numbers[0]), let period = Double(numbers[1]), quota > 0, period > 0
        else { return nil }
        return quota / period
    }

    private static func contents(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16384)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

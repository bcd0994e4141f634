import BBCUPlatform
import Foundation
import TensorBytes
import TestSupport
import Testing

/// Limits are read below a root folder, here one with a made-up `proc` and `sys`.
@Suite struct HostLimitsTests {
    struct Host: Sendable, CustomTestStringConvertible {
        let name: String
        var groups = ""
        /// Files below `sys/fs/cgroup`.
        var files: [String: String] = [:]
        /// Files below `proc`.
        var proc: [String: String] = [:]
        var processors: Int?
        var memory: HostLimits.Memory?
        var testDescription: String { name }
    }

    static let processorHosts: [Host] = [
        Host(name: "no groups"),
        Host(name: "version 2, a container", groups: "0::/\n", files: ["cpu.max": "200000 100000\n"], processors: 2),
        Host(
            name: "version 2, no limit", groups: "0::/user.slice\n", files: ["user.slice/cpu.max": "max 100000\n"]),
        Host(
            name: "version 2, the group around has less", groups: "0::/a/b\n",
            files: ["a/b/cpu.max": "800000 100000\n", "a/cpu.max": "350000 100000\n"], processors: 3),
        Host(
            name: "version 2, less than one", groups: "0::/\n", files: ["cpu.max": "50000 100000\n"], processors: 1),
        Host(
            name: "version 1", groups: "4:memory:/x\n3:cpu,cpuacct:/docker/1\n",
            files: [
                "cpu,cpuacct/docker/1/cpu.cfs_quota_us": "400000\n",
                "cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000\n",
            ],
            processors: 4),
        Host(
            name: "version 1, in the container its own path is the root", groups: "3:cpu:/docker/1\n",
            files: ["cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"], processors: 3),
        Host(
            name: "version 1, no limit", groups: "3:cpu:/\n",
            files: ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"]),
        Host(name: "nonsense", groups: "::::\nx\n0::/\n", files: ["cpu.max": "many few\n"]),
        Host(
            name: "more than can be counted", groups: "0::/\n", files: ["cpu.max": "1e300 1\n"], processors: 1_000_000),
    ]

    @Test(arguments: processorHosts)
    func processorsOfGroups(_ host: Host) throws {
        try Self.with(host) { limits in
            #expect(limits.processorsOfGroup == host.processors)
            #expect(limits.processors >= 1 && limits.processors <= host.processors ?? .max)
        }
    }

    private static let status = ["self/status": "Name:\tx\nVmSize:\t   1000 kB\nVmData:\t    600 kB\n"]

    static let memoryHosts: [Host] = [
        Host(name: "nothing to read"),
        Host(
            name: "the machine's", proc: ["meminfo": "MemTotal:       24000 kB\nMemFree:  1 kB\n"],
            memory: .init(bytes: 24000 * 1024, source: .machine)),
        Host(
            name: "version 2", groups: "0::/\n", files: ["memory.max": "4096000\n"],
            proc: ["meminfo": "MemTotal: 24000 kB\n"], memory: .init(bytes: 4_096_000, source: .controlGroup)),
        Host(
            name: "version 2, more than the machine has", groups: "0::/\n", files: ["memory.max": "99999999999\n"],
            proc: ["meminfo": "MemTotal: 24000 kB\n"], memory: .init(bytes: 24000 * 1024, source: .machine)),
        Host(
            name: "version 2, the group around has less", groups: "0::/a/b/c\n",
            files: ["a/b/c/memory.max": "max\n", "a/b/memory.max": "7000\n", "a/memory.max": "5000\n"],
            memory: .init(bytes: 5000, source: .controlGroup)),
        Host(
            name: "version 2, memory.high", groups: "0::/a\n",
            files: ["a/memory.max": "9000\n", "a/memory.high": "6000\n"],
            memory: .init(bytes: 6000, source: .controlGroup)),
        Host(name: "version 2, no limit", groups: "0::/a\n", files: ["a/memory.max": "max\n"]),
        Host(
            name: "both versions", groups: "4:memory:/job\n0::/job\n",
            files: ["memory/job/memory.limit_in_bytes": "8000\n", "unified/job/memory.max": "7500\n"],
            memory: .init(bytes: 7500, source: .controlGroup)),
        Host(
            name: "version 1", groups: "9:name=systemd:/\n4:memory:/docker/1\n",
            files: ["memory/docker/1/memory.limit_in_bytes": "3000\n", "memory/memory.limit_in_bytes": "9000\n"],
            memory: .init(bytes: 3000, source: .controlGroup)),
        Host(
            name: "version 1, in the container its own path is the root", groups: "4:memory:/docker/1\n",
            files: ["memory/memory.limit_in_bytes": "3000\n"], memory: .init(bytes: 3000, source: .controlGroup)),
        Host(
            name: "version 1, no limit", groups: "4:memory:/\n",
            files: ["memory/memory.limit_in_bytes": "9223372036854771712\n"]),
        Host(
            name: "another controller's limit", groups: "4:cpu:/\n", files: ["memory/memory.limit_in_bytes": "3000\n"]),
        Host(
            name: "an address space that is limited",
            proc: status.merging([
                "self/limits": "Limit     Soft Limit  Hard Limit  Units\nMax address space  2048000  unlimited  bytes\n"
            ]) { $1 },
            memory: .init(bytes: 1_024_000, source: .addressSpace)),
        Host(
            name: "data that are limited",
            proc: status.merging([
                "self/limits":
                    "Max data size  1024000  unlimited  bytes\nMax address space  unlimited  unlimited  bytes\n"
            ]) { $1 },
            memory: .init(bytes: 1_024_000 - 600 * 1024, source: .data)),
        Host(
            name: "a limit that is used up",
            proc: status.merging(["self/limits": "Max address space  1000  unlimited  bytes\n"]) { $1 },
            memory: .init(bytes: 0, source: .addressSpace)),
        Host(
            name: "nonsense", groups: "0::/a:b\n", files: ["a:b/memory.max": "-7\n", "memory.max": "1e9\n"],
            proc: ["meminfo": "MemTotal: lots\n", "self/limits": "Max address space\n"]),
    ]

    @Test(arguments: memoryHosts)
    func memoryOfAHost(_ host: Host) throws {
        try Self.with(host) { #expect($0.memory == host.memory) }
    }

    @Test func thisMachineHasSome() throws {
        #expect(HostLimits().processors >= 1)
        #expect(try #require(HostLimits().memory).bytes > 1 << 26)
    }

    private static func with(_ host: Host, _ body: (HostLimits) throws -> Void) throws {
        try withTemporaryFolder { folder in
            var files = host.proc
            files["self/cgroup"] = host.groups
            files = Dictionary(uniqueKeysWithValues: files.map { ("proc/" + $0.key, $0.value) })
            for (name, text) in host.files { files["sys/fs/cgroup/" + name] = text }
            for (name, text) in files {
                let file = URL(fileURLWithPath: folder + "/" + name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            try body(HostLimits(root: folder))
        }
    }
}

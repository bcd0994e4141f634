import Execution
import Testing

@Suite struct ProcessorCountTests {
    struct Machine: Sendable, CustomTestStringConvertible {
        let name: String
        let groups: String
        let files: [String: String]
        let limit: Int?
        var testDescription: String { name }
    }

    static let machines: [Machine] = [
        Machine(name: "no groups", groups: "", files: [:], limit: nil),
        Machine(
            name: "version 2, a container", groups: "0::/\n", files: ["/cpu.max": "200000 100000\n"], limit: 2),
        Machine(
            name: "version 2, no limit", groups: "0::/user.slice\n", files: ["/user.slice/cpu.max": "max 100000\n"],
            limit: nil),
        Machine(
            name: "version 2, the group around has less", groups: "0::/a/b\n",
            files: ["/a/b/cpu.max": "800000 100000\n", "/a/cpu.max": "350000 100000\n"], limit: 3),
        Machine(
            name: "version 2, less than one", groups: "0::/\n", files: ["/cpu.max": "50000 100000\n"], limit: 1),
        Machine(
            name: "version 1", groups: "4:memory:/x\n3:cpu,cpuacct:/docker/1\n",
            files: [
                "/cpu,cpuacct/docker/1/cpu.cfs_quota_us": "400000\n",
                "/cpu,cpuacct/docker/1/cpu.cfs_period_us": "100000\n",
            ],
            limit: 4),
        Machine(
            name: "version 1, in the container its own path is the root", groups: "3:cpu:/docker/1\n",
            files: ["/cpu/cpu.cfs_quota_us": "300000\n", "/cpu/cpu.cfs_period_us": "100000\n"], limit: 3),
        Machine(
            name: "version 1, no limit", groups: "3:cpu:/\n",
            files: ["/cpu/cpu.cfs_quota_us": "-1\n", "/cpu/cpu.cfs_period_us": "100000\n"], limit: nil),
        Machine(name: "nonsense", groups: "::::\nx\n0::/\n", files: ["/cpu.max": "many few\n"], limit: nil),
    ]

    @Test(arguments: machines)
    func limitsOfGroups(_ machine: Machine) {
        #expect(ProcessorCount.groupLimit(groups: machine.groups) { machine.files[$0] } == machine.limit)
    }

    @Test func thisMachineHasOne() throws {
        #expect(ProcessorCount.available >= 1)
        #expect(try Kernels().threads == ProcessorCount.available)
    }
}

import ArgumentParser
import BBCUKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What is refused before any work begins.
enum Guards {
    /// Bytes a value of the largest feature map that a run, or a comparison of three runs with their bounds, keeps at
    /// its peak: measured 23 and 132, with room.
    enum Work: Int {
        case run = 40
        case comparison = 160
    }

    /// Refuses an input whose feature maps this machine cannot hold.
    /// - Throws: ``InputError``
    static func requireMemory(for work: Work, _ network: Network, height: Int, width: Int, input: String) throws {
        let available = sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
        guard !available.overflow, available.partialValue > 0 else { return }
        let values = network.largestFeatureMap(height: height, width: width)
        let needed = values?.multipliedReportingOverflow(by: work.rawValue)
        if let needed, !needed.overflow, needed.partialValue <= available.partialValue { return }
        func gigabytes(_ bytes: Int) -> String { NumberText.fixed(Double(bytes) / 1e9, decimals: 1) + " GB" }
        let size = needed.map { $0.overflow ? "more than any machine has" : "about \(gigabytes($0.partialValue))" }
        throw InputError(
            file: input, found: "\(width)x\(height), which needs \(size ?? "more than any machine has") of memory",
            expected: "at most this machine's \(gigabytes(available.partialValue)); use a smaller input")
    }

    /// Refuses to write over a file that is read.
    /// - Throws: `ValidationError`, which ends in status 64.
    static func refuseOverwriting(_ output: String, inputs: [String?]) throws {
        guard let target = identity(output) else { return }
        for case let input? in inputs {
            if let source = identity(input), source == target {
                throw ValidationError("\(output.printable()) is read by this command; write to another file.")
            }
        }
    }

    /// What makes two paths the same file: device and inode; nil where there is no such file.
    private static func identity(_ path: String) -> [UInt64]? {
        var status = stat()
        return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
    }
}

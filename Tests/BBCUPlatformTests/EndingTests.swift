import BBCUPlatform
import CBBCUSystem
import Foundation
import Synchronization
import TensorBytes
import TestSupport
import Testing

/// What the command's signal handler and its guard do, each in a process of its own: both are for all of a process.
@Suite("What is left when a process ends")
struct EndingTests {
    @Test(
        "an unfinished file is removed, and the signal ends the process", arguments: [SIGINT, SIGTERM, SIGHUP, SIGXFSZ])
    func signals(_ number: Int32) async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        await #expect(processExitsWith: .signal(number)) { [folder = folder as String, number = number as Int32] in
            bbcu_end_cleanly(2)
            let file = try AtomicFile(folder + "/file")
            try file.write([1, 2, 3])
            // Of the process: the test's own thread takes no signals.
            kill(getpid(), number)
            sleep(30)
            withExtendedLifetime(file) {}
        }
        #expect(try contents(ofFolder: folder).isEmpty)
    }

    @Test("a signal that is ignored, as nohup has it, stays ignored")
    func ignored() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            signal(SIGHUP, SIG_IGN)
            bbcu_end_cleanly(2)
            let file = try AtomicFile(folder + "/file")
            try file.write([1, 2, 3])
            kill(getpid(), SIGHUP)
            usleep(100_000)
            try file.commit()
        }
        #expect(try contents(ofFolder: folder) == ["file"])
    }

    @Test("a file that is cut while it is mapped ends the process in status 2 and is named")
    func cutFile() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/model.pth"
        try write([UInt8](repeating: 7, count: 1 << 16), to: path)
        let result = await #expect(processExitsWith: .exitCode(2), observing: [\.standardErrorContent]) {
            [path = path as String] in
            bbcu_end_cleanly(2)
            let region = try ByteRegion.mapping(path)
            truncate(path, 10)
            _ = region[60_000]
        }
        let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(words.contains("model.pth: the file was cut off"))
    }

    #if os(Linux)
        @Test("memory that a limit refuses ends the process in status 2, and the limit is named")
        func withoutMemory() async throws {
            let folder = try Self.folder()
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let result = await #expect(processExitsWith: .exitCode(2), observing: [\.standardErrorContent]) {
                [folder = folder as String] in
                bbcu_end_cleanly(2)
                Self.limitAddressSpace()
                let file = try AtomicFile(folder + "/file")
                UnsafeMutableRawPointer.allocate(byteCount: 1 << 42, alignment: 8).storeBytes(of: 1, as: UInt8.self)
                withExtendedLifetime(file) {}
            }
            let words = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
            #expect(words.contains("limit on address space (ulimit -v 1073741824) is too small"), "\(words)")
            #expect(try contents(ofFolder: folder).isEmpty)
        }

        @Test("an abort that no limit caused keeps its signal", arguments: [true, false])
        func defect(_ isLimited: Bool) async {
            await #expect(processExitsWith: .signal(SIGABRT)) { [isLimited = isLimited as Bool] in
                bbcu_end_cleanly(2)
                if isLimited { Self.limitAddressSpace() }
                errno = isLimited ? 0 : ENOMEM
                abort()
            }
        }

        /// 1 TiB, which this process does not take.
        private static func limitAddressSpace() {
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
            limit.rlim_cur = 1 << 40
            setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        }
    #endif

    @Test("a region that was read does not care what happens to its file")
    func readRegion() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.pth"
            try write([UInt8](repeating: 7, count: 1 << 16), to: path)
            let region = try ByteRegion.reading(path)
            truncate(path, 10)
            #expect(region.count == 1 << 16 && region[60_000] == 7)
        }
    }

    @Test("a file that was read is not replaced once files are protected, but for a run's own state")
    func protectedFiles() async throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write([7], to: folder + "/model.pth")
        try makeLink(folder + "/link", to: folder + "/model.pth")
        await #expect(processExitsWith: .success) { [folder = folder as String] in
            _ = try ByteRegion.mapping(folder + "/model.pth")
            _ = try AtomicFile(folder + "/model.pth")
            InputFiles.protect()
            _ = try ByteRegion.mapping(folder + "/model.pth")
            for name in ["/model.pth", "/link"] {
                guard (try? AtomicFile(folder + name)) == nil else { exit(1) }
            }
            _ = try AtomicFile(folder + "/model.pth", replacesInput: true)
        }
        #expect(try contents(ofFolder: folder) == ["link", "model.pth"])
    }

    @Test("every index is taken once, on any number of threads", arguments: [1, 2, 7])
    func concurrently(_ threads: Int) {
        let counts = Mutex([Int](repeating: 0, count: 1000))
        BBCUPlatform.concurrently(1000, threads: threads) { index in counts.withLock { $0[index] += 1 } }
        #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 1000))
    }

    private static func folder() throws -> String {
        let path = NSTemporaryDirectory() + "/bbcu-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }
}

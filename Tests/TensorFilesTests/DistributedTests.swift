import BBCUPlatform
import Foundation
import TensorArchives
import TensorBytes
import TensorFiles
import TestSupport
import Testing

/// Distributed checkpoints (`torch.distributed.checkpoint`).
@Suite struct DistributedTests {
    /// What a folder holds, as PyTorch loads it.
    struct Truth: Decodable {
        let name: String
        let dtype: String
        let shape: [Int]
        let crc32: UInt32
    }

    /// A plan with a fault, and what a reader has to say of it.
    struct FaultyPlan: Decodable {
        let status: Int
        let words: String
    }

    struct Expected: Decodable {
        let twoRanks: [Truth]
        let oneRank: [Truth]
        let plans: [String: FaultyPlan]

        enum CodingKeys: String, CodingKey {
            case twoRanks = "dcp_two_ranks"
            case oneRank = "dcp_one_rank"
            case plans
        }
    }

    static let expected = try! decoded(Expected.self, from: fixture("folders/expected.json"))

    @Test(arguments: [("dcp_two_ranks", expected.twoRanks), ("dcp_one_rank", expected.oneRank)])
    func valuesAreThosePyTorchLoads(_ name: String, _ truth: [Truth]) throws {
        #expect(truth.count > 10)
        for path in [fixture("folders/" + name), fixture("folders/\(name)/"), fixture("folders/\(name)/.metadata")] {
            let checkpoint = try Checkpoint.open(path)
            #expect(checkpoint.format == .distributed && checkpoint.missing.isEmpty)
            #expect(checkpoint.tensors.map(\.name).sorted() == truth.map(\.name).sorted())
            let entries = Dictionary(uniqueKeysWithValues: checkpoint.tensors.map { ($0.name, $0) })
            for tensor in truth {
                let entry = try #require(entries[tensor.name])
                #expect(entry.dtype.rawValue == tensor.dtype && entry.shape == tensor.shape, "\(tensor.name)")
                #expect(CRC32.of(try checkpoint.tensor(entry).bytes) == tensor.crc32, "\(tensor.name)")
                #expect(CRC32.of(try checkpoint.values(entry)) == tensor.crc32, "\(tensor.name)")
            }
        }
    }

    /// The names are those of the state dict, in which numbers make lists.
    @Test func theTreeIsTheStateDict() throws {
        let checkpoint = try Checkpoint.open(fixture("folders/dcp_two_ranks"))
        guard case .list(let elements)? = checkpoint.root["list"] else {
            Issue.record("no list")
            return
        }
        #expect(elements.count == 2)
        guard case .integer(17)? = checkpoint.root["step"] else {
            Issue.record("no step")
            return
        }
        #expect(checkpoint.shards.map(\.name) == ["__0_0.distcp", "__1_0.distcp"])
    }

    /// What one rank alone wrote is lost with its file; everything else is still there.
    @Test func aLostRankMakesTensorsIncomplete() throws {
        try withTemporaryFolder { folder in
            for name in [".metadata", "__0_0.distcp"] {
                try write(try bytes(of: fixture("folders/dcp_two_ranks/" + name)), to: folder + "/" + name)
            }
            let checkpoint = try Checkpoint.open(folder)
            #expect(checkpoint.tensors.count == Self.expected.twoRanks.count)
            let lost = Set(checkpoint.missing.map(\.name))
            #expect(lost.contains("model.0.weight") && lost.contains("half") && !lost.contains("model.1.weight"))
            for entry in checkpoint.tensors {
                if lost.contains(entry.name) {
                    #expect(checkpoint.whyUnreadable(entry.layout)?.contains("is not there") == true)
                    #expect(throws: CheckpointError(.incomplete, found: "")) { try checkpoint.tensor(entry) }
                } else {
                    let truth = Self.expected.twoRanks.first { $0.name == entry.name }
                    #expect(CRC32.of(try checkpoint.tensor(entry).bytes) == truth?.crc32)
                }
            }
            let salvage = try Salvage(folder)
            #expect(!salvage.isWhole)
            #expect(salvage.checkpoint?.tensors.count == checkpoint.tensors.count - lost.count)
        }
    }

    /// A rank's file that is cut off: what lay in the rest is incomplete.
    @Test func aCutFileMakesTensorsIncomplete() throws {
        try withTemporaryFolder { folder in
            for name in [".metadata", "__0_0.distcp", "__1_0.distcp"] {
                let all = try bytes(of: fixture("folders/dcp_two_ranks/" + name))
                try write(name == "__0_0.distcp" ? Array(all.prefix(all.count / 2)) : all, to: folder + "/" + name)
            }
            let checkpoint = try Checkpoint.open(folder)
            #expect(!checkpoint.missing.isEmpty)
            #expect(checkpoint.missing.allSatisfy { $0.reason.contains("cut off") })
        }
    }

    @Test func filesOfThePlanAreRegularFiles() throws {
        for kind in ["pipe", "device", "folder"] {
            try withTemporaryFolder { folder in
                try write(try bytes(of: fixture("folders/plans/right.metadata")), to: folder + "/.metadata")
                let path = folder + "/__0_0.distcp"
                switch kind {
                case "pipe": try #require(mkfifo(path, 0o600) == 0)
                case "device": try makeLink(path, to: "/dev/zero")
                default: try #require(mkdir(path, 0o700) == 0)
                }
                #expect(throws: CheckpointError(.distributed, found: "")) { try Checkpoint.open(folder) }
            }
        }
    }

    @Test func filesOfThePlanMayBeLinks() throws {
        try withTemporaryFolder { folder in
            try write(try bytes(of: fixture("folders/plans/right.metadata")), to: folder + "/.metadata")
            try makeLink(folder + "/__0_0.distcp", to: fixture("folders/plans/__0_0.distcp"))
            let checkpoint = try Checkpoint.open(folder)
            let values = try checkpoint.tensors.map { try checkpoint.tensor($0).doubles() }
            #expect(checkpoint.tensors.map(\.name) == ["net.w", "state.mean"])
            #expect(values == [[0, 1, 2, 3, 4, 5, 6, 7], [9]])
        }
    }

    /// Whatever the plan claims, reading ends with an error or says what is missing, and takes no more memory than the
    /// files explain.
    @Test(arguments: expected.plans.keys.sorted())
    func everyFaultIsSaid(_ name: String) throws {
        let plan = try #require(Self.expected.plans[name])
        do throws(CheckpointError) {
            let checkpoint = try Checkpoint.open(fixture("folders/plans/\(name).metadata"))
            var request = Inspection.Request(checksums: true)
            request.match = nil
            let inspection = try Inspection(checkpoint, request)
            #expect(plan.status == (inspection.holds ? 0 : 1))
            let said = inspection.missing.map(\.reason).joined(separator: "\n")
            #expect(plan.status == 0 || said.contains(plan.words), "\(said)")
        } catch {
            #expect(plan.status == 2 && error.description.contains(plan.words), "\(error)")
        }
    }

    @Test func aRanksFileAloneNamesItsPlan() throws {
        for name in ["dcp_one_rank/__0_0.distcp", "dcp_two_ranks/__1_0.distcp"] {
            let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(fixture("folders/" + name)) }
            #expect(error?.code == .distributed && error?.description.contains(".metadata") == true)
        }
    }
}

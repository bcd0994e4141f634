import BBCUFileAudit
import BBCUKit
import BBCUPlatform
import TensorPickle

/// `bbcu inspect --pickle`: the opcodes of every pickle in a file, as `pickletools.dis` prints them.
enum PickleListing {
    /// Prints the pickles of a file; false where one of them is broken.
    static func print(_ file: String, json: Bool) throws -> Bool {
        let scan = Scan(file)
        if let failure = scan.failure { throw InputError(file: file, found: failure, expected: "a file with a pickle") }
        guard !scan.pickles.isEmpty else {
            throw InputError(file: file, found: "no pickle in the file", expected: "one, or an archive of some")
        }
        var isWhole = true
        var reports: [JSONValue] = []
        for place in scan.pickles {
            var disassembly = try PickleDisassembly(place.region, from: place.start)
            if json {
                reports.append(report(place, &disassembly))
            } else {
                Standard.output("\(place.place.isEmpty ? "pickle" : place.place.printable()) at byte \(place.start)")
                while let line = disassembly.next() { Standard.output(line.text()) }
                Standard.output(ending(disassembly))
            }
            isWhole = isWhole && disassembly.fault == nil
        }
        if json {
            let report: JSONValue = ["file": .string(file), "pickles": .array(reports)]
            Standard.output(report.text)
        }
        return isWhole
    }

    private static func ending(_ disassembly: PickleDisassembly) -> [String] {
        guard let fault = disassembly.fault else {
            return ["highest protocol among opcodes = \(disassembly.highestVersion)", ""]
        }
        return ["the pickle is broken: \(fault.description)", ""]
    }

    private static func report(_ place: PicklePlace, _ disassembly: inout PickleDisassembly) -> JSONValue {
        var opcodes: [JSONValue] = []
        while let line = disassembly.next() {
            opcodes.append([
                "offset": .integer(line.instruction.offset), "opcode": .string(line.instruction.opcode.name),
                "argument": JSONValue(line.instruction.argumentText()), "annotation": JSONValue(line.annotation),
            ])
        }
        return [
            "place": .string(place.place), "start": .integer(place.start), "end": .integer(disassembly.end),
            "opcodes": .array(opcodes), "fault": JSONValue(disassembly.fault?.description),
        ]
    }
}

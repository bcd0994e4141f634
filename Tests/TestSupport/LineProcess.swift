import Foundation

/// A program that stays, and answers each line with a line. It ends with the tests, when its input does.
struct LineProcess {
    private let input: FileHandle
    private let output: FileHandle
    /// What was read beyond the last answer.
    private var rest = Data()

    /// Starts a program.
    init(_ executable: String, _ arguments: [String]) throws {
        let (input, output) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.input = input.fileHandleForWriting
        self.output = output.fileHandleForReading
    }

    /// Writes a line, without its end, and waits for the answer.
    /// - Throws: ``Ended`` where the program has ended.
    mutating func answer(to line: Data) throws -> Data {
        try input.write(contentsOf: line + Data([Self.newline]))
        while true {
            if let end = rest.firstIndex(of: Self.newline) {
                let answer = Data(rest[..<end])
                rest = Data(rest[(end + 1)...])
                return answer
            }
            // Whatever there is: a read of so many bytes would wait for all of them.
            let more = output.availableData
            guard !more.isEmpty else { throw Ended() }
            rest += more
        }
    }

    /// The error that the program has ended.
    struct Ended: Error {}

    private static let newline = UInt8(ascii: "\n")
}

import Foundation
import Synchronization

/// Checks JSON texts against the repository's `Schemas`, by Python's `jsonschema`.
public enum SchemaCheck {
    /// Everything in a JSON text that its schema forbids, one line each with its place; empty where it is valid.
    ///
    /// - Parameters:
    ///   - json: The text.
    ///   - schema: The name of a schema: `Schemas/<name>.schema.json`.
    /// - Throws: ``Failure`` where no Python with `jsonschema` is installed, where the text is no JSON, or where the
    ///   schema is absent or no valid schema.
    public static func errors(in json: String, schema: String) throws -> [String] {
        try errors(in: json, schemaFile: Fixtures.folder + "/../Schemas/\(schema).schema.json")
    }

    /// As ``errors(in:schema:)``, with the path of any schema.
    public static func errors(in json: String, schemaFile: String) throws -> [String] {
        if let folder = ProcessInfo.processInfo.environment["BBCU_KEEP_REPORTS"] {
            let number = kept.add(1, ordering: .relaxed).newValue
            let name = URL(fileURLWithPath: schemaFile).lastPathComponent.replacing(".schema.json", with: "")
            try json.write(toFile: "\(folder)/\(name).\(number).json", atomically: true, encoding: .utf8)
        }
        let request = try JSONEncoder().encode([schemaFile, json])
        let answer = try checker.withLock { checker in
            var process = try checker ?? start()
            let answer = try process.answer(to: request)
            checker = process
            return answer
        }
        let lines = try JSONDecoder().decode([String: [String]].self, from: answer)
        guard let errors = lines["errors"] else {
            throw Failure(description: lines["failure"]?.joined() ?? "no answer from Python")
        }
        return errors
    }

    /// Why a text could not be checked.
    public struct Failure: Error, CustomStringConvertible {
        /// The reason in words.
        public let description: String
    }

    /// The first Python that can import `jsonschema`: the one on the path may lack what the system's has.
    private static let python: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (folders + ["/usr/bin"]).map { $0 + "/python3" }.first { python in
            FileManager.default.isExecutableFile(atPath: python)
                && (try? ChildProcess.run(python, ["-c", "import jsonschema"]))?.status == 0
        }
    }()

    /// How many texts were kept for `Checks/schemas/run`.
    private static let kept = Atomic<Int>(0)

    /// One Python for all checks: starting one takes much longer than a check.
    private static let checker = Mutex<LineProcess?>(nil)

    private static func start() throws -> LineProcess {
        guard let python else {
            throw Failure(description: "no Python with jsonschema: apt-get install python3-jsonschema")
        }
        return try LineProcess(python, ["-c", script])
    }

    private static let script = """
        import json, sys
        import jsonschema

        def refuse(name):
            raise ValueError(name + " is not JSON")

        def errors(schema_file, text):
            with open(schema_file) as file:
                schema = json.load(file)
            document = json.loads(text, parse_constant=refuse)
            kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
            kind.check_schema(schema)
            return ["/" + "/".join(map(str, error.absolute_path)) + ": " + error.message.replace("\\n", " ")
                    for error in kind(schema).iter_errors(document)]

        for line in sys.stdin:
            try:
                answer = {"errors": errors(*json.loads(line))}
            except Exception as failure:
                answer = {"failure": [type(failure).__name__ + ": " + str(failure)]}
            print(json.dumps(answer), flush=True)
        """
}

import Foundation

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
        guard let python else {
            throw Failure(description: "no Python with jsonschema: apt-get install python3-jsonschema")
        }
        return try withTemporaryFolder { folder in
            let document = folder + "/document.json"
            try Data(json.utf8).write(to: URL(fileURLWithPath: document))
            let outcome = try ChildProcess.run(python, ["-c", script, schemaFile, document])
            guard outcome.status == 0 else { throw Failure(description: outcome.errors) }
            return outcome.output.split(separator: "\n").map(String.init)
        }
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

    private static let script = """
        import json, sys
        import jsonschema
        with open(sys.argv[1]) as file:
            schema = json.load(file)
        with open(sys.argv[2]) as file:
            document = json.load(file, parse_constant=lambda name: sys.exit(name + " is not JSON"))
        kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
        kind.check_schema(schema)
        for error in kind(schema).iter_errors(document):
            print("/" + "/".join(map(str, error.absolute_path)) + ": " + error.message.replace("\\n", " "))
        """
}

import Foundation

/// A Python that has NumPy, for the example port.
public enum PythonWithNumPy {
    /// Its path, or nil where there is none.
    public static let path: String? = {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (["/usr/bin/python3"] + folders.map { $0 + "/python3" }).first { python in
            FileManager.default.isExecutableFile(atPath: python)
                && (try? ChildProcess.run(python, ["-c", "import numpy"]))?.status == 0
        }
    }()
}

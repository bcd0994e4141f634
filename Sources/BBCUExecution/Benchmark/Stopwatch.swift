import BBCUPlatform

/// Wall-clock time.
public enum Stopwatch {
    /// Seconds since some moment.
    static func now() -> Double { ThisProcess.seconds() }

    /// The seconds that something takes.
    public static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = now()
        try body()
        return now() - start
    }
}

import TensorFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

func stop(_ message: String, _ status: Int32) -> Never {
    write(STDERR_FILENO, message + "\n", message.utf8.count + 1)
    exit(status)
}

let arguments = CommandLine.arguments.dropFirst()
guard let path = arguments.first, arguments.count <= 2 else { stop("usage: ReadCheckpoint FILE [TENSOR]", 64) }
do throws(CheckpointError) {
    let file = try TensorFile(path)
    for tensor in file.tensors { print(tensor.name, tensor.dtype.rawValue, tensor.shape) }
    for missing in file.missing { print("missing:", missing.name, missing.reason) }
    if let name = arguments.dropFirst().first ?? file.names.first {
        guard let tensor = file[name] else { stop("\(path): no tensor '\(name)'", 2) }
        guard let floats = try tensor.floats else { stop("\(name): \(tensor.dtype.rawValue) is not read as floats", 2) }
        print(name, "begins with", floats.prefix(4))
    }
} catch {
    stop("\(error)", 2)
}

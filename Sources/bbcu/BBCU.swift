import ArgumentParser

@main
struct BBCU: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bbcu",
        abstract: "Reads, checks and runs pretrained BBCU networks, without Python.",
        discussion: "Exit status: 0 holds, 1 a check failed, 2 the file or input cannot be used, 64 wrong usage.",
        subcommands: [
            InspectCommand.self, DiffCommand.self, ScanCommand.self, ValidateCommand.self, CostCommand.self,
            TraceCommand.self, RestoreCommand.self, VerifyCommand.self, ConvertCommand.self,
            CheckPortCommand.self, BisectCommand.self, ReduceCommand.self, SolvePackingCommand.self,
            VectorsCommand.self, BudgetCommand.self, JudgeCommand.self, GoldenCommand.self, BenchCommand.self,
            EvaluateCommand.self, CompareCommand.self, DegradeCommand.self, MergeCommand.self,
        ])
}

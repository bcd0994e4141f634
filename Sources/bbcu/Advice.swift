import BBCUCheckpointDiff
import BBCUEvaluation
import BBCUKit
import BBCUPlatform
import BBCUPortChecking
import BBCUPortTestData
import BBCUReporting
import BBCUWeightPacking

/// The library's advice in the command's words: which option or subcommand helps. `%` is the advice's detail.
enum CommandAdvice {
    static let wording: [Advice: String] = [
        // Files.
        .salvage: "download it again; `bbcu inspect --salvage` lists %",
        .salvageOfDamaged:
            "the file is cut off or damaged: download it again; `bbcu inspect --salvage` lists what is left",
        .listMissing: "bbcu inspect lists what is missing; get the missing files",
        .droppingAttributes: "--only-listed leaves them out; another format keeps them",
        .writingAPart: "convert a part of the file with --root, or to another format",
        .inspect: "`bbcu inspect` shows its structure",
        // Networks.
        .validate: "`bbcu validate` lists everything that is wrong",
        .allowUnused: "Allow them with --ignore-unused PATTERN (\"*\" for all)",
        .choosePart: "choose a part of the file with --root",
        .chooseThisPart: "choose this part of the file with --root %",
        .convertDtype: "or --convert-dtype",
        .givenFactor: "--k",
        .exactForm: "use --form exact",
        // Conversions.
        .singlePrecision: "leave out --half",
        .onlyListed: "--only-listed writes the tensors without them",
        .tree: "--keep-tree writes the file as it stands",
        .withTree: "with --keep-tree",
        .treeKeepsThem: "--keep-tree keeps them",
        // Ports.
        .input: "--input",
        .giveItsInput: "give its --input",
        .map: "--map",
        .mapArrays: "name the arrays so, or map them with --map",
        .checkSums: "integer sums are judged by check-port --accumulators",
        .previousInput: "--previous",
        .givenPreviousInput: "with --previous, the image before",
        .portFormats: "--formats, or with --precision fixed:I.%",
        .savedReport: "what `bbcu check-port --json` printed",
        .savedFormats: "what `bbcu budget --json` prints",
        .otherState: "give another folder with --state",
        .deleteOrOtherState: "delete it, or give another folder with --state",
        .floatPort: "add --port float",
        .reducedCase: "reduced case of bbcu reduce",
        .newValues: "values of a port that was mended are given with --values",
        .searchPart: "search a part of it, or name the unit with --layer",
        // Reports of images.
        .resume: "--resume goes on with one that was stopped",
        .savedImageReport:
            "the report of `bbcu evaluate`, or of `bbcu verify` with a folder, as --json prints or --resume keeps it",
        .verificationReport: "a report of bbcu verify",
        .evaluationReport: "one of bbcu evaluate; name another file",
        // Reports.
        .bisectHint: "To find the first wrong layer, with your own command after --run:",
        .bisect: "bbcu bisect % --run './port {input} {tap} {output}'",
        .withInput: "--input %",
        .ofSums: "--taps sums",
        .bisection: "bbcu bisect",
        .reduction: "bbcu reduce",
        .reduce: "bbcu reduce % -o case",
        .keepFiles: "--state DIR keeps them",
        .withoutInput: "Without --input",
        .largerImage: "bbcu bisect --input tries a larger image.",
        .vectorsAndSelfTest: "bbcu vectors has inputs for that, check-port --self-test",
        .searchVectors: "bbcu vectors % DIR --taps LIST",
        .vectorImage: "an image of bbcu vectors",
        .vectorInput: "an input of bbcu vectors",
        .nameArrays: "name the arrays with --map",
        .addValues: "add `--values FILE.npy`",
        .convertWeights: "Add --convert-dtype to the command that runs the network, or write a float32 copy:",
        .convertedCopy: "bbcu convert % OUT.pth --convert-dtype",
        .allowKeys: "Allow keys that the network does not use with --ignore-unused PATTERN.",
        .listAll: "--details lists all of them.",
        .asJSON: "as the command prints it with --json",
        .nameUnit: "Name that with --layer; without --layer every unit is tried.",
        .nameOnlyUnit: "With --layer NAME only that unit is looked for.",
        .goldenOrder: "golden --order % --word %",
        .failOn: "--fail-on %",
        .allow: "--allow %",
        .verifyOne: "bbcu verify --input IMAGE says where",
    ]
}

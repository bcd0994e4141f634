import BBCUKit
import Foundation
import TestSupport
import Testing

/// What a person reads who did something wrong: where, what was found, and what to do now.
@Suite("Messages of failing commands") struct MessageTests {
    /// An invocation in a folder of good and bad files, its status, and what the message has to say.
    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        var status: Int32
        var says: [String]
        var testDescription: String { line }

        init(_ line: String, _ status: Int32, _ says: String...) {
            self.line = line
            self.status = status
            self.says = says
        }
    }

    static let cases = [
        Case("verfy net.pth", 64, "There is no command 'verfy'; did you mean 'verify'?"),
        Case("qqqqqq", 64, "There is no command 'qqqqqq'."),
        Case("verify --sizes 8x8 net.pth", 64, "--sizes", "bbcu verify"),
        Case("verify absent.pth", 2, "absent.pth: there is no such file", "check the path"),
        Case("verify folder", 2, "folder: an empty folder, expected .metadata"),
        Case("verify photo.png", 2, "a PNG image", "the checkpoint is named first"),
        Case("verify photo.jpg", 2, "a JPEG image"),
        Case("verify text.txt", 2, "text.txt", "expected a checkpoint of PyTorch, safetensors or NumPy"),
        Case("verify net.pth --size 8", 64, "expected width and height in pixels, such as 320x180"),
        Case("verify net.pth --input double.npy", 2, "double.npy: found float64", "astype(numpy.float32)"),
        Case("verify net.pth --input folder", 2, "folder: found no image"),
        Case("verify net.pth --report page.txt", 64, "page.txt should end in .html or .md"),
        Case("verify net.pth --size 8x8 --report no/page.html", 2, "no/page.html: its folder does not exist", "make"),
        Case("trace net.pth --input photo.png --output no/t.npz", 2, "no/t.npz: its folder does not exist"),
        Case(
            "trace net.pth --input photo.png --output text.txt/t.npz", 2, "text.txt: this is a file, expected a folder"),
        Case("restore net.pth photo.png no/out.png", 2, "no/out.png: found no such folder", "make it first"),
        Case("restore net.pth photo.png out.jpg", 64, "out.jpg should end in .png", "bbcu restore --help"),
        Case("restore net.pth photo.png out.png --luma full", 64, "deblocking", "Usage: bbcu restore"),
        Case("convert net.pth net.pth", 64, "write to another file", "Usage: bbcu convert"),
        Case("convert net.pth out.xyz", 64, "safetensors, npz, pth, onnx, bbcu"),
        Case("validate dn.pth --network bbcu-m", 2, "its keys are those of bbcu-denoise"),
        Case("validate net.pth --param-key params_ema", 2, "params_ema", "params"),
        Case("check-port net.pth odd.npz", 2, "'foo'", "'conv_first'", "--map"),
        Case("check-port net.pth odd.npz --map text.txt", 2, "text.txt: no JSON at byte 0", #"{"first": "conv_first""#),
        Case("check-port net.pth --self-test --taps none", 64, "\"none\" is no tap", "bbcu check-port --help"),
        Case("solve-packing net.pth absent.bin", 2, "absent.bin: there is no such file, expected a weight file"),
        Case("judge text.txt", 2, "text.txt: no JSON at byte 0, expected what `bbcu check-port --json` printed"),
        Case(
            "judge object.json", 2, "object.json: found no such thing at \"sha256\", expected a text, as in what `bbcu "
        ),
        Case("golden net.pth text.txt", 2, "text.txt: this is a file, expected a folder"),
        Case("vectors net.pth text.txt --size 2x2 --taps output", 2, "text.txt: this is a file, expected a folder"),
        Case("golden net.pth out --units none", 64, "no module's name matches", "Usage: bbcu golden"),
        Case("degrade images text.txt --task sr --scale 2", 2, "text.txt: this is a file, expected a folder"),
        Case("degrade images images --task sr --scale 2", 64, "write to another folder", "Usage: bbcu degrade"),
        Case("compare photo.png photo.png --heatmap map.jpg", 64, "map.jpg should end in .png"),
        Case("compare photo.png images", 2, "photo.png: found no folder"),
        Case("evaluate net.pth --images folder", 2, "folder: found no image, expected PNG or JPEG files"),
        Case("evaluate net.pth --images images --sigma 5", 64, "--task denoise", "Usage: bbcu evaluate"),
        Case("merge text.txt", 2, "text.txt: found no JSON"),
        Case(
            "merge empty.json", 2, "empty.json: found JSON (an empty list) that is no report of images",
            "`bbcu evaluate`"),
        Case("merge object.json", 2, "object.json: found JSON (an object) that is no report of images", "--json"),
        Case("evaluate net.pth --images images --resume object.json", 2, "object.json: found JSON (an object)"),
        Case("cost odd.npz", 2, "odd.npz: none of the BBCU networks; the nearest is"),
        Case("diff net.pth", 64, "two checkpoints are compared"),
        Case("evaluate dn.pth --images images --sigma 15,15", 64, "--sigma", "15 is there twice; give each sigma once"),
        Case("evaluate dn.pth --images images --sigma 1e9", 64, "'1e9'", "expected a number above 0, at most 1000"),
        Case("evaluate dn.pth --images images --sigma -1", 64, "'-1'", "--sigma", "expected a number above 0"),
        Case("evaluate dn.pth --images images --sigma 15,,25", 64, "\"\" is no sigma"),
        Case("evaluate net.pth --images images --quality 0", 64, "--quality", "expected a whole number from 1 to 100"),
        Case("evaluate net.pth --images images --quality 10,10", 64, "10 is there twice; give each quality once"),
        Case("evaluate net.pth --images images --shard 4/3", 64, "'4/3'", "expected I/N", "I from 1 to N"),
        Case("verify net.pth --input images --shard 0/3", 64, "'0/3'", "expected I/N", "such as 1/3"),
        Case(
            "evaluate net.pth --images images --limit -1", 64, "'-1'", "--limit",
            "expected a whole number of at least 1"),
        Case(
            "evaluate net.pth --images images --limit 0", 64, "'0'", "--limit", "expected a whole number of at least 1"),
        Case(
            "evaluate net.pth --images images --low images --template x2", 64, "--template", "expected a name with {}"),
        Case("compare photo.png photo.png --border -1", 64, "'-1'", "--border", "expected a whole number from 0 to"),
        Case("degrade images out --task sr --scale 17", 64, "'17'", "--scale", "expected a whole number from 1 to 16"),
        Case("degrade images out --task denoise --sigma -5", 64, "'-5'", "expected a number above 0"),
        Case("degrade images out --task deblock --quality x", 64, "'x'", "expected a whole number from 1 to 100"),
        Case("degrade images out --task sr", 64, "--task sr takes --scale with a whole number from 1 to 16"),
        Case("degrade images out --task sr --sigma 5", 64, "--task sr takes --scale, not --sigma"),
        Case("verify net.pth --seed -1", 64, "'-1'", "--seed", "expected a whole number from 0 to"),
        Case("verify net.pth --threads 0", 64, "'0'", "--threads", "expected a whole number from 1 to 1024"),
        Case("verify net.pth --k 0", 64, "'0'", "--k", "expected a number greater than 0"),
        Case("bench net.pth --runs -2", 64, "'-2'", "--runs", "expected a whole number from 1"),
        Case("golden net.pth out --word 7", 64, "'7'", "--word", "expected 8, 16, 32 or 64"),
        Case("golden net.pth out --order abc", 64, "'abc'", "--order", "filter, row, column, word"),
        Case("budget net.pth --input photo.png --want -1", 64, "'-1'", "--want", "a PSNR in dB above 0"),
        Case("bisect net.pth --run port", 64, "'port'", "{input}, {tap} and {output}"),
        Case("bisect net.pth --run a{input}{tap}{output} --timeout x", 64, "'x'", "--timeout", "from 1 to 1000000"),
        Case("check-port net.pth odd.npz --precision int8", 64, "'int8'", "--precision", "float32, float16, bfloat16"),
        Case("diff net.pth dn.pth --tolerance -1", 64, "'-1'", "--tolerance", "expected a number of at least 0"),
        Case("judge object.json --tolerance x", 64, "'x'", "--tolerance", "expected a number of at least 0"),
        Case("scan", 64, "Missing expected argument '<FILE> ...'", "Usage: bbcu scan"),
        Case("inspect net.pth --root nope", 2, "nothing at 'nope'", "params"),
    ]

    @Test(arguments: cases) func itSaysWhatToDo(_ subject: Case) throws {
        try withTemporaryFolder { folder in
            try Self.prepare(folder)
            let before = try contents(ofFolder: folder)
            let outcome = try BuiltCommand.run(subject.line.split(separator: " ").map(String.init), folder: folder)
            #expect(outcome.status == subject.status, "\(outcome.errors)")
            for text in subject.says { #expect(outcome.errors.contains(text), "\(outcome.errors)") }
            #expect(outcome.errors.split(separator: "\n").count <= 5)
            #expect(try contents(ofFolder: folder) == before)
        }
    }

    private static func prepare(_ folder: String) throws {
        try makeLink(folder + "/net.pth", to: fixture("networks/bbcum_x4/checkpoint.pth"))
        try makeLink(folder + "/dn.pth", to: fixture("networks/denoise/checkpoint.pth"))
        try makeLink(folder + "/photo.png", to: fixture("images/rgb_8.png"))
        try write([0xFF, 0xD8, 0xFF, 0xE0, 0, 16], to: folder + "/photo.jpg")
        try write(Array("words\n".utf8), to: folder + "/text.txt")
        try write(Array("{\"a\": 1}\n".utf8), to: folder + "/object.json")
        try write(Array("[]".utf8), to: folder + "/empty.json")
        if let zeros = Tensor([Double](repeating: 0, count: 192), shape: [3, 8, 8]) {
            try NumPyArray.write(zeros, to: folder + "/double.npy")
        }
        let files = FileManager.default
        for name in ["folder", "images"] {
            try files.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: false)
        }
        try makeLink(folder + "/images/cat.png", to: fixture("evaluation/originals/cat_37x29.png"))
        // No module has this name.
        var odd = try NPZWriter(folder + "/odd.npz")
        if let tensor = Tensor([Float](repeating: 0, count: 48), shape: [1, 3, 4, 4]) { try odd.add("foo", tensor) }
        try odd.finish()
    }
}

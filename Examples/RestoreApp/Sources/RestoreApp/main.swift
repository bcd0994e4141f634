import BBCUImages
import BBCUKit
import Foundation

guard CommandLine.arguments.count == 4 else {
    print("usage: RestoreApp MODEL.bbcu IN.png OUT.png")
    exit(64)
}
do {
    let (model, input, output) = (CommandLine.arguments[1], CommandLine.arguments[2], CommandLine.arguments[3])
    let network = try LoadedModel(model).model
    let image = try RasterImage.read(input)
    let planes = try Planes(image, channels: network.network.hyperparameters.inputChannels)
    guard
        let map = FeatureMap(
            channels: planes.channels, height: planes.height, width: planes.width, values: planes.values)
    else { exit(2) }
    let result = try StreamedNetwork(network, kernels: Kernels()).run(map)
    let restored = Planes(
        channels: result.channels, height: result.height, width: result.width, values: result.values)
    try restored?.image(bitDepth: image.bitDepth).writePNG(output)
} catch {
    FileHandle.standardError.write(Data("RestoreApp: \(error)\n".utf8))
    exit(2)
}

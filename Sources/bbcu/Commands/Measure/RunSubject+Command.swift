import BBCUEvaluation
import BBCUKit
import BBCUPlatform
import TensorFiles

extension RunSubject {
    /// What a command runs over many images.
    init(_ model: ModelOptions, _ loaded: LoadedModel, _ options: Options, items: [String]) throws {
        self.init(
            version: ToolVersion.current, file: model.file.lastPathComponent,
            sha256: try loaded.checkpoint.sha256(), network: loaded.model.network, options: options,
            items: ItemList(names: items), root: loaded.resolution.selection.stateDict.path,
            unusedKeys: loaded.unusedKeys)
    }
}

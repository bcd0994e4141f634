import BBCUNetworks
import BBCUPlatform
import TensorBytes

/// A folder with a file for each original: its low-quality image, or what another implementation made of it.
public struct PairedFolder: Sendable {
    /// What the files are.
    public enum Content: Sendable { case low, outputs }

    /// The folder.
    public let path: String
    private let content: Content
    private let template: NameTemplate?
    private let task: EvaluationTask
    /// Whether each setting has a folder of its own; with one setting alone it need not.
    private let needsSettingFolder: Bool

    /// - Parameters:
    ///   - template: the files' names; nil for the published ones.
    ///   - settings: how many settings there are.
    /// - Throws: ``EvaluationError`` for a path that is no folder.
    public init(
        _ path: String, _ content: Content, template: NameTemplate?, task: EvaluationTask, settings: Int
    ) throws(EvaluationError) {
        guard FolderListing.isFolder(path) else {
            throw EvaluationError(.folder, file: path, found: "found no folder", expected: "a folder of images")
        }
        self.path = path
        self.content = content
        self.template = template
        self.task = task
        needsSettingFolder = settings > 1 && template?.text.includes("{setting}") != true
    }

    /// The file that belongs to an original at a setting.
    /// - Throws: ``EvaluationError`` that says where it was looked for.
    public func file(for item: EvaluationItem, setting: Double) throws(EvaluationError) -> String {
        let original = FolderListing.resolved(item.path)
        let (folders, names) = (folders(for: item, setting.settingText), names(for: item, setting.settingText))
        for folder in folders where FolderListing.isFolder(path + "/" + folder) {
            for name in names {
                let file = path + "/" + folder + name
                if FolderListing.isFile(file), FolderListing.resolved(file) != original { return file }
            }
        }
        let kind = content == .low ? "low-quality file" : "output"
        throw EvaluationError(
            .noCounterpart, file: item.name, found: "found no \(kind) for \(task.settingName) \(setting.settingText)",
            expected: "\(folders.last ?? "")\(names.first ?? "") in the folder that was given")
    }

    /// Relative folders, the likeliest first.
    private func folders(for item: EvaluationItem, _ setting: String) -> [String] {
        let own = ImageName.folder(of: item.name)
        var folders: [String] = []
        if task == .sr, content == .low {
            let isOriginals = own.lowercasedASCII == "hr/" || own.lowercasedASCII.ends(with: "/hr/")
            let parent = isOriginals ? String(own.utf8.dropLast(3)) ?? own : own
            folders += [parent + "LR_bicubic/X\(setting)/", "X\(setting)/"]
        }
        for prefix in needsSettingFolder ? ["\(setting)/"] : ["\(setting)/", ""] {
            folders += ["\(prefix)\(item.set)/\(own)", prefix + own]
        }
        return folders
    }

    private func names(for item: EvaluationItem, _ setting: String) -> [String] {
        if let template { return [template.name(forOriginal: item.name, setting: setting)] }
        let stem = ImageName.stem(of: item.name)
        let own = PathText.name(of: item.name)
        let suffix = own.without(prefix: stem) ?? ""
        switch task {
        case .sr:
            let scaled = ["\(stem)x\(setting)\(suffix)", "\(stem)x\(setting).png"]
            return content == .low ? scaled + [own, stem + ".png"] : [own, stem + ".png"] + scaled
        case .denoise: return (content == .low ? [stem + ".npy"] : []) + [stem + ".png", own]
        case .deblock: return [stem + ".png", stem + ".jpg", stem + ".jpeg", own]
        }
    }
}

extension Double {
    /// A setting as names and tables have it: `15`, `12.5`.
    public var settingText: String { Int(exactly: self).map(String.init) ?? description }
}

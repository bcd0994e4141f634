import BBCUNetworks

extension Resolution {
    /// What the tensors are, for the head of a report.
    var facts: [ReportDocument.Fact] {
        guard let network else { return [.init("network", "none of the BBCU networks")] }
        return [
            .init("network", RichText(network.summary)), .init("state dict", RichText(selection.summary)),
        ]
    }
}

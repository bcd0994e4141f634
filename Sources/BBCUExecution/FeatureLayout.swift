/// How the axes of a stored feature map are arranged.
public enum FeatureLayout: String, Sendable, Hashable, CaseIterable {
    case nchw = "NCHW"
    case nhwc = "NHWC"
}

// What most of the articles use. The other rooms are imported by name.
@_exported import BBCUExecution
@_exported import BBCUNetworks
@_exported import BBCUPortChecking
@_exported import BBCUVerification
@_exported import TensorFiles

import Scanning
import TestSupport
import Testing

@Suite struct ScanTests {}

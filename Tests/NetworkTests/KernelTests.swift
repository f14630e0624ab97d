import Testing

@testable import Network

@Suite struct KernelTests {
    /// Against the portable kernels, which the executor tests hold against the reference executor.
    @Test func everyKernelAgreesWithThePortableOne() {
        let results = KernelCheck.run()
        #expect(results.count >= 10)
        for result in results {
            #expect(result.passed, "\(result)")
        }
    }
}

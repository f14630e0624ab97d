import Testing

@testable import Network

@Test func builds() { #expect(Bool(true)) }

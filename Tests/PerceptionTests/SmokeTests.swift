import Testing

@testable import Perception

@Test func builds() { #expect(Bool(true)) }

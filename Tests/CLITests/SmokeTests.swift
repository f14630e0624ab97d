import Testing

@testable import Tempera

@Test func builds() { #expect(Bool(true)) }

import Testing

@testable import Pipeline

@Test func builds() { #expect(Bool(true)) }

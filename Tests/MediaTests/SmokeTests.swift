import Testing

@testable import Media

@Test func builds() { #expect(Bool(true)) }

/// Reads the few JSON forms of a safetensors header: objects, strings, and arrays of integers that are not negative.
struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    let end: Int

    init(bytes: UnsafeRawBufferPointer, position: Int, end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = end
    }

    func expected(_ what: String) -> WeightsError.Reason { .header(expected: what, offset: position) }

    /// Reads `{ "key": value, … }`; `member` reads each value.
    mutating func object(
        _ member: (inout JSONScanner, String) throws(WeightsError.Reason) -> Void
    ) throws(WeightsError.Reason) {
        try take("{")
        if skip("}") { return }
        repeat {
            let key = try string()
            try take(":")
            try member(&self, key)
        } while skip(",")
        try take("}")
    }

    /// Reads `[1, 2, …]`.
    mutating func integers() throws(WeightsError.Reason) -> [Int] {
        try take("[")
        if skip("]") { return [] }
        var values: [Int] = []
        repeat { values.append(try integer()) } while skip(",")
        try take("]")
        return values
    }

    /// Reads a string with its escapes (RFC 8259, section 7).
    mutating func string() throws(WeightsError.Reason) -> String {
        try take("\"")
        var text: [UInt8] = []
        while true {
            guard let byte = next() else { throw expected("the end of a string") }
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw expected("valid UTF-8 before this")
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case ..<0x20: throw expected("no control character in a string")
            default: text.append(byte)
            }
        }
    }

    /// Checks that only blanks are left.
    mutating func finish() throws(WeightsError.Reason) {
        skipBlanks()
        if position < end { throw expected("nothing but blanks after the header") }
    }

    private mutating func integer() throws(WeightsError.Reason) -> Int {
        skipBlanks()
        let start = position
        var value = 0
        while position < end, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedToo) = scaled.addingReportingOverflow(Int(digit))
            if overflowed || overflowedToo { throw expected("an integer of at most 63 bits") }
            value = sum
            position += 1
        }
        if position == start { throw expected("an integer that is not negative") }
        if position - start > 1 && bytes[start] == UInt8(ascii: "0") {
            throw expected("an integer without leading zeros")
        }
        return value
    }

    private mutating func escape(into text: inout [UInt8]) throws(WeightsError.Reason) {
        switch next() {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if code & 0xfc00 == 0xd800 {
                guard next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u"), case let low = try hexadecimal(),
                    low & 0xfc00 == 0xdc00
                else { throw expected("the second half of a surrogate pair") }
                code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
            }
            guard let scalar = Unicode.Scalar(code) else { throw expected("a Unicode character") }
            text.append(contentsOf: Array(String(scalar).utf8))
        default: throw expected("a string escape")
        }
    }

    private mutating func hexadecimal() throws(WeightsError.Reason) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw expected("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func next() -> UInt8? {
        guard position < end else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ character: Unicode.Scalar) throws(WeightsError.Reason) {
        if !skip(character) { throw expected("\"\(character)\"") }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while position < end {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }
}

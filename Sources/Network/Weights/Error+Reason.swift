import Foundation

extension Error {
    /// The system's word for what went wrong with a file, as "Permission denied"; else Foundation's sentence.
    package var reason: String {
        let inner = (self as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? self as NSError
        guard inner.domain == NSPOSIXErrorDomain, let text = strerror(Int32(inner.code)) else { return localizedDescription }
        return String(cString: text)
    }
}

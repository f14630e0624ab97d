extension Int {
    /// The least multiple of `width` that holds so many.
    func whole(_ width: Int) -> Int { (self + width - 1) / width * width }
}

/// How much of a layer one call takes: enough that what is loaded twice at the borders does not count, little enough that it
/// stays in the caches and that threads end together.
struct ChunkSize {
    /// Of Winograd.
    var tiles: Int
    /// Of the others' outputs; rows are a multiple of 3, as the ends' tiles are.
    var columns: Int
    var rows: Int
}

/// A map cut into chunks of nearly equal size, numbered row by row.
struct ChunkGrid {
    /// Columns and rows, half-open.
    typealias Chunk = (x: (Int32, Int32), y: (Int32, Int32))

    private let width, height, across, down, rows: Int

    init(width: Int, height: Int, _ chunk: ChunkSize) {
        (self.width, self.height, rows) = (width, height, chunk.rows)
        across = (width + chunk.columns - 1) / chunk.columns
        down = (height + rows - 1) / rows
    }

    /// One row of tiles, in an even number of chunks where there is more than one: two threads then end together. It does
    /// not depend on the number of threads, so that a picture does not either.
    init(tiles: Int, _ chunk: ChunkSize) {
        let chunks = (tiles + chunk.tiles - 1) / chunk.tiles
        (width, height, rows, down) = (tiles, 1, 1, 1)
        across = chunks == 1 ? 1 : chunks + chunks % 2
    }

    var count: Int { across * down }

    subscript(index: Int) -> Chunk {
        let column = index % across, row = index / across
        return (
            (Int32(column * width / across), Int32((column + 1) * width / across)),
            (Int32(row * rows), Int32(min(height, (row + 1) * rows)))
        )
    }
}

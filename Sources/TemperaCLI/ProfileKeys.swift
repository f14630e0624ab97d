/// What the keys of `--profile-json` mean. A test holds this list against what is written.
enum ProfileKeys {
    /// A path names the keys from the outermost in; `[]` stands for each element of a list.
    static let all: [(path: String, meaning: String)] = [
        ("frames", "frames written"),
        ("seconds", "wall time of reading, painting and writing"),
        ("media_seconds", "length of what was written"),
        ("fps", "frames / seconds"),
        ("real_time_factor", "media_seconds / seconds"),
        ("peak_memory_bytes", "the most that was resident"),
        ("bound", "the stage that sets the pace: decode, paint, encode; left out when it is none"),
        ("machine.processor", "its name"),
        ("machine.instruction_sets[]", "those that matter here, as avx2, avx512, amx_bf16"),
        ("machine.cores", "cores that the process may use"),
        ("machine.memory_bytes", "of the machine"),
        ("stages[].name", "decode, paint, encode"),
        ("stages[].workers", "threads that work on frames of their own"),
        ("stages[].frames", "frames that went through"),
        ("stages[].mean_ms", "a frame: mean"),
        ("stages[].p50_ms", "a frame: half take no longer"),
        ("stages[].p95_ms", "a frame: 95 of 100 take no longer"),
        ("stages[].p99_ms", "a frame: 99 of 100 take no longer"),
        ("stages[].max_ms", "a frame: the longest"),
        ("stages[].busy", "part (0 to 1) of the workers' time at work"),
        ("stages[].waiting_for_input", "part spent waiting for the stage before"),
        ("stages[].waiting_for_room", "part spent waiting for the stage behind"),
        ("layers[].name", "a layer of the network, in forward order, then what is done to its painting"),
        ("layers[].ms", "mean over the painted frames"),
        ("layers[].gflop", "10^9 multiplications and additions a frame, as the architecture states them"),
        ("governor.received", "frames that came from the source"),
        ("governor.repeated", "shown again in place of another, or to fill a gap"),
        ("governor.dropped", "received and not shown"),
        ("governor.written", "received + repeated - dropped"),
        ("governor.late_decode", "frames late because of reading"),
        ("governor.late_network", "frames late because of painting"),
        ("governor.late_encode", "frames late because of writing"),
        ("governor.steps_down", "changes to a smaller resolution"),
        ("governor.steps_up", "changes to a larger one"),
        ("governor.rungs[].width", "of a resolution that the network may run at, the full one first"),
        ("governor.rungs[].height", "of the same"),
        ("governor.rungs[].painted", "frames painted at it"),
    ]

    static var text: String {
        """
        What --profile-json writes: one object. Times are milliseconds where the key
        ends in _ms, and in layers[].ms; else seconds.

        \(Table(header: ["KEY", "MEANING"], rows: all.map { [$0.path, $0.meaning] }).text)
        """
    }
}

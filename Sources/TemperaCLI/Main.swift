import ArgumentParser
import Foundation
import Tempera

@main
enum Main {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        // A limit on the size of files is an error like a full disk.
        signal(SIGXFSZ, SIG_IGN)
        // What was closed would be the number of the first file opened here. Reading finds nothing there, writing fails.
        for stream in 0...2 where fcntl(Int32(stream), F_GETFD) == -1 { _ = open("/dev/null", O_RDONLY) }
        let code = run(Array(CommandLine.arguments.dropFirst()))
        guard fflush(nil) == 0 else {
            if code != ExitStatus.done { _exit(code) }
            if errno == EPIPE { _exit(ExitStatus.readerGone) }
            Console.shared.note("stdout: writing failed")
            _exit(ExitStatus.failed)
        }
        // Nothing is left to do, and OpenBLAS waits for its threads, which never end where addresses have run out.
        _exit(code)
    }

    /// Runs the command and returns the exit code.
    static func run(_ arguments: [String]) -> Int32 {
        // `tempera --help` means the help of what `tempera` does, not a list of subcommands.
        if let first = arguments.first, ["-h", "--help"].contains(first) || arguments == ["help"] {
            print(Root.helpMessage(for: Stylize.self))
            return ExitStatus.done
        }
        if arguments == ["help", "profile-json"] {
            print(ProfileKeys.text)
            return ExitStatus.done
        }
        if let name = dashed(among: arguments) {
            Console.shared.note("\(name): a name that begins with '-' is written ./\(name); see \(help(for: arguments))")
            return ExitStatus.badUsage
        }
        do {
            var command = try Root.parseAsRoot(arguments)
            try command.run()
            return ExitStatus.done
        } catch {
            return report(error, of: arguments, help: help(for: arguments), meant: meant(by: arguments))
        }
    }

    /// The command that tells what `arguments` should be.
    private static func help(for arguments: [String]) -> String {
        var names = ["tempera"], commands = Root.configuration.subcommands
        for argument in arguments {
            guard let command = commands.first(where: { $0._commandName == argument }) else { break }
            names.append(argument)
            commands = command.configuration.subcommands
        }
        return "'\(names.joined(separator: " ")) --help'"
    }

    /// The command that a single word was to be, if it looks like one.
    private static func meant(by arguments: [String]) -> String? {
        let commands = Root.configuration.subcommands.map { $0._commandName }
        guard let word = arguments.first, !word.hasPrefix("-"), !commands.contains(word), access(word, F_OK) != 0 else {
            return nil
        }
        return NearNames.of(word, in: commands).first
    }

    /// A file's name that would be taken for short options: `-beach.mp4` asks for help.
    private static func dashed(among arguments: [String]) -> String? {
        arguments.prefix { $0 != "--" }.first { argument in
            argument.hasPrefix("-") && argument.contains(".") && argument.dropFirst().first?.isLetter == true
        }
    }

    /// The option that `error` calls without a value, with the negative one that it has: the parser takes it for an option.
    private static func negativeValue(among arguments: [String], of error: any Error) -> String? {
        let text = Root.message(for: error)
        guard text.hasPrefix("Missing value") else { return nil }
        return zip(arguments, arguments.dropFirst()).first { option, value in
            option.hasPrefix("-") && text.contains("'\(option)") && Double(value).map { $0 < 0 } == true
        }.map { "\($0) \($1)" }
    }

    /// Prints what `error` has to say, in one line where it is an error at all.
    private static func report(_ error: any Error, of arguments: [String], help: String, meant: String?) -> Int32 {
        switch error {
        case let status as ExitStatus: return status.code
        // Whoever reads the output has what they wanted.
        case TemperaError.media(.readerGone): return ExitStatus.readerGone
        case let failure as Failure:
            Console.shared.note(failure.text)
            return failure.code
        // What a value of an option may be is known to those who use it.
        case TrainingError.outOfRange, OptimizationError.outOfRange:
            Console.shared.note("\(error); see \(help)")
            return ExitStatus.badUsage
        default: break
        }
        if let negative = negativeValue(among: arguments, of: error) {
            Console.shared.note("\(negative): a negative value does not work there; see \(help)")
            return ExitStatus.badUsage
        }
        let code = Root.exitCode(for: error)
        if code == .success {
            print(Root.fullMessage(for: error))  // help that was asked for
        } else if code == .validationFailure, let meant {
            Console.shared.note("there is no command or file of this name; did you mean 'tempera \(meant)'?")
        } else if code == .validationFailure {
            // One line, whatever list of values it ends with.
            let lines = Root.message(for: error).split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            let text = lines.joined(separator: " "), message = text.hasSuffix(".") ? String(text.dropLast()) : text
            let see = message.hasSuffix("?") ? " See" : "; see"
            Console.shared.note("\(message.prefix(1).lowercased())\(message.dropFirst())\(see) \(help)")
        } else {
            Console.shared.note("\(error)")
        }
        return code == .validationFailure ? ExitStatus.badUsage : code.rawValue
    }
}

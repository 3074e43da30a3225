//! The command line of forkcast.

fn main() -> std::process::ExitCode {
    forkcast::cli::main()
}

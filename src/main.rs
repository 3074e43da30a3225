//! The command line of forkcast.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}

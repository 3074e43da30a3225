//! The command line of forkcast.

mod cli;
mod watch;
mod workshop;

fn main() -> std::process::ExitCode {
    cli::main()
}

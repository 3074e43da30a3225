//! `forkcast tune`: the workshop page, on which a room changes assumptions and sees the outcomes move.

use super::Verb;
use crate::cli::options::Play;
use crate::cli::terminal::Terminal;
use crate::cli::{Told, interrupt, scenario};
use crate::diagnostic::{Diagnostics, Failure};
use crate::workshop::{self, Changes, Options, Setting};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser};
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

pub const TUNE: Verb = Verb { name: "tune", command: Tune::command, run };

/// What if? Opens a page on which a room changes assumptions and sees the outcomes move
#[derive(Parser)]
#[command(after_help = EXAMPLES)]
struct Tune {
    /// The scenario file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Begin with this variant of the file
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Begin with an assumption changed, as in events.visit.probability=0.8; may be given several times
    #[arg(long, value_name = "ADDR=VALUE")]
    set: Vec<String>,
    /// Serve the page on this port [default: one that is free]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Serve other machines too, on this address of this machine; 0.0.0.0 is all of its addresses
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Option<IpAddr>,
    /// Open the page in the browser [default: on a desktop]
    #[arg(long)]
    open: bool,
    #[command(flatten)]
    play: Play,
}

const EXAMPLES: &str = "\
Examples:
  forkcast tune talks.toml
  forkcast tune talks.toml --variant hard_line --set events.visit.probability=0.8
  forkcast tune talks.toml --listen 192.168.1.20 --port 8080

Whoever has the printed address can change assumptions and save variants into the file; without --listen, it works on
this machine only. Ctrl-C ends it.";

fn run(matches: &ArgMatches, terminal: &Terminal) -> Result<(), Told> {
    let asked = Tune::from_arg_matches(matches).unwrap_or_else(|error| error.exit());
    check(&asked, terminal)?;
    let options = Options {
        path: asked.file,
        setting: Setting { variant: asked.variant, changes: asked.set.iter().filter_map(|set| change(set)).collect() },
        play: workshop::Play {
            futures: asked.play.futures,
            seed: asked.play.seed,
            sampling: asked.play.sampling,
            threads: asked.play.threads,
        },
        listen: asked.listen.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: asked.port,
    };
    let open = asked.open || is_desktop();
    let ready = |address: &str| {
        // Who reads the address by a program that has gone away needs no page.
        let _ = terminal.print(&format!("{address}\n"));
        terminal.note("the workshop page is at the address above; Ctrl-C ends it");
        if open && open::that_detached(address).is_err() {
            terminal.note("no browser could be opened: open the address yourself");
        }
    };
    workshop::serve(options, interrupt::flag(), ready).map_err(|failure| terminal.failed(&failure))
}

/// Shows what is wrong with the file, the variant and what is set, with their places.
fn check(asked: &Tune, terminal: &Terminal) -> Result<(), Told> {
    let mut opened = scenario::open(&asked.file).map_err(|failure| terminal.failed(&failure))?;
    let mut found = opened.file.diagnostics.clone();
    let laid = overrides(&mut opened, asked).map_err(|failure| terminal.failed(&failure))?;
    found.extend(opened.file.with(&opened.folder, &laid).1);
    terminal.mistakes(&opened.file.sources, &found);
    if found.has_errors() { Err(terminal.failed(&Failure::Scenario(Diagnostics::default()))) } else { Ok(()) }
}

fn overrides(opened: &mut scenario::Opened, asked: &Tune) -> Result<Vec<crate::model::layers::Override>, Failure> {
    let set = opened.file.settings(&asked.set)?;
    let mut laid = asked.variant.as_deref().map_or(Ok(Vec::new()), |name| opened.file.variant(name))?;
    laid.extend(set);
    Ok(laid)
}

fn change(set: &str) -> Option<<Changes as IntoIterator>::Item> {
    let (address, text) = set.split_once('=')?;
    Some((address.trim().to_owned(), text.trim().to_owned()))
}

fn address(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        text => text.parse().map_err(|_| "an address of this machine is needed, as in 192.168.1.20".to_owned()),
    }
}

/// Whether somebody sits before this machine who would see a page.
fn is_desktop() -> bool {
    let display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()));
    std::io::stdout().is_terminal() && (display || cfg!(any(target_os = "macos", windows)))
}

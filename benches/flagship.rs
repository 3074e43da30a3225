//! How many futures of the flagship are played in a second, fans and histograms included: `cargo bench`.

use divan::Bencher;
use divan::counter::ItemsCount;
use forkcast::model::ScenarioFile;
use forkcast::model::files::Folder;
use forkcast::simulation::{Request, simulate};
use std::path::PathBuf;

const FUTURES: u64 = 1_000_000;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 2], sample_count = 5, sample_size = 1)]
fn futures_by_threads(bencher: Bencher, threads: usize) {
    let scenarios = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let file = ScenarioFile::read(&Folder(scenarios), "us-russia-2026.toml").expect("the flagship can be read");
    let scenario = file.base.as_ref().expect("the flagship has no mistakes");
    let request = Request { futures: Some(FUTURES), threads: Some(threads), ..Request::default() };
    bencher.counter(ItemsCount::new(FUTURES)).bench_local(|| simulate(&file, scenario, &request));
}

//! The one thread that plays futures out: the newest case wins, and what is older is given up.
//!
//! A case is played twice on the same luck: with few futures for an answer at once, then with all. The file as it stands
//! is played beside it, once for each reading of the file. While nobody asks for anything, the thread finds out which
//! assumptions matter most.

use super::case::{Case, Good, Problem};
use super::results::{Results, results};
use crate::analysis::experiment::{Experiment, Playing};
use crate::analysis::tornado::tornado;
use crate::chance::sobol::Sampling;
use crate::chart::{CHARTS, Chart};
use crate::diagnostic::Failure;
use crate::report::drawing::{self, Pair};
use crate::simulation::result::Result as Outcome;
use crate::simulation::{self, Precision, Request};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Futures of the answer that comes at once.
const FIRST: u64 = 4096;
/// What is drawn of it before anything else.
const QUICK: &[Chart] = &[CHARTS[0]];
/// Futures under each set of assumptions, to find out which matter most.
const RANKING: u64 = 8192;
/// While somebody drags a slider, the full number waits for so long.
const REST: Duration = Duration::from_millis(400);

/// How cases are played.
#[derive(Clone, Copy, Default)]
pub struct Play {
    /// None: what the file says.
    pub futures: Option<u64>,
    pub seed: Option<u64>,
    pub sampling: Option<Sampling>,
    pub threads: Option<usize>,
}

/// A case to be played.
pub struct Job {
    pub version: u64,
    pub case: Arc<Case>,
    /// Whether another is likely to come at once.
    pub dragging: bool,
}

/// What the thread has to tell.
pub enum News {
    Results(Box<Results>),
    /// The case could not be played.
    Failed {
        version: u64,
        problems: Vec<Problem>,
    },
    /// Addresses, those that matter most first.
    Order(Vec<String>),
}

/// A case played with all its futures, and the file as it stands where that is another.
#[derive(Clone)]
pub struct Full {
    pub version: u64,
    case: Arc<Case>,
    pub outcome: Arc<Outcome>,
    pub base: Option<Arc<Outcome>>,
}

/// The thread, and what lies on its desk.
pub struct Player {
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    tray: Mutex<Tray>,
    bell: Condvar,
    full: Mutex<Option<Full>>,
}

#[derive(Default)]
struct Tray {
    job: Option<Job>,
    /// Of the job that is being played.
    stop: Arc<AtomicBool>,
    ended: bool,
}

impl Player {
    pub fn start(play: Play, tell: impl Fn(News) + Send + 'static) -> Self {
        let desk = Arc::new(Desk::default());
        std::thread::spawn({
            let desk = desk.clone();
            move || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(play.threads.unwrap_or(0)).build().ok();
                let mut at_work = AtWork { play, tell, desk, pool, base: None, stop: Arc::default() };
                while let Some(job) = at_work.next() {
                    at_work.job(&job);
                }
            }
        });
        Self { desk }
    }

    /// Puts a job in the place of all before it.
    pub fn submit(&self, job: Job) {
        let mut tray = self.desk.tray();
        tray.stop.store(true, Ordering::Relaxed);
        tray.job = Some(job);
        self.desk.bell.notify_one();
    }

    /// The last case that was played with all its futures.
    pub fn full(&self) -> Option<Full> {
        self.desk.full().clone()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let mut tray = self.desk.tray();
        tray.ended = true;
        tray.stop.store(true, Ordering::Relaxed);
        self.desk.bell.notify_one();
    }
}

impl Desk {
    fn tray(&self) -> MutexGuard<'_, Tray> {
        self.tray.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self) -> MutexGuard<'_, Option<Full>> {
        self.full.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct AtWork<T> {
    play: Play,
    tell: T,
    desk: Arc<Desk>,
    pool: Option<rayon::ThreadPool>,
    base: Option<Base>,
    stop: Arc<AtomicBool>,
}

/// The file as it stands.
struct Base {
    case: Arc<Case>,
    first: Option<Arc<Outcome>>,
    full: Option<Arc<Outcome>>,
    ranked: bool,
}

impl Base {
    fn of(good: &Arc<Good>) -> Self {
        Self { case: Arc::new(Case::base(good)), first: None, full: None, ranked: false }
    }

    fn played(&mut self, all: bool) -> &mut Option<Arc<Outcome>> {
        if all { &mut self.full } else { &mut self.first }
    }
}

impl<T: Fn(News)> AtWork<T> {
    /// Waits for a job; none at the end.
    fn next(&mut self) -> Option<Job> {
        let mut tray = self.desk.tray();
        loop {
            if tray.ended {
                return None;
            }
            if let Some(job) = tray.job.take() {
                tray.stop = Arc::default();
                self.stop = tray.stop.clone();
                return Some(job);
            }
            tray = self.desk.bell.wait(tray).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn job(&mut self, job: &Job) {
        let good = &job.case.good;
        if !self.base.as_ref().is_some_and(|base| Arc::ptr_eq(&base.case.good, good)) {
            self.base = Some(Base::of(good));
        }
        let end = self.stages(job);
        if let Err(failure) = end.or_else(|failure| if self.stopped() { Ok(()) } else { Err(failure) }) {
            let problems = vec![Problem::of_failure(&failure, &job.case.file.sources)];
            (self.tell)(News::Failed { version: job.version, problems });
        }
    }

    fn stages(&mut self, job: &Job) -> Result<(), Failure> {
        let all = self.play.futures.unwrap_or(job.case.good.base.run.futures);
        // Where the file has come to have mistakes, the last good case is shown again, and nothing of it has to be played.
        let known = self.desk.full().clone().filter(|full| Arc::ptr_eq(&full.case, &job.case));
        if known.is_none() && all > FIRST {
            // However fast the changes come, each that is begun gets its answer.
            let newer = std::mem::take(&mut self.stop);
            let first = self.play(job, FIRST.min(all), false).inspect(|first| self.tell(job, first, "first", QUICK));
            self.stop = newer;
            let first = first?;
            if job.dragging {
                self.tell(job, &first, "first", CHARTS);
                if !self.rests() {
                    return Ok(());
                }
            }
        }
        let full = match known {
            Some(full) => Full { version: job.version, ..full },
            None => self.play(job, all, true)?,
        };
        // Who waits for the report is woken by the news.
        *self.desk.full() = Some(full.clone());
        self.tell(job, &full, "full", CHARTS);
        self.rank();
        Ok(())
    }

    /// Plays a case, and the file as it stands.
    fn play(&mut self, job: &Job, futures: u64, all: bool) -> Result<Full, Failure> {
        let base = self.base(futures, all);
        let (version, case) = (job.version, job.case.clone());
        if case.is_base() {
            return Ok(Full { version, case, outcome: base?, base: None });
        }
        // A file that cannot be played as it stands is no ghost under a case that can.
        let base = base.map_or_else(|failure| self.unless_stopped(failure), |base| Ok(Some(base)))?;
        let outcome = Arc::new(self.simulate(&case, futures)?);
        Ok(Full { version, case, outcome, base })
    }

    fn tell(&self, job: &Job, played: &Full, stage: &'static str, charts: &[Chart]) {
        let of = self.play.futures.unwrap_or(job.case.good.base.run.futures);
        // Whoever asks for something newer does without.
        if let Ok(pairs) = self.draw(&played.outcome, played.base.as_deref(), charts) {
            let told = results(job.version, (stage, of), &played.outcome, played.base.as_deref(), &pairs);
            (self.tell)(News::Results(Box::new(told)));
        }
    }

    fn unless_stopped<A>(&self, failure: Failure) -> Result<Option<A>, Failure> {
        if self.stopped() { Err(failure) } else { Ok(None) }
    }

    fn base(&mut self, futures: u64, full: bool) -> Result<Arc<Outcome>, Failure> {
        let Some(base) = &mut self.base else { return Err(Failure::Interrupted) };
        if let Some(outcome) = base.played(full) {
            return Ok(outcome.clone());
        }
        let case = base.case.clone();
        let outcome = Arc::new(self.simulate(&case, futures)?);
        if let Some(base) = &mut self.base {
            *base.played(full) = Some(outcome.clone());
        }
        Ok(outcome)
    }

    fn simulate(&self, case: &Case, futures: u64) -> Result<Outcome, Failure> {
        let request = Request {
            futures: Some(futures),
            seed: self.play.seed,
            sampling: self.play.sampling,
            // Answers come with as many futures as there is time for.
            precision: Precision::Ignored,
            threads: self.play.threads,
            variant: case.variant.as_deref(),
            set: &case.set,
            progress: None,
            interrupted: Some(&self.stop),
        };
        simulation::simulate(&case.file, &case.scenario, &request)
    }

    fn draw(&self, outcome: &Outcome, ghost: Option<&Outcome>, charts: &[Chart]) -> Result<Vec<Pair>, Failure> {
        let stop = &self.stop;
        let draw = || drawing::pairs(charts, outcome, ghost, stop);
        self.pool.as_ref().map_or_else(draw, |pool| pool.install(draw))
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether nothing new has come for a while.
    fn rests(&self) -> bool {
        let tray = self.desk.tray();
        let idle = |tray: &mut Tray| tray.job.is_none() && !tray.ended;
        let waited = self.desk.bell.wait_timeout_while(tray, REST, idle).unwrap_or_else(PoisonError::into_inner);
        waited.1.timed_out()
    }

    /// Tells which assumptions matter most, once for each reading of the file.
    fn rank(&mut self) {
        let Some(base) = self.base.as_ref().filter(|base| !base.ranked) else { return };
        let good = base.case.good.clone();
        let playing = Playing {
            futures: Some(self.play.futures.unwrap_or(good.base.run.futures).min(RANKING)),
            seed: self.play.seed,
            sampling: self.play.sampling,
            threads: self.play.threads,
            progress: None,
            interrupted: Some(&self.stop),
            ..Playing::default()
        };
        let mut file = good.file.clone();
        let found = Experiment::new(&mut file, &good.files, None, &[], playing)
            .and_then(|mut experiment| tornado(&mut experiment, None));
        if self.stopped() {
            return;
        }
        self.base.iter_mut().for_each(|base| base.ranked = true);
        // A scenario without outcomes asks for nothing that could be ranked.
        if let Ok(tornado) = found {
            (self.tell)(News::Order(tornado.rows.into_iter().map(|row| row.assumption.address).collect()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::session::Session;
    use crate::workshop::{case::Setting, state::State};
    use std::sync::mpsc;

    const FERRY: &str = "[scenario]\nstart = 2027-01-01\nend = 2027-12-31\n[run]\nfutures = 6_000\n\
                         [events.permit]\nby = 2027-06-30\nprobability = 0.6\n\
                         [[outcomes]]\nname = \"open\"\nwhen = \"permit\"\n[[outcomes]]\nname = \"closed\"\n";

    /// The stages that are told of a version, up to the last one.
    fn stages(news: &mpsc::Receiver<News>, version: u64) -> Vec<String> {
        let mut stages = Vec::new();
        while stages.last().is_none_or(|stage| stage != "full") {
            match news.recv_timeout(Duration::from_mins(1)).expect("results of all futures") {
                News::Results(results) => {
                    let told = serde_json::to_value(results).unwrap_or_default();
                    assert_eq!(told["version"], version);
                    stages.push(told["stage"].as_str().unwrap_or_default().to_owned());
                }
                News::Failed { .. } => panic!("the case can be played"),
                News::Order(_) => {}
            }
        }
        stages
    }

    #[test]
    fn a_case_that_is_known_is_told_with_all_its_futures_at_once() {
        let desk = tempfile::tempdir().expect("a folder");
        let path = desk.path().join("ferry.toml");
        std::fs::write(&path, FERRY).expect("a file");
        let Ok(mut session) = Session::open(&path, Setting::default(), None, None) else { panic!("a scenario") };
        let (tell, news) = mpsc::channel();
        let player = Player::start(Play::default(), move |one| tell.send(one).unwrap_or_default());
        let submit = |session: &Session| {
            let case = session.case().expect("a case without mistakes");
            player.submit(Job { version: session.version(), case, dragging: false });
        };
        submit(&session);
        assert_eq!(stages(&news, 1), ["first", "full"]);

        // The file is spoilt: what it was is shown again. A change has to be seen twice.
        std::fs::write(&path, FERRY.replace("by =", "bye =")).expect("a file");
        assert_eq!((session.follow(), session.follow(), session.version()), (false, true, 2));
        let State { mistakes, .. } = session.state();
        assert!(!mistakes.is_empty());
        submit(&session);
        assert_eq!(stages(&news, 2), ["full"]);

        std::fs::write(&path, FERRY.replace("0.6", "0.7")).expect("a file");
        assert_eq!((session.follow(), session.follow(), session.version()), (false, true, 3));
        submit(&session);
        assert_eq!(stages(&news, 3), ["first", "full"]);
    }
}

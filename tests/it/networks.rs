//! Bayesian networks of our own, made from a seed: written down as static scenarios with a `given` rule for every row of
//! every table, and worked out exactly by going through all combinations.

use crate::play;
use forkcast::simulation::Request;
use forkcast::simulation::result::Result as Outcome;
use std::fmt::Write;

const FUTURES: u64 = 60_000;
/// Of standard errors.
const LIMIT: f64 = 4.5;

/// A variable: what it can be, whom it depends on, and a row of chances for each combination of those.
struct Variable {
    /// 2 states without names are an event that happens (state 0) or does not; more are branches.
    states: usize,
    named: bool,
    parents: Vec<usize>,
    rows: Vec<Vec<f64>>,
}

struct Network(Vec<Variable>);

/// Knuth's generator: the networks are the same for ever.
struct Luck(u64);

impl Luck {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    /// Chances in thousandths that sum to 1, none of them 0.
    fn row(&mut self, states: usize) -> Vec<f64> {
        let mut left = 1000 - 20 * states;
        let mut row: Vec<usize> = (1..states).map(|_| 20 + self.part(&mut left)).collect();
        row.push(20 + left);
        row.into_iter().map(|thousandths| thousandths as f64 / 1000.0).collect()
    }

    fn part(&mut self, left: &mut usize) -> usize {
        let part = self.below(*left);
        *left -= part;
        part
    }
}

impl Network {
    fn of(seed: u64, size: usize) -> Network {
        let mut luck = Luck(seed);
        let mut all: Vec<Variable> = Vec::new();
        for index in 0..size {
            let named = luck.below(3) > 0;
            let states = if named { 2 + luck.below(2) } else { 2 };
            let mut parents: Vec<usize> = (0..luck.below(4).min(index)).map(|_| luck.below(index)).collect();
            parents.sort_unstable();
            parents.dedup();
            let rows = parents.iter().map(|&parent| all[parent].states).product();
            let rows = (0..rows).map(|_| luck.row(states)).collect();
            all.push(Variable { states, named, parents, rows });
        }
        Network(all)
    }

    /// “v3 has come out as its state 1”, as a condition.
    fn condition(&self, (variable, state): (usize, usize)) -> String {
        match (self.0[variable].named, state) {
            (true, state) => format!("v{variable}.s{state}"),
            (false, 0) => format!("v{variable}"),
            (false, _) => format!("not v{variable}"),
        }
    }

    fn chances(variable: &Variable, row: &[f64]) -> String {
        if !variable.named {
            return format!("probability = {}\n", row[0]);
        }
        let branches: Vec<String> = row.iter().enumerate().map(|(s, p)| format!("s{s} = {p}")).collect();
        format!("branches = {{ {} }}\n", branches.join(", "))
    }

    fn scenario(&self) -> String {
        let mut text = "[scenario]\ntitle = \"A network\"\n".to_owned();
        for (index, variable) in self.0.iter().enumerate() {
            // Where a variable has parents its rules cover every case.
            let base = Self::chances(variable, &variable.rows[0]);
            let _ = write!(text, "[events.v{index}]\n{base}");
            if variable.parents.is_empty() {
                continue;
            }
            for (number, row) in variable.rows.iter().enumerate() {
                let mut rest = number;
                let mut conditions = Vec::new();
                for &parent in &variable.parents {
                    conditions.push(self.condition((parent, rest % self.0[parent].states)));
                    rest /= self.0[parent].states;
                }
                let rule = Self::chances(variable, row);
                let _ = write!(text, "[[events.v{index}.given]]\nif = \"{}\"\n{rule}", conditions.join(" and "));
            }
        }
        text
    }

    /// How likely each state of each variable is together with what is given, and how likely that is alone.
    fn exact(&self, given: &[(usize, usize)]) -> (Vec<Vec<f64>>, f64) {
        let mut sums: Vec<Vec<f64>> = self.0.iter().map(|v| vec![0.0; v.states]).collect();
        let mut all = 0.0;
        let combinations: usize = self.0.iter().map(|v| v.states).product();
        let mut states = vec![0; self.0.len()];
        for combination in 0..combinations {
            let mut rest = combination;
            for (state, variable) in states.iter_mut().zip(&self.0) {
                *state = rest % variable.states;
                rest /= variable.states;
            }
            if given.iter().any(|&(variable, state)| states[variable] != state) {
                continue;
            }
            let mut chance = 1.0;
            for (variable, &state) in self.0.iter().zip(&states) {
                let (mut row, mut stride) = (0, 1);
                for &parent in &variable.parents {
                    row += stride * states[parent];
                    stride *= self.0[parent].states;
                }
                chance *= variable.rows[row][state];
            }
            all += chance;
            for (sum, &state) in sums.iter_mut().zip(&states) {
                sum[state] += chance;
            }
        }
        (sums, all)
    }

    fn observed(&self, given: &[(usize, usize)]) -> String {
        let mut text = String::new();
        for &(variable, state) in given {
            let _ = write!(text, "[observed.of_v{variable}]\nevent = \"v{variable}\"\n");
            match (self.0[variable].named, state) {
                (true, state) => {
                    let _ = writeln!(text, "branch = \"s{state}\"");
                }
                (false, 0) => {}
                (false, _) => text += "happened = false\n",
            }
        }
        text
    }

    /// Compares every state of every variable with its exact chance.
    fn compare(&self, given: &[(usize, usize)]) {
        let text = self.scenario() + &self.observed(given);
        let request = Request { futures: Some(FUTURES), seed: Some(5), ..Request::default() };
        let result = play::text(&text, &request);
        let (sums, all) = self.exact(given);
        for (variable, sums) in sums.iter().enumerate() {
            for (state, together) in sums.iter().enumerate() {
                let (exact, found) = (together / all, self.found(&result, variable, state));
                let error = (exact * (1.0 - exact) / result.run.effective_futures).sqrt();
                let allowed = LIMIT * error + 1e-9;
                let what = format!("v{variable} state {state} given {given:?}");
                assert!((found - exact).abs() <= allowed, "{what}: {found} instead of {exact} ± {allowed}\n{text}");
            }
        }
    }

    fn found(&self, result: &Outcome, variable: usize, state: usize) -> f64 {
        let event = &result.events[variable];
        match (self.0[variable].named, state) {
            (true, state) => event.branches[state].probability,
            (false, 0) => event.probability,
            (false, _) => 1.0 - event.probability,
        }
    }
}

#[test]
fn networks_have_the_chances_of_their_tables() {
    for seed in 1..=4 {
        Network::of(seed, 9).compare(&[]);
    }
}

/// From causes to traces and back: what was seen changes what is likely before and after it.
#[test]
fn evidence_in_a_network_gives_conditional_chances() {
    for seed in 1..=4 {
        let network = Network::of(seed, 9);
        let alone = |variable: usize, state: usize| network.exact(&[(variable, state)]).1;
        // The likelier state of the last two, and the less likely one of one in the middle.
        let likely = |variable: usize| usize::from(alone(variable, 0) < alone(variable, 1));
        network.compare(&[(8, likely(8))]);
        network.compare(&[(7, likely(7)), (8, likely(8))]);
        network.compare(&[(4, 1 - likely(4))]);
    }
}

/// As many as a workshop could ever write down.
#[test]
fn a_network_of_seventy_events_is_played() {
    let network = Network::of(9, 70);
    let request = Request { futures: Some(2000), seed: Some(5), ..Request::default() };
    let result = play::text(&network.scenario(), &request);
    // The first ones do not depend on the others, so they can be worked out alone.
    let few = Network(Network::of(9, 70).0.into_iter().take(9).collect());
    let (exact, _) = few.exact(&[]);
    for (variable, chances) in exact.iter().enumerate() {
        for (state, &chance) in chances.iter().enumerate() {
            let allowed = LIMIT * (chance * (1.0 - chance) / 2000.0).sqrt();
            let found = network.found(&result, variable, state);
            assert!((found - chance).abs() <= allowed, "v{variable} state {state}: {found} instead of {chance}");
        }
    }
}

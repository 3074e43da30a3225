//! Charts of what analyses find out, from answers made by hand.

use super::{LONG, stored, twelve_outcomes};
use forkcast::chart::flow::{Flow, flow};
use forkcast::chart::heat_map::{HeatAxis, HeatMap, heat_map};
use forkcast::chart::sweep::{Crossing, Sought, Sweep, sweep};
use forkcast::chart::tornado::{Tornado, TornadoEnd, TornadoRow, tornado};
use forkcast::chart::variants::{Case, Variants, variants};
use forkcast::chart::waterfall::{Waterfall, WaterfallStep, waterfall};
use forkcast::chart::{Svg, Target};

/// Each analysis at these widths; with `odd`, the odd cases too.
pub fn charts(widths: &[u32], odd: bool) -> Vec<(&'static str, Svg)> {
    let mut drawn = Vec::new();
    for &width in widths {
        let mut add = |case: &'static str, svg: Option<Svg>| drawn.push((case, svg.expect("worth drawing")));
        add("flagship", tornado(&flagship_tornado(), width));
        add("flagship", sweep(&flagship_sweep(), width));
        add("flagship", heat_map(&flagship_heat_map(), width));
        add("flagship", waterfall(&flagship_waterfall(), width));
        add("flagship", flow(&flagship_flow(), width));
        add("flagship", variants(&flagship_variants(), width));
        add("flagship", tornado(&one_sided(flagship_tornado()), width).map(|svg| renamed(svg, "tornado-turns")));
        add("flagship", sweep(&sought(flagship_sweep()), width));
        if odd {
            add("long", tornado(&long_tornado(flagship_tornado()), width));
            add("number", sweep(&number_sweep(), width));
            add("fine", heat_map(&fine_heat_map(), width));
            add("from-zero", waterfall(&from_zero(flagship_waterfall()), width));
            add("twelve", flow(&twelve_flow(), width));
            add("twelve", variants(&twelve_variants(), width));
        }
    }
    drawn
}

/// Under a name of its own beside another of its kind.
fn renamed(mut svg: Svg, name: &str) -> Svg {
    svg.text = svg.text.replace(&format!("\"{}", svg.name), &format!("\"{name}"));
    svg.text = svg.text.replace(&format!(" {}-", svg.name), &format!(" {name}-"));
    name.clone_into(&mut svg.name);
    svg
}

const SOURCE: &str = "US–Russia after Anchorage · 100,000 futures";

fn thaw() -> Target {
    Target { title: "thaw".to_owned(), outcome: Some("thaw".to_owned()), unit: None, since: None }
}

fn brent() -> Target {
    Target {
        title: "the middle of lowest Brent".to_owned(),
        outcome: None,
        unit: Some("USD/bbl".to_owned()),
        since: None,
    }
}

fn flagship_tornado() -> Tornado {
    let rows = [
        ("A ceasefire in Ukraine", "probability", false, "10 %", 0.158, "40 %", 0.364),
        ("The channel is closed", "rate", false, "0.1 a year", 0.302, "0.6 a year", 0.182),
        ("Brent", "start", true, "50 USD/bbl", 0.299, "79 USD/bbl", 0.205),
        ("A follow-up summit in Europe", "probability", false, "15 %", 0.204, "55 %", 0.288),
        ("Hawkishness in both capitals", "", true, "−1.6", 0.281, "1.6", 0.214),
        ("The envoys land in Moscow", "probability", false, "45 %", 0.225, "80 %", 0.263),
        ("Brent", "level", false, "55 USD/bbl", 0.256, "75 USD/bbl", 0.236),
        ("New START", "lapses", true, "54 %", 0.254, "82 %", 0.239),
        ("A follow-up summit · treaty lapsed", "odds", true, "× 0.48", 0.241, "× 0.75", 0.252),
        ("The channel is closed · sanctions", "factor", true, "× 1.6", 0.25, "× 2.5", 0.242),
        ("Formal arms-control talks open", "probability", true, "33 %", 0.242, "67 %", 0.25),
        ("A ceasefire in Ukraine · summit", "odds", true, "× 2", 0.242, "× 3.12", 0.25),
        ("Tanker", "rate", false, "0.5 a year", 0.245, "3 a year", 0.246),
    ];
    let end = |says: &str, target: f64| TornadoEnd {
        says: says.to_owned(),
        target,
        interval: Some((target - 0.002, target + 0.002)),
    };
    let row = |(title, field, default_range, low, at_low, high, at_high): (&str, &str, bool, &str, f64, &str, f64)| {
        TornadoRow {
            title: title.to_owned(),
            field: field.to_owned(),
            default_range,
            turns_back: false,
            low: end(low, at_low),
            high: end(high, at_high),
        }
    };
    Tornado { target: thaw(), base: 0.246, rows: rows.into_iter().map(row).collect(), source: SOURCE.to_owned() }
}

/// Both ends of a range move it the same way, or one does nothing.
fn one_sided(mut tornado: Tornado) -> Tornado {
    tornado.target = brent();
    tornado.base = 51.2;
    for (index, row) in tornado.rows.iter_mut().enumerate() {
        let by = 9.0 / (index as f64 + 1.0);
        (row.low.target, row.high.target) = match index % 3 {
            0 => (51.2 + by, 51.2 + by / 2.0),
            1 => (51.2, 51.2 - by),
            _ => (51.2 - by / 3.0, 51.2 - by),
        };
        (row.low.interval, row.high.interval) = (None, None);
        row.turns_back = index % 3 != 1;
    }
    tornado
}

fn long_tornado(mut tornado: Tornado) -> Tornado {
    LONG.clone_into(&mut tornado.target.title);
    for row in &mut tornado.rows {
        row.title = format!("{} {LONG}", row.title);
        "1,234,567 billion USD".clone_into(&mut row.high.says);
    }
    tornado
}

fn flagship_sweep() -> Sweep {
    let values: Vec<f64> = (0..25).map(|step| step as f64 * 0.05).collect();
    let shares: Vec<Vec<f64>> = values
        .iter()
        .map(|rate| {
            let closed = 1.6 * rate / (1.0 + 1.6 * rate);
            let rupture = closed * 0.78;
            vec![0.335 * (1.0 - closed), rupture, 0.21 + 0.01 * rate, 0.455 - rupture + 0.335 * closed - 0.01 * rate]
        })
        .collect();
    let targets: Vec<f64> = shares.iter().map(|shares| shares[1]).collect();
    Sweep {
        target: Target { title: "rupture".to_owned(), outcome: Some("rupture".to_owned()), unit: None, since: None },
        assumption: "The channel is closed: rate".to_owned(),
        unit: "a year".to_owned(),
        intervals: targets.iter().map(|target| (target - 0.003, target + 0.003)).collect(),
        values,
        targets,
        outcomes: stored("us-russia").outcomes,
        shares,
        now: Some(0.3),
        range: Some((0.1, 0.6)),
        crossings: Vec::new(),
        sought: None,
        source: SOURCE.to_owned(),
    }
}

fn sought(mut sweep: Sweep) -> Sweep {
    let interval = Some((Some(0.5), Some(0.545)));
    sweep.crossings = vec![Crossing { at: 0.52, interval, says: String::new() }];
    sweep.sought = Some(Sought {
        to: 0.354,
        question: "What would “The channel is closed: rate” have to be?".to_owned(),
        answer:
            "“The channel is closed: rate” would have to be 0.52 a year instead of 1.15 a year for rupture to be 35 in \
                 100 futures. With this many futures it is known to 0.5 to 0.545 a year."
                .to_owned(),
    });
    sweep.shares = Vec::new();
    sweep.now = Some(1.15);
    sweep.range = Some((0.7, 1.2));
    sweep
}

fn number_sweep() -> Sweep {
    let values: Vec<f64> = (0..9).map(|step| 40.0 + step as f64 * 5.0).collect();
    let targets: Vec<f64> = values.iter().map(|level| 20.0 + level * 0.5).collect();
    Sweep {
        target: brent(),
        assumption: "Brent: level".to_owned(),
        unit: "USD/bbl".to_owned(),
        intervals: targets.iter().map(|target| (target - 0.6, target + 0.6)).collect(),
        values,
        targets,
        outcomes: Vec::new(),
        shares: Vec::new(),
        now: Some(64.0),
        range: Some((55.0, 75.0)),
        crossings: vec![
            Crossing { at: 52.0, interval: None, says: "limbo becomes the likeliest".to_owned() },
            Crossing { at: 53.5, interval: None, says: "thaw becomes the likeliest".to_owned() },
        ],
        sought: None,
        source: SOURCE.to_owned(),
    }
}

fn flagship_heat_map() -> HeatMap {
    let values = [
        [0.19, 0.17, 0.16, 0.14, 0.13, 0.12],
        [0.25, 0.22, 0.20, 0.18, 0.17, 0.15],
        [0.30, 0.27, 0.246, 0.22, 0.20, 0.18],
        [0.35, 0.32, 0.29, 0.26, 0.23, 0.21],
        [0.40, 0.36, 0.33, 0.30, 0.27, 0.24],
        [0.45, 0.40, 0.37, 0.33, 0.30, 0.27],
    ];
    let axis = |title: &str, labels: [&str; 6], here: usize| HeatAxis {
        title: title.to_owned(),
        labels: labels.map(str::to_owned).to_vec(),
        here: Some(here),
    };
    HeatMap {
        target: thaw(),
        across: axis("The channel is closed: times a year", ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6"], 2),
        up: axis("A ceasefire in Ukraine: probability", ["10 %", "16 %", "22 %", "28 %", "34 %", "40 %"], 2),
        values: values.map(|row| row.to_vec()).to_vec(),
        half_width: 0.004,
        source: "US–Russia after Anchorage · 50,000 futures a cell".to_owned(),
    }
}

fn fine_heat_map() -> HeatMap {
    let labels = |count: usize| (0..count).map(|index| format!("{} %", index * 2)).collect();
    let value = |x: usize, y: usize| {
        let (x, y) = (x as f64 / 40.0 - 0.4, y as f64 / 30.0 - 0.5);
        80.0 / (1.0 + 3.0 * (x * x + y * y))
    };
    HeatMap {
        target: brent(),
        across: HeatAxis {
            title: "A ceasefire in Ukraine: probability".to_owned(),
            labels: labels(40),
            here: Some(11),
        },
        up: HeatAxis { title: LONG.to_owned(), labels: labels(30), here: Some(20) },
        values: (0..30).map(|y| (0..40).map(|x| value(x, y)).collect()).collect(),
        half_width: 0.0,
        source: SOURCE.to_owned(),
    }
}

fn flagship_waterfall() -> Waterfall {
    let steps = [
        ("The envoys land in Moscow: probability", "65 % → 85 %", 0.021),
        ("The channel is closed: rate", "0.3 → 0.45 a year", -0.039),
        ("New US sanctions on Russian energy: probability", "35 % → 20 %", 0.005),
        ("A ceasefire in Ukraine: probability", "22 % → 30 %", 0.05),
    ];
    let step = |(title, change, effect): (&str, &str, f64)| WaterfallStep {
        title: title.to_owned(),
        change: change.to_owned(),
        effect,
        interval: Some((effect - 0.0012, effect + 0.0012)),
    };
    Waterfall {
        target: thaw(),
        outcomes: stored("us-russia").outcomes,
        from: ("Base case".to_owned(), 0.246),
        to: ("Your changes".to_owned(), 0.283),
        steps: steps.into_iter().map(step).collect(),
        sampled_orders: None,
        source: SOURCE.to_owned(),
    }
}

fn from_zero(mut waterfall: Waterfall) -> Waterfall {
    waterfall.steps.iter_mut().for_each(|step| (step.effect, step.interval) = (step.effect * 8.0, None));
    waterfall.to.1 = 0.246 + 0.037 * 8.0;
    LONG.clone_into(&mut waterfall.steps[0].title);
    waterfall.sampled_orders = Some(720);
    waterfall
}

fn flagship_flow() -> Flow {
    Flow {
        before: "Base case".to_owned(),
        after: "The envoys land".to_owned(),
        outcomes: stored("us-russia").outcomes,
        moves: vec![
            vec![0.246, 0.0, 0.0, 0.0],
            vec![0.0038, 0.203, 0.0065, 0.0026],
            vec![0.018, 0.0, 0.192, 0.0],
            vec![0.019, 0.0, 0.0075, 0.301],
        ],
        futures: 100_000,
        source: SOURCE.to_owned(),
    }
}

fn twelve_flow() -> Flow {
    let outcomes = twelve_outcomes(stored("us-russia")).outcomes;
    let moves = (0..12)
        .map(|from| {
            let share = outcomes[from].probability;
            (0..12).map(|to| if to == from { share * 0.8 } else { share * 0.2 / 11.0 }).collect()
        })
        .collect();
    Flow { before: LONG.to_owned(), after: LONG.to_owned(), outcomes, moves, futures: 4096, source: SOURCE.to_owned() }
}

fn case(title: &str, shares: &[f64]) -> Case {
    Case {
        title: title.to_owned(),
        shares: shares.to_vec(),
        intervals: shares.iter().map(|share| (share - 0.003, share + 0.003)).collect(),
        half_widths: vec![0.002; shares.len()],
    }
}

fn flagship_variants() -> Variants {
    let cases = [
        ("Base case", [0.246, 0.216, 0.21, 0.328]),
        ("The envoys land", [0.287, 0.204, 0.207, 0.302]),
        ("The envoys stay home", [0.171, 0.237, 0.214, 0.378]),
        ("Oil glut", [0.301, 0.214, 0.19, 0.295]),
        ("A handshake keeps the limits", [0.262, 0.06, 0.59, 0.088]),
    ];
    Variants {
        outcomes: stored("us-russia").outcomes,
        cases: cases.iter().map(|(title, shares)| case(title, shares)).collect(),
        source: SOURCE.to_owned(),
    }
}

fn twelve_variants() -> Variants {
    let outcomes = twelve_outcomes(stored("us-russia")).outcomes;
    let shares: Vec<f64> = outcomes.iter().map(|outcome| outcome.probability).collect();
    let turned: Vec<f64> = shares.iter().rev().copied().collect();
    Variants { outcomes, cases: vec![case("Base case", &shares), case(LONG, &turned)], source: SOURCE.to_owned() }
}

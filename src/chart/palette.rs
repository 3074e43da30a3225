//! The colours: a role for each use, with a value for paper and one for a dark screen.
//!
//! Colour means outcome, and nothing else; all else is slate, grey and ink. Each role has a paper value of its own, so
//! that a fill can be found again in finished text: there it gets the role's class, which a dark style or a page can
//! give another value. The outcomes' colours are those of Okabe and Ito (2008), told apart by colour-blind people too.

use super::words::label;
use crate::simulation::result::Outcome;
use std::fmt::Write;

/// A colour as it is on paper, `0xRRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paint(pub(super) u32);

pub(super) const BG: Paint = Paint(0xFFFFFF);
pub(super) const INK: Paint = Paint(0x1B1F24);
pub(super) const MUTE: Paint = Paint(0x59606A);
pub(super) const AXIS: Paint = Paint(0x8B919A);
pub(super) const GRID: Paint = Paint(0xE2E5E9);
pub(super) const WASH: Paint = Paint(0xEEF1F4);
pub(super) const GHOST: Paint = Paint(0x4E5660);
pub(super) const DATA: Paint = Paint(0x2C3E50);
pub(super) const BAND25: Paint = Paint(0xC6D1DC);
pub(super) const BAND5: Paint = Paint(0xE4EAF0);
/// The frame of a circle, in the one chart that has no outcomes.
pub(super) const CIRCLE: Paint = Paint(0xE69F00);
pub(super) const REST: Paint = Paint(0x82888F);
pub(super) const ON_COLOR: Paint = Paint(0xFFFFFE);

/// Name, paper, dark.
const ROLES: [(&str, Paint, u32); 34] = [
    ("bg", BG, 0x14171A),
    ("ink", INK, 0xECEEF0),
    ("mute", MUTE, 0xA8AFB8),
    ("axis", AXIS, 0x7B828B),
    ("grid", GRID, 0x30363C),
    ("wash", WASH, 0x22282E),
    ("ghost", GHOST, 0xB4BBC4),
    ("data", DATA, 0xD5DEE7),
    ("band5", BAND5, 0x262E36),
    ("band25", BAND25, 0x3C4956),
    ("c1", OUTCOMES[0], 0x3D9EDD),
    ("c2", OUTCOMES[1], 0xE8701A),
    ("c3", OUTCOMES[2], 0x1FB489),
    ("c4", OUTCOMES[3], 0xD98CB6),
    ("c5", OUTCOMES[4], 0xEFAE22),
    ("c6", OUTCOMES[5], 0x8FD2F7),
    ("c7", OUTCOMES[6], 0xF2E75C),
    ("rest", REST, 0x8D949C),
    ("oncolor", ON_COLOR, 0x0B0D0F),
    ("c1t", TINTS[0], 0x285A7C),
    ("c2t", TINTS[1], 0x7E441A),
    ("c3t", TINTS[2], 0x1A6652),
    ("c4t", TINTS[3], 0x765268),
    ("c5t", TINTS[4], 0x82621E),
    ("h0", HEAT[0], 0x1B2228),
    ("h1", HEAT[1], 0x1C2E3C),
    ("h2", HEAT[2], 0x1E3B50),
    ("h3", HEAT[3], 0x204B67),
    ("h4", HEAT[4], 0x245D81),
    ("h5", HEAT[5], 0x2A709C),
    ("h6", HEAT[6], 0x3485B7),
    ("h7", HEAT[7], 0x4B9CD0),
    ("h8", HEAT[8], 0x78B7E0),
    ("h9", HEAT[9], 0xABD4EF),
];

/// The outcomes in file order, but for the last, which is [`REST`].
const OUTCOMES: [Paint; 7] =
    [Paint(0x0072B2), Paint(0xD55E00), Paint(0x009E73), Paint(0xCC79A7), CIRCLE, Paint(0x56B4E9), Paint(0xF0E442)];
/// Half of the first five and half paper, for further outcomes.
const TINTS: [Paint; 5] = [Paint(0x80B8D8), Paint(0xEAAE80), Paint(0x80CEB9), Paint(0xE6BCD3), Paint(0xF2CF80)];
/// The heat map, from low to high.
pub(super) const HEAT: [Paint; 10] = [
    Paint(0xF3F6F9),
    Paint(0xDCE8F1),
    Paint(0xBFD8E9),
    Paint(0x9AC3DE),
    Paint(0x6FAACF),
    Paint(0x4590BF),
    Paint(0x2275AA),
    Paint(0x0D5C8F),
    Paint(0x074570),
    Paint(0x042F50),
];

/// The colour of each outcome: the file's own, else the role of its place.
pub(super) fn of_outcomes(outcomes: &[Outcome]) -> Vec<Paint> {
    let last = outcomes.len().saturating_sub(1);
    outcomes
        .iter()
        .enumerate()
        .map(|(place, outcome)| {
            own_color(&outcome.color).unwrap_or_else(|| match place {
                _ if place == last => REST,
                0..7 => OUTCOMES[place],
                _ => TINTS[(place - 7) % TINTS.len()],
            })
        })
        .collect()
}

/// One colour of a stack: an outcome, or several small ones together.
pub(super) struct Layer {
    pub(super) label: String,
    pub(super) paint: Paint,
    pub(super) members: Vec<usize>,
}

/// The layers of a stack, in file order: of more than twelve outcomes the largest seven, and all others as one.
pub(super) fn layers(outcomes: &[Outcome]) -> Vec<Layer> {
    let paints = of_outcomes(outcomes);
    let mut largest: Vec<usize> = (0..outcomes.len()).collect();
    if outcomes.len() > 12 {
        largest.sort_by(|&a, &b| outcomes[b].probability.total_cmp(&outcomes[a].probability).then(a.cmp(&b)));
        largest.truncate(7);
        largest.sort_unstable();
    }
    let of =
        |&place: &usize| Layer { label: label(&outcomes[place].title), paint: paints[place], members: vec![place] };
    let mut layers: Vec<Layer> = largest.iter().map(of).collect();
    let others: Vec<usize> = (0..outcomes.len()).filter(|place| !largest.contains(place)).collect();
    if !others.is_empty() {
        layers.push(Layer { label: format!("{} others", others.len()), paint: REST, members: others });
    }
    layers
}

impl Layer {
    /// The layer's part of shares in file order.
    pub(super) fn of(&self, shares: &[f64]) -> f64 {
        self.members.iter().filter_map(|&place| shares.get(place)).sum()
    }
}

fn own_color(text: &str) -> Option<Paint> {
    let digits = text.trim().strip_prefix('#')?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    match digits.len() {
        6 => Some(Paint(value)),
        3 => {
            let (r, g, b) = (value >> 8, value >> 4 & 15, value & 15);
            Some(Paint((r << 16 | g << 8 | b) * 17))
        }
        _ => None,
    }
}

impl Paint {
    pub(super) fn hex(self) -> String {
        format!("#{:06X}", self.0)
    }

    pub(super) fn rgb(self) -> (u8, u8, u8) {
        ((self.0 >> 16) as u8, (self.0 >> 8) as u8, self.0 as u8)
    }

    /// Whether a bar of this colour stands out too little from paper to go without a frame.
    pub(super) fn needs_frame(self) -> bool {
        let linear = |part: u8| (part as f64 / 255.0) * (part as f64 / 255.0);
        let (r, g, b) = self.rgb();
        let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        1.05 / (luminance + 0.05) < 3.0
    }
}

/// The class of a colour found in finished text: `c1` for `#0072B2`.
pub(super) fn role_of(hex: &str) -> Option<&'static str> {
    ROLES.iter().find(|(_, paper, _)| paper.hex() == hex).map(|(name, ..)| *name)
}

/// The rules that a chart in a file of its own carries for a dark screen, of the roles that it uses.
pub(super) fn dark_style(uses: impl Fn(&str) -> bool) -> String {
    let mut rules = String::new();
    for (name, _, dark) in ROLES.iter().filter(|(name, ..)| uses(name)) {
        let _ = write!(rules, ".f-{name}{{fill:#{dark:06X}}}.s-{name}{{stroke:#{dark:06X}}}");
    }
    format!("@media (prefers-color-scheme:dark){{{rules}}}")
}

/// The variables and rules for a page that holds charts in their embedded form: light and dark by the reader's wish or
/// by `data-theme` on the root, always light in print. `--c1` and the like may be used by the page itself.
pub fn themed_page_css() -> String {
    let (mut light, mut dark, mut rules) = (String::new(), String::new(), String::new());
    for (name, paper, night) in ROLES {
        let _ = write!(light, "--{name}:{};", paper.hex());
        let _ = write!(dark, "--{name}:#{night:06X};");
        let _ = write!(rules, ".f-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name})}}");
    }
    format!(
        ":root{{color-scheme:light dark;{light}}}\n\
         @media(prefers-color-scheme:dark){{:root{{{dark}}}}}\n\
         :root[data-theme=light]{{color-scheme:light;{light}}}\n\
         :root[data-theme=dark]{{color-scheme:dark;{dark}}}\n\
         {rules}\n\
         svg.chart{{display:block;width:100%;height:auto}}svg.chart .bg,svg.chart .src{{display:none}}\n\
         @media print{{:root,:root[data-theme]{{color-scheme:light;{light}}}\
         *{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}}}\n"
    )
}

//! Where the boxes of a diagram stand that runs from left to right: by layers, every arrow forward but those within a
//! circle, and a long arrow in a lane of its own through each layer that it passes (Sugiyama, Tagawa and Toda 1981).
//!
//! The members of a circle keep together: in each of its columns they form a block, all blocks of a circle at the same
//! height, so that a frame can be drawn round them.

use super::labels::settle;
use std::cmp::Ordering;
use std::collections::BTreeSet;

pub(super) const BOX: f64 = 104.0;
const LANE: f64 = 16.0;
const GAP: f64 = 30.0;
/// From a circle's frame to its members.
pub(super) const INSET: f64 = 40.0;

/// What is to be laid out: arrows between things, by number, and the members of each circle.
pub(super) struct Graph {
    pub(super) count: usize,
    pub(super) arrows: Vec<(usize, usize)>,
    pub(super) circles: Vec<Vec<usize>>,
    /// Whether a thing stands in the first of the two columns of its circle, if it has two.
    pub(super) leads: Vec<bool>,
}

/// Where it stands: heights are middles, from 0 down.
pub(super) struct Layout {
    pub(super) columns: usize,
    /// Column and height of each thing.
    pub(super) places: Vec<(usize, f64)>,
    /// For each arrow, the heights of its lanes in the columns between its ends.
    pub(super) lanes: Vec<Vec<f64>>,
    /// For each circle its first and last column, its top and its bottom.
    pub(super) frames: Vec<(usize, usize, f64, f64)>,
    pub(super) height: f64,
}

#[derive(Clone)]
struct Node {
    column: usize,
    size: f64,
    circle: Option<usize>,
    y: f64,
    before: Vec<usize>,
    after: Vec<usize>,
    /// Those in the same column that an arrow joins it with.
    beside: Vec<usize>,
}

pub(super) fn lay_out(graph: &Graph) -> Layout {
    let circle_of = circle_of(graph);
    let (columns_of, spans) = columns(graph, &circle_of);
    let mut nodes: Vec<Node> = (0..graph.count)
        .map(|thing| Node {
            column: columns_of[thing],
            size: BOX,
            circle: circle_of[thing],
            y: 0.0,
            before: Vec::new(),
            after: Vec::new(),
            beside: Vec::new(),
        })
        .collect();
    let chains = add_lanes(graph, &circle_of, &spans, &mut nodes);
    let columns = nodes.iter().map(|node| node.column + 1).max().unwrap_or(0);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (index, node) in nodes.iter().enumerate() {
        order[node.column].push(index);
    }
    sort(&mut order, &mut nodes);
    let blocks = settle_columns(&order, &mut nodes, &spans);
    let top = nodes
        .iter()
        .map(|node| node.y - node.size / 2.0)
        .chain(blocks.iter().map(|block| block.0))
        .fold(f64::INFINITY, f64::min);
    let bottom = nodes
        .iter()
        .map(|node| node.y + node.size / 2.0)
        .chain(blocks.iter().map(|block| block.1))
        .fold(f64::NEG_INFINITY, f64::max);
    let down = |y: f64| y - top;
    Layout {
        columns,
        places: nodes[..graph.count].iter().map(|node| (node.column, down(node.y))).collect(),
        lanes: chains.iter().map(|chain| chain.iter().map(|&lane| down(nodes[lane].y)).collect()).collect(),
        frames: spans
            .iter()
            .zip(&blocks)
            .map(|(&(first, last), &(top, bottom))| (first, last, down(top), down(bottom)))
            .collect(),
        height: (bottom - top).max(0.0),
    }
}

fn circle_of(graph: &Graph) -> Vec<Option<usize>> {
    let mut circle_of = vec![None; graph.count];
    for (circle, members) in graph.circles.iter().enumerate() {
        for &member in members {
            circle_of[member] = Some(circle);
        }
    }
    circle_of
}

/// The column of each thing, after all that it reads, and the first and last column of each circle.
fn columns(graph: &Graph, circle_of: &[Option<usize>]) -> (Vec<usize>, Vec<(usize, usize)>) {
    let wide = |circle: usize| {
        let members = &graph.circles[circle];
        members.iter().any(|&m| graph.leads[m]) && members.iter().any(|&m| !graph.leads[m])
    };
    let mut first = vec![0usize; graph.count];
    // The things with their circles taken as one have no cycle: each pass settles at least one more of them.
    for _ in 0..=graph.count {
        let mut moved = false;
        for &(from, to) in &graph.arrows {
            if circle_of[from].is_some() && circle_of[from] == circle_of[to] {
                continue;
            }
            let after = first[from] + 1 + usize::from(circle_of[from].is_some_and(wide));
            if first[to] < after {
                first[to] = after;
                moved = true;
            }
        }
        for members in &graph.circles {
            let latest = members.iter().map(|&member| first[member]).max().unwrap_or(0);
            for &member in members {
                moved |= first[member] != latest;
                first[member] = latest;
            }
        }
        if !moved {
            break;
        }
    }
    let spans = (0..graph.circles.len())
        .map(|circle| {
            let start = graph.circles[circle].first().map_or(0, |&member| first[member]);
            (start, start + usize::from(wide(circle)))
        })
        .collect();
    let columns = (0..graph.count)
        .map(|thing| first[thing] + usize::from(circle_of[thing].is_some_and(wide) && !graph.leads[thing]))
        .collect();
    (columns, spans)
}

/// Gives each arrow that passes columns a lane in them, and links neighbours; returns the lanes of each arrow.
fn add_lanes(
    graph: &Graph,
    circle_of: &[Option<usize>],
    spans: &[(usize, usize)],
    nodes: &mut Vec<Node>,
) -> Vec<Vec<usize>> {
    let mut chains = Vec::with_capacity(graph.arrows.len());
    for &(from, to) in &graph.arrows {
        let mut chain = Vec::new();
        let mut last = from;
        for column in nodes[from].column + 1..nodes[to].column {
            // A lane is inside a circle only where an end of its arrow is.
            let inside = [circle_of[from], circle_of[to]]
                .into_iter()
                .flatten()
                .find(|&circle| (spans[circle].0..=spans[circle].1).contains(&column));
            let lane = nodes.len();
            nodes.push(Node {
                column,
                size: LANE,
                circle: inside,
                y: 0.0,
                before: vec![last],
                after: Vec::new(),
                beside: Vec::new(),
            });
            nodes[last].after.push(lane);
            chain.push(lane);
            last = lane;
        }
        match nodes[from].column.cmp(&nodes[to].column) {
            Ordering::Less => {
                nodes[last].after.push(to);
                nodes[to].before.push(last);
            }
            Ordering::Greater => {
                nodes[to].after.push(from);
                nodes[from].before.push(to);
            }
            Ordering::Equal => nodes[from].beside.push(to),
        }
        chains.push(chain);
    }
    chains
}

/// Orders each column so that few arrows cross: by the mean place of the neighbours, forward and back in turn.
fn sort(order: &mut [Vec<usize>], nodes: &mut [Node]) {
    let spread = |column: &[usize], nodes: &mut [Node]| {
        for (place, &node) in column.iter().enumerate() {
            nodes[node].y = place as f64 - column.len() as f64 / 2.0;
        }
    };
    for column in order.iter() {
        spread(column, nodes);
    }
    for round in 0..16 {
        let forward = round % 2 == 0;
        for step in 0..order.len() {
            let place = if forward { step } else { order.len() - 1 - step };
            let key: Vec<(usize, f64)> =
                order[place].iter().map(|&node| (node, mean(&nodes[node], nodes, forward))).collect();
            let mut column: Vec<(usize, f64, Option<usize>, f64)> = Vec::new();
            for &(node, wish) in &key {
                let circle = nodes[node].circle;
                // The members of a circle go where their mean goes.
                let mates: Vec<f64> =
                    key.iter().filter(|(other, _)| nodes[*other].circle == circle).map(|(_, wish)| *wish).collect();
                let group = if circle.is_some() { mates.iter().sum::<f64>() / mates.len() as f64 } else { wish };
                column.push((node, group, circle, wish));
            }
            column.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.2.cmp(&b.2)).then(a.3.total_cmp(&b.3)));
            order[place] = column.into_iter().map(|(node, ..)| node).collect();
            bring_together(&mut order[place], nodes);
            spread(&order[place], nodes);
        }
    }
}

/// Swaps neighbours of one circle where that shortens the arrows within the column.
fn bring_together(column: &mut [usize], nodes: &[Node]) {
    let length = |column: &[usize]| -> usize {
        let place = |wanted: usize| column.iter().position(|&node| node == wanted).unwrap_or(0);
        let joined = column.iter().flat_map(|&node| nodes[node].beside.iter().map(move |&other| (node, other)));
        joined.map(|(a, b)| place(a).abs_diff(place(b))).sum()
    };
    for _ in 0..column.len() {
        let mut best = length(column);
        let before = best;
        for place in 1..column.len() {
            let (above, below) = (nodes[column[place - 1]].circle, nodes[column[place]].circle);
            if above.is_none() || above != below {
                continue;
            }
            column.swap(place - 1, place);
            let now = length(column);
            if now < best {
                best = now;
            } else {
                column.swap(place - 1, place);
            }
        }
        if best == before {
            break;
        }
    }
}

fn mean(node: &Node, nodes: &[Node], forward: bool) -> f64 {
    let (main, other) = if forward { (&node.before, &node.after) } else { (&node.after, &node.before) };
    let neighbours = if main.is_empty() { other } else { main };
    if neighbours.is_empty() {
        return node.y;
    }
    neighbours.iter().map(|&neighbour| nodes[neighbour].y).sum::<f64>() / neighbours.len() as f64
}

/// Heights for all, as near to those of their neighbours as order and distance let them; top and bottom of each circle.
fn settle_columns(order: &[Vec<usize>], nodes: &mut [Node], spans: &[(usize, usize)]) -> Vec<(f64, f64)> {
    for column in order {
        let mut y = 0.0;
        for &node in column {
            nodes[node].y = y + nodes[node].size / 2.0;
            y += nodes[node].size + GAP;
        }
    }
    let mut blocks = vec![(0.0, 0.0); spans.len()];
    for round in 0..12 {
        let forward = round % 2 == 0;
        for (circle, span) in spans.iter().enumerate() {
            blocks[circle] = block(circle, *span, order, nodes);
        }
        for step in 0..order.len() {
            let place = if forward { step } else { order.len() - 1 - step };
            settle_column(&order[place], nodes, &blocks, forward);
        }
    }
    blocks
}

/// Top and bottom of a circle: as high as its highest column, where its members' neighbours would have it.
fn block(circle: usize, (first, last): (usize, usize), order: &[Vec<usize>], nodes: &[Node]) -> (f64, f64) {
    let mut height: f64 = 0.0;
    let mut wishes = Vec::new();
    for column in &order[first..=last] {
        let members: Vec<usize> = column.iter().copied().filter(|&node| nodes[node].circle == Some(circle)).collect();
        let stack: f64 = members.iter().map(|&node| nodes[node].size + GAP).sum();
        height = height.max(stack - GAP);
        for member in members {
            let outside =
                nodes[member].before.iter().chain(&nodes[member].after).filter(|&&n| nodes[n].circle != Some(circle));
            wishes.extend(outside.map(|&neighbour| nodes[neighbour].y));
        }
    }
    let middle = if wishes.is_empty() { height / 2.0 } else { wishes.iter().sum::<f64>() / wishes.len() as f64 };
    // Room below the members for the frame's name.
    (middle - height / 2.0 - INSET, middle + height / 2.0 + INSET + 26.0)
}

fn settle_column(column: &[usize], nodes: &mut [Node], blocks: &[(f64, f64)], forward: bool) {
    let here: BTreeSet<usize> = column.iter().filter_map(|&node| nodes[node].circle).collect();
    let mut bounds: Vec<(f64, f64, usize)> =
        here.iter().map(|&circle| (blocks[circle].0, blocks[circle].1, circle)).collect();
    bounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    for &(top, bottom, circle) in &bounds {
        let members: Vec<usize> = column.iter().copied().filter(|&node| nodes[node].circle == Some(circle)).collect();
        settle_some(&members, nodes, top + INSET, bottom - INSET - 26.0, forward);
    }
    // What belongs to no circle stands above, between or below those of this column, in its order.
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); bounds.len() + 1];
    let mut group = 0;
    for &node in column {
        match nodes[node].circle {
            Some(circle) => group = bounds.iter().position(|bound| bound.2 == circle).map_or(group, |place| place + 1),
            None => groups[group].push(node),
        }
    }
    for (index, members) in groups.iter().enumerate() {
        let top = if index > 0 { bounds[index - 1].1 + GAP } else { f64::NEG_INFINITY };
        let bottom = bounds.get(index).map_or(f64::INFINITY, |bound| bound.0 - GAP);
        settle_some(members, nodes, top, bottom, forward);
    }
}

fn settle_some(members: &[usize], nodes: &mut [Node], top: f64, bottom: f64, forward: bool) {
    let wishes: Vec<f64> = members
        .iter()
        .map(|&member| {
            let node = &nodes[member];
            let all = node.before.iter().chain(&node.after);
            // Neighbours on both sides count; those that were just placed count more.
            let (mut sum, mut weight) = (0.0, 0.0);
            for neighbour in all {
                let near = (nodes[*neighbour].column < node.column) == forward;
                let counts = if near { 2.0 } else { 1.0 };
                sum += counts * nodes[*neighbour].y;
                weight += counts;
            }
            if weight > 0.0 { sum / weight } else { node.y }
        })
        .collect();
    let sizes: Vec<f64> = members.iter().map(|&member| nodes[member].size + GAP).collect();
    let places = settle(&wishes, &sizes, top - GAP / 2.0, bottom + GAP / 2.0);
    for (&member, place) in members.iter().zip(places) {
        nodes[member].y = place;
    }
}

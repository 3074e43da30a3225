//! Correlations between draws: from pairs to the factor that mixes independent normals, or the mend if they contradict
//! one another.
//!
//! Cholesky: Σ = L Lᵀ, row by row, so that the first member keeps its own draw. If a pair (i, j) is put last, Σ is
//! positive semidefinite just where the rest is and |ρ − c| ≤ w, with c = lᵢ·lⱼ and w² = (1 − lᵢ·lᵢ)(1 − lⱼ·lⱼ), l being
//! the rows of i and j over the others: the nearest valid value of a pair is known without search.

/// What rounding may leave of a pivot that should be 0.
const ZERO: f64 = 1e-10;
/// Beyond as many members single pairs are not looked through any more.
const MANY: usize = 128;

/// The lower triangle that turns independent standard normals into correlated ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    rows: Vec<Vec<f64>>,
}

/// How correlations that contradict one another could be mended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mend {
    /// The pair, as an index into those given, whose change would be smallest, and its nearest valid value.
    Pair { pair: usize, nearest: f64 },
    /// No single pair suffices: all of them times this would do.
    All { times: f64 },
}

impl Factor {
    /// Of `members` with the given correlations (two different members and their ρ from −1 to 1), 0 between all others.
    pub fn new(members: usize, pairs: &[(usize, usize, f64)]) -> Result<Self, Mend> {
        let matrix = matrix(members, pairs, 1.0);
        factorise(&matrix).map(|rows| Self { rows }).ok_or_else(|| mend(&matrix, pairs))
    }

    /// What of the independent draws 0 … i goes into member i: i + 1 numbers, whose squares sum to 1.
    #[must_use]
    pub fn row(&self, member: usize) -> &[f64] {
        &self.rows[member]
    }

    #[must_use]
    pub fn members(&self) -> usize {
        self.rows.len()
    }
}

fn matrix(members: usize, pairs: &[(usize, usize, f64)], times: f64) -> Vec<Vec<f64>> {
    let mut matrix = vec![vec![0.0; members]; members];
    for (member, row) in matrix.iter_mut().enumerate() {
        row[member] = 1.0;
    }
    for &(i, j, rho) in pairs {
        matrix[i][j] = rho * times;
        matrix[j][i] = rho * times;
    }
    matrix
}

/// The rows of the lower triangle; none where the matrix is not positive semidefinite.
fn factorise(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for (i, correlations) in matrix.iter().enumerate() {
        let (row, rest) = append(&rows, &correlations[..i])?;
        rows.push(row.into_iter().chain([rest.sqrt()]).collect());
    }
    Some(rows)
}

/// The row of one more member over those before it, and what is left of its variance.
fn append(rows: &[Vec<f64>], correlations: &[f64]) -> Option<(Vec<f64>, f64)> {
    let mut row: Vec<f64> = Vec::with_capacity(rows.len() + 1);
    for (above, &rho) in rows.iter().zip(correlations) {
        let residual = rho - dot(&row, above);
        let pivot = above[row.len()];
        if pivot > 0.0 {
            row.push(residual / pivot);
        } else if residual.abs() < ZERO.sqrt() {
            // This member is a mixture of those before it, and so is what it has to do with others.
            row.push(0.0);
        } else {
            return None;
        }
    }
    let rest = 1.0 - dot(&row, &row);
    if rest > ZERO { Some((row, rest)) } else { (rest > -ZERO).then_some((row, 0.0)) }
}

/// Over the shorter of the two.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn mend(matrix: &[Vec<f64>], pairs: &[(usize, usize, f64)]) -> Mend {
    let mut smallest: Option<(usize, f64, f64)> = None;
    for (pair, &(i, j, rho)) in pairs.iter().enumerate() {
        if matrix.len() > MANY {
            break;
        }
        let Some(nearest) = nearest_valid(matrix, i, j, rho) else { continue };
        let change = (nearest - rho).abs();
        if smallest.is_none_or(|(_, _, least)| change < least) {
            smallest = Some((pair, nearest, change));
        }
    }
    match smallest {
        Some((pair, nearest, _)) => Mend::Pair { pair, nearest },
        None => Mend::All { times: greatest_share(matrix.len(), pairs) },
    }
}

/// The value nearest to ρ that makes the matrix valid while all others stay, with four decimals where there is room.
fn nearest_valid(matrix: &[Vec<f64>], i: usize, j: usize, rho: f64) -> Option<f64> {
    let others: Vec<usize> = (0..matrix.len()).filter(|&member| member != i && member != j).collect();
    let over_others = |member: usize| others.iter().map(|&other| matrix[member][other]).collect::<Vec<f64>>();
    let rest: Vec<Vec<f64>> = others.iter().map(|&other| over_others(other)).collect();
    let rows = factorise(&rest)?;
    let (row_i, rest_i) = append(&rows, &over_others(i))?;
    let (row_j, rest_j) = append(&rows, &over_others(j))?;
    let (centre, width) = (dot(&row_i, &row_j), (rest_i * rest_j).sqrt());
    let (low, high) = ((centre - width).max(-1.0), (centre + width).min(1.0));
    let nearest = rho.clamp(low.min(high), high);
    let inward = if nearest < rho { (nearest * 1e4).floor() / 1e4 } else { (nearest * 1e4).ceil() / 1e4 };
    let rounded = (nearest * 1e4).round() / 1e4;
    // A rounded value that is as good as the exact one is easier to write.
    let pretty = if (rounded - nearest).abs() < 1e-9 { rounded } else { inward };
    Some(if (low - 1e-9..=high + 1e-9).contains(&pretty) { pretty } else { nearest })
}

/// The greatest factor, with three decimals, by which all correlations together become valid.
fn greatest_share(members: usize, pairs: &[(usize, usize, f64)]) -> f64 {
    let valid = |thousandths: u32| factorise(&matrix(members, pairs, f64::from(thousandths) / 1000.0)).is_some();
    let (mut low, mut high) = (0, 1000);
    while high - low > 1 {
        let middle = u32::midpoint(low, high);
        if valid(middle) { low = middle } else { high = middle }
    }
    f64::from(low) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rebuilt(factor: &Factor, i: usize, j: usize) -> f64 {
        dot(factor.row(i), factor.row(j))
    }

    #[test]
    fn the_factor_gives_the_correlations_back() {
        let pairs = [(0, 1, 0.6), (0, 2, -0.3), (1, 3, 0.5), (2, 3, 0.2)];
        let factor = Factor::new(4, &pairs).unwrap();
        assert_eq!(factor.row(0), [1.0]);
        for (i, j, rho) in pairs {
            assert!((rebuilt(&factor, i, j) - rho).abs() < 1e-15);
        }
        for member in 0..4 {
            assert!((rebuilt(&factor, member, member) - 1.0).abs() < 1e-15);
        }
        assert!(rebuilt(&factor, 0, 3).abs() < 1e-15);
    }

    #[test]
    fn complete_dependence_is_allowed() {
        let factor = Factor::new(3, &[(0, 1, 1.0), (0, 2, -1.0), (1, 2, -1.0)]).unwrap();
        assert_eq!([factor.row(1), factor.row(2)], [&[1.0, 0.0][..], &[-1.0, 0.0, 0.0]]);
        let factor = Factor::new(3, &[(0, 1, 1.0), (0, 2, 0.5), (1, 2, 0.5)]).unwrap();
        assert!((rebuilt(&factor, 1, 2) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn the_pair_whose_change_is_smallest_is_named() {
        // With 0.9 twice the third must be at least 0.9² − (1 − 0.9²) = 0.62.
        let pairs = [(0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.5)];
        assert_eq!(Factor::new(3, &pairs), Err(Mend::Pair { pair: 0, nearest: 0.8274 }));
        let Err(Mend::Pair { pair, nearest }) = Factor::new(3, &[(0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.6)]) else {
            panic!("0.6 should have been refused");
        };
        let mut mended = [(0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.6)];
        mended[pair].2 = nearest;
        assert!(Factor::new(3, &mended).is_ok());
        // A thing and its double cannot differ in what they have to do with a third, so they are no doubles.
        let pairs = [(0, 1, 1.0), (0, 2, 0.5), (1, 2, 0.3)];
        assert_eq!(Factor::new(3, &pairs), Err(Mend::Pair { pair: 0, nearest: 0.9761 }));
    }

    #[test]
    fn the_nearest_value_is_the_border_between_valid_and_not() {
        let pairs = [(0, 1, 0.8), (1, 2, 0.8), (2, 3, 0.7), (0, 2, 0.1), (0, 3, 0.3)];
        let Err(Mend::Pair { pair, nearest }) = Factor::new(4, &pairs) else { panic!("should have been refused") };
        let mut mended = pairs;
        mended[pair].2 = nearest;
        assert!(Factor::new(4, &mended).is_ok());
        mended[pair].2 = nearest + 2e-4 * (pairs[pair].2 - nearest).signum();
        assert!(Factor::new(4, &mended).is_err());
    }

    #[test]
    fn where_no_pair_suffices_all_shrink() {
        // Two contradictions that have no member in common.
        let pairs = [(0, 1, 0.9), (1, 2, 0.9), (0, 2, -0.9), (3, 4, -0.8), (4, 5, -0.8), (3, 5, -0.8)];
        let Err(Mend::All { times }) = Factor::new(6, &pairs) else { panic!("should have been refused") };
        let shrunk = |times: f64| pairs.map(|(i, j, rho)| (i, j, rho * times));
        assert!(Factor::new(6, &shrunk(times)).is_ok() && Factor::new(6, &shrunk(times + 0.001)).is_err());
        // Three that all oppose one another can do so by ½ at most: 0.9 × 0.555.
        assert_eq!(times, 0.555);
    }
}

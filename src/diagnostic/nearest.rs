//! Did you mean …?

/// The candidate that somebody most likely meant: the only one that differs in capital letters alone, else the nearest
/// within an edit distance of a third of the word, the earlier one where two are equally near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let lower = word.to_lowercase();
    let mut alike = candidates.iter().filter(|candidate| candidate.to_lowercase() == lower);
    if let (Some(only), None) = (alike.next(), alike.next()) {
        return Some(only);
    }
    let length = word.chars().count();
    if length > LONGEST_WORD {
        return None;
    }
    let most = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 4 * (length + most))
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= most && *distance < length)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Longer words were hardly misspelt.
const LONGEST_WORD: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_was_meant_is_found() {
        let check = |word: &str, candidates: &[&str], expected: Option<&str>| {
            assert_eq!(nearest(word, candidates.iter().copied()), expected, "{word}");
        };
        let keys = ["probability", "between", "branches", "rate", "on", "by"];
        check("probabilty", &keys, Some("probability"));
        check("Probability", &keys, Some("probability"));
        check("betwene", &keys, Some("between"));
        check("branch", &keys, Some("branches"));
        check("rat", &keys, Some("rate"));
        check("no", &keys, Some("on"));
        check("x", &keys, None);
        check("repeats", &keys, None);
        check("oill", &["oil", "oil2", "oils"], Some("oil"));
        check("OIL", &["Oil", "oil", "oiL"], None);
        check("", &keys, None);
    }
}

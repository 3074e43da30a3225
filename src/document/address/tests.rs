use super::*;
use crate::diagnostic::{Diagnostics, Sources};
use proptest::prelude::*;

fn address(text: &str) -> Result<Address, Diagnostic> {
    Address::read(&Text::straight(text, 0), SourceId(0))
}

#[test]
fn addresses_are_split_at_their_points() {
    let check = |text: &str, parts: &[&str], written: &str| {
        let address = address(text).unwrap();
        assert_eq!(address.names().collect::<Vec<_>>(), parts, "{text}");
        assert_eq!(address.to_string(), written);
    };
    check(
        "events.x.given.0.probability",
        &["events", "x", "given", "0", "probability"],
        "events.x.given.0.probability",
    );
    check(" a . \"b.c d\" .'e'", &["a", "b.c d", "e"], "a.\"b.c d\".e");
    check("a", &["a"], "a");
}

#[test]
fn what_is_no_address_is_refused_where_it_is_wrong() {
    let check = |text: &str, start: u32, message: &str| {
        let diagnostic = address(text).unwrap_err();
        assert_eq!((diagnostic.labels[0].span.start, diagnostic.message.as_str()), (start, message), "{text}");
    };
    check("", 0, "an address is missing");
    check("a..b", 1, "`a..b` has an empty part");
    check("a.", 1, "`a.` has an empty part");
    check("a.\"b", 2, "this quotation mark is never closed");
    check("'a'b", 3, "`b` cannot stand here");
}

#[test]
fn values_are_found_and_changed_without_changing_other_clones() {
    let mut sources = Sources::default();
    let id = sources.add("a.toml", "[events.x]\nprobability = 0.5\n[[events.x.given]]\nprobability = 0.25\n");
    let base = crate::document::toml::parse(&sources, id, &mut Diagnostics::default());
    let find = |table: &Table, text: &str| table.find(&address(text).unwrap()).map(Node::number);
    let one = || crate::document::toml::parse_value(&mut Sources::default(), "--set", "1");
    let mut variant = base.clone();
    for text in ["events.x.given.0.probability", "events.x.probability", "events.x.rate"] {
        variant.put(&address(text).unwrap(), one()).unwrap();
        assert_eq!(find(&variant, text), Ok(Some(1.0)));
    }
    assert_eq!(find(&base, "events.x.given.0.probability"), Ok(Some(0.25)));
    assert_eq!(find(&base, "events.x.probability"), Ok(Some(0.5)));
    assert_eq!(find(&base, "events.x.rate"), Err(2));
    assert_eq!(find(&base, "events.y.rate"), Err(1));
    assert_eq!(find(&base, "events.x.given.1"), Err(3));
    assert_eq!(find(&base, "events.x.given.00"), Err(3));
    assert_eq!(variant.put(&address("events.x.given.5").unwrap(), one()), Err(3));
    assert_eq!(variant.put(&address("paths.oil.start").unwrap(), one()), Err(0));
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[a0.'\" é]{0,12}") {
        if let Ok(address) = address(&text) {
            prop_assert!(!address.parts.is_empty());
        }
    }
}

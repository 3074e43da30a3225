use super::*;
use proptest::prelude::*;

fn read(text: &str) -> (String, Vec<String>) {
    let mut sources = Sources::default();
    let id = sources.add("test", text);
    let mut errors = Diagnostics::default();
    let table = parse(&sources, id, &mut errors);
    let messages = errors.sorted().into_iter().map(|d| {
        let mend = d.mend.as_ref().map(|mend| {
            let (before, after) = (&text[..mend.span.start as usize], &text[mend.span.end as usize..]);
            format!(" => {before}{}{after}", mend.replacement)
        });
        format!("[{}] {}{}", sources.text(d.labels[0].span), d.message, mend.unwrap_or_default())
    });
    (printed(&table), messages.collect())
}

fn printed(table: &Table) -> String {
    let entries: Vec<_> = table.iter().map(|(key, entry)| format!("{key}: {}", value(&entry.node))).collect();
    format!("{{{}}}", entries.join(", "))
}

fn value(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => format!("'{}'", text.content),
        Value::Number { value, integer: Some(_) } => format!("{value}i"),
        Value::Number { value, .. } => value.to_string(),
        Value::Boolean(value) => value.to_string(),
        Value::Date(days) => calendar::format_date(*days),
        Value::Array(nodes) => format!("[{}]", nodes.iter().map(value).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => printed(table),
        Value::Broken => "?".to_owned(),
    }
}

#[test]
fn mistakes_are_named_in_plain_words_and_spoil_no_more_than_they_must() {
    check("x = ", "{x: ?}", &["[x = ] a value is missing after `x =`"]);
    check("x = abc def", "{x: ?}", &["[abc def] `abc def` needs quotes => x = \"abc def\""]);
    check("x abc", "{x: ?}", &["[x abc] `=` is missing in `x abc`"]);
    check(
        "probability 0.5",
        "{probability: ?}",
        &["[probability 0.5] `=` is missing in `probability 0.5` => probability = 0.5"],
    );
    check("x: 3", "{x: ?}", &["[x: 3] between a name and its value stands `=`, not `:` => x = 3"]);
    check("on = 5 Feb 2026", "{on: ?}", &["[5 Feb 2026] `5 Feb 2026` is not the way in which a date is written"]);
    check("x == 3", "{x: ?}", &["[=] `=` stands here twice => x = 3"]);
    check("= 3", "{: ?}", &["[=] a name is missing here"]);
    check("[]", "{: {}}", &["[]] a name is missing here"]);
    check("[a.]", "{a: {: {}}}", &["[]] a name is missing here"]);
    check("ä = 1", "{ä: ?}", &["[ä] `ä` cannot be a name"]);
    check("x = \"abc\ny = 3", "{x: ?, y: 3i}", &["[\"abc] this quotation mark is never closed => x = \"abc\"\ny = 3"]);
    check(
        "x = 'abc # d\ny = 2",
        "{x: ?, y: 2i}",
        &["['abc # d] this quotation mark is never closed => x = 'abc # d'\ny = 2"],
    );
    check("x = \"\"\"\nabc\nd", "{x: ?, d: ?}", &["[\"\"\"] this text is never closed"]);
    check("x = \"a \"b\" c\"", "{x: ?}", &["[b\" c\"] the text ends before this, at the quotation mark"]);
    check("x = \"a\\qb\"", "{x: ?}", &["[\\] this backslash has no meaning => x = \"a\\\\qb\""]);
    check("x = “abc”", "{x: ?}", &["[“abc”] these are typographic quotation marks => x = \"abc\""]);
    check("x = 'a' b", "{x: ?}", &["[b] `b` stands behind the value, where nothing may"]);
    check("x = 0,65\ny = 2", "{x: ?, y: 2i}", &["[0,65] `0,65` has a comma => x = 0.65\ny = 2"]);
    check("x = 1,000", "{x: ?}", &["[1,000] `1,000` has a comma"]);
    check("x = { a = 0,7, b = 3 }", "{x: ?}", &["[0,7] `0,7` has a comma => x = { a = 0.7, b = 3 }"]);
    check("x = 5 USD", "{x: ?}", &["[5 USD] `5 USD` is more than a number => x = 5"]);
    check("x = $5", "{x: ?}", &["[$5] `$5` is more than a number => x = 5"]);
    check("x = 65%", "{x: ?}", &["[65%] `65%` needs quotes => x = \"65%\""]);
    check("x = 120 days", "{x: ?}", &["[120 days] `120 days` needs quotes => x = \"120 days\""]);
    check("x = normal(0, 1)", "{x: ?}", &["[normal(0, 1)] `normal(0, 1)` needs quotes => x = \"normal(0, 1)\""]);
    check(
        "x = { value = normal(0, 1), low = 3 }",
        "{x: ?}",
        &["[normal(0, 1)] `normal(0, 1)` needs quotes => x = { value = \"normal(0, 1)\", low = 3 }"],
    );
    check("x = 1.2.3", "{x: ?}", &["[1.2.3] `1.2.3` is no number"]);
    check("x = 05", "{x: ?}", &["[05] `05` is no number => x = 5"]);
    check("x = .5", "{x: ?}", &["[.5] `.5` is no number => x = 0.5"]);
    check("x = 5.", "{x: ?}", &["[5.] `5.` is no number => x = 5"]);
    check("x = -0.5e", "{x: ?}", &["[-0.5e] `-0.5e` is no number"]);
    check("x = 1_000_", "{x: ?}", &["[1_000_] `1_000_` is no number"]);
    check("x = 1e999", "{x: ?}", &["[1e999] `1e999` is too large a number"]);
    check("x = nan", "{x: ?}", &["[nan] `nan` is not a number at all"]);
    check("x = inf", "{x: ?}", &["[inf] `inf` is not a number that can be calculated with"]);
    check("x = True", "{x: ?}", &["[True] `True` is written `true` => x = true"]);
    check("x = yes", "{x: ?}", &["[yes] `yes` is written `true` => x = true"]);
    check("x = 2026-02-30", "{x: ?}", &["[2026-02-30] there is no day `2026-02-30`"]);
    check(
        "x = 2026-2-3",
        "{x: ?}",
        &["[2026-2-3] `2026-2-3` is not the way in which a date is written => x = 2026-02-03"],
    );
    check(
        "x = 05.02.2026",
        "{x: ?}",
        &["[05.02.2026] `05.02.2026` is not the way in which a date is written => x = 2026-02-05"],
    );
    check("x = 2026-02-05 12:00", "{x: ?}", &["[2026-02-05 12:00] a date has no hours => x = 2026-02-05"]);
    check("x = 2026-02-05T", "{x: ?}", &["[2026-02-05T] a date has no hours => x = 2026-02-05"]);
    check("x = 2026-02-05T12:00:00Z", "{x: ?}", &["[2026-02-05T12:00:00Z] a date has no hours => x = 2026-02-05"]);
    check("x = 10:30:00", "{x: ?}", &["[10:30:00] this is a time of day, and dates have none"]);
    check(
        "x = [2026-01-20 2026-02-28]",
        "{x: ?}",
        &["[2026-01-20 2026-02-28] a comma is missing between two values of a list => x = [2026-01-20, 2026-02-28]"],
    );
    check("x = [1 2]", "{x: ?}", &["[1 2] a comma is missing between two values of a list => x = [1, 2]"]);
    check("x = [1,,2]", "{x: ?}", &["[,] this comma is one too many => x = [1,2]"]);
    check("x = [a, 3]", "{x: ?}", &["[a] `a` needs quotes => x = [\"a\", 3]"]);
    check("x = { a = 1 b = 2 }", "{x: ?}", &["[1 b = 2] a comma is missing between two entries of `{ … }`"]);
    check("x = { 0.5, 0.3 }", "{x: ?}", &["[0] every entry of `{ … }` has a name and a value"]);
    check("x = { a = 1, a = 2 }", "{x: ?}", &["[a] `a` is stated twice"]);
    check("a = 1 b = 2", "{a: ?}", &["[1 b = 2] two entries stand on one line"]);
    check("[a] b = 1", "{a: {}}", &["[b = 1] behind the name of a table nothing may stand => [a] \nb = 1"]);
    check("[a]]\nb = 2", "{a: {b: 2i}}", &["[]] this `]` is one too many => [a]\nb = 2"]);
    check("[a\nb = 1", "{a: {b: 1i}}", &["[[] this `[` is never closed => [a]\nb = 1"]);
    check(
        "x = [1, 2\ny = 3\nz = 4",
        "{x: ?, y: 3i, z: 4i}",
        &["[[] this `[` is never closed => x = [1, 2]\ny = 3\nz = 4"],
    );
    check("x = { a = 1\ny = 2", "{x: ?, y: 2i}", &["[{] this `{` is never closed => x = { a = 1}\ny = 2"]);
    check(
        "[events.a]\nprobability = [1, 2 # so\n\n[events.b]\nrate = 1",
        "{events: {a: {probability: ?}, b: {rate: 1i}}}",
        &["[[] this `[` is never closed => [events.a]\nprobability = [1, 2] # so\n\n[events.b]\nrate = 1"],
    );
    check(
        "[a]\nx = { b = [1, 2\n[[c]]\nd = 2\n[[c]]",
        "{a: {x: ?}, c: [{d: 2i}, {}]}",
        &[
            "[{] this `{` is never closed => [a]\nx = { b = [1, 2}\n[[c]]\nd = 2\n[[c]]",
            "[[] this `[` is never closed => [a]\nx = { b = [1, 2]\n[[c]]\nd = 2\n[[c]]",
        ],
    );
    check("x = 5\nx = 6", "{x: 5i}", &["[x] `x` is stated twice"]);
    check("[a]\nb = 1\n[a]\nc = 1", "{a: {b: 1i, c: 1i}}", &["[a] `a` is stated twice"]);
    check("x = 'a'\nx.y = 1", "{x: 'a'}", &["[x] `x` is a value already and cannot have entries of its own"]);
    check("x = ]", "{x: ?}", &["[]] this cannot be read"]);
    check("x = \u{0}1", "{x: ?}", &["[\u{0}1] an invisible character stands here"]);
}

fn check(text: &str, tree: &str, messages: &[&str]) {
    let (table, found) = read(text);
    assert_eq!((table.as_str(), found), (tree, messages.iter().map(ToString::to_string).collect()), "{text}");
}

#[test]
fn what_is_right_is_read_in_its_order() {
    check("\u{feff}x = 1\r\ny = 2.5 # so\r\n", "{x: 1i, y: 2.5}", &[]);
    check("[[o]]\n[[o]]\na = 1\n[o.b]\nc = 2026-02-05", "{o: [{}, {a: 1i, b: {c: 2026-02-05}}]}", &[]);
    check("z.a.b = true\na = [1, 'x', { y = 2 }]", "{z: {a: {b: true}}, a: [1i, 'x', {y: 2i}]}", &[]);
    check("x = [\n1,\n2,\n]\ny = { a = 1,\n b = 2 }", "{x: [1i, 2i], y: {a: 1i, b: 2i}}", &[]);
    check("x = 99999999999999999999", "{x: 100000000000000000000}", &[]);
    check("x = 1_000", "{x: 1000i}", &[]);
}

#[test]
fn the_place_of_what_is_stated_twice_is_shown_both_times() {
    let check = |text: &str, first: usize| {
        let mut sources = Sources::default();
        let id = sources.add("test", text);
        let mut errors = Diagnostics::default();
        parse(&sources, id, &mut errors);
        assert_eq!(errors.sorted()[0].labels[1].span.start as usize, first, "{text}");
    };
    check("[a.b]\nx = 1\nx = 2", 6);
    check("[[a]]\nx = 1\n[[a]]\nx = 2\nx = 3", 18);
    check("[a.b]\n[c]\n[a.b]", 1);
    check("x = 1\nx = 2", 0);
}

#[test]
fn every_character_of_a_text_knows_its_place() {
    let check = |raw: &str, part: &str, place: &str| {
        let mut sources = Sources::default();
        let file = format!("x = {raw}");
        let id = sources.add("test", file.as_str());
        let table = parse(&sources, id, &mut Diagnostics::default());
        let text = table.get("x").unwrap().text().unwrap();
        let start = text.content.find(part).unwrap();
        assert_eq!(sources.text(text.span(id, start..start + part.len())), place, "{raw}");
        let sub = text.part(start..text.content.len());
        assert_eq!(sources.text(sub.span(id, 0..part.len())), place, "{raw}");
    };
    check("'oil < 50'", "50", "50");
    check("\"a\\tb \\u00e9 oil\"", "oil", "oil");
    check("\"a\\tb \\u00e9 oil\"", "é", "\\u00e9");
    check("\"\"\"\r\na and\r\n  oil\"\"\"", "oil", "oil");
    check("\"\"\"a and \\\n   oil\"\"\"", "oil", "oil");
    check("'''\n\\é oil'''", "oil", "oil");
    check("\"\"\"\"quoted\" oil\"\"\"", "oil", "oil");
}

#[test]
fn the_value_of_an_override_needs_no_quotes() {
    let check = |text: &str, expected: &str| {
        let mut sources = Sources::default();
        let node = parse_value(&mut sources, "--set", text);
        assert_eq!(value(&node), expected, "{text}");
        if let Some(text) = node.text() {
            assert_eq!(sources.text(text.span(node.span.source, 0..text.content.len())), text.content);
        }
    };
    check("0.65", "0.65");
    check(" 3 ", "3i");
    check("2026-02-05", "2026-02-05");
    check("false", "false");
    check("[1, 2]", "[1i, 2i]");
    check("{ value = 1 }", "{value: 1i}");
    check("'a b'", "'a b'");
    check(" normal(0, 1) ", "'normal(0, 1)'");
    check("120 days", "'120 days'");
    check("65%", "'65%'");
    check("0,65", "'0,65'");
    check("oil_volatility", "'oil_volatility'");
    check("nan", "'nan'");
    check("2026-02-05T12:00:00", "'2026-02-05T12:00:00'");
    check("", "''");
    check("{ a = ", "'{ a ='");
}

#[test]
fn what_is_nested_without_end_is_refused() {
    for text in [
        format!("x = {}", "[".repeat(100_000)),
        format!("x = {}", "{a=".repeat(100_000)),
        format!("[a{}]", ".a".repeat(100_000)),
        format!("a{} = 1", ".a".repeat(100_000)),
        format!("x = {{ a{} = 1 }}", " . a".repeat(10_000)),
        format!("x = {}1{}", "[".repeat(70), "]".repeat(70)),
    ] {
        assert!(!read(&text).1.is_empty(), "{}", &text[..40]);
    }
    assert_eq!(read("title = \"................................................\"").1.len(), 0);
}

#[test]
fn a_large_heap_of_rubbish_is_refused_in_no_time() {
    for line in ["\"\n", "x = [1, 2\n", "a b c\n", "\u{1}\u{2}PNG\u{0}", "[a\n", "x = 1\n", "]]}}"] {
        let (_, messages) = read(&line.repeat(20_000));
        assert!((1..=200).contains(&messages.len()), "{line}: {}", messages.len());
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(?s).{0,80}") {
        read(&text);
        parse_value(&mut Sources::default(), "--set", &text);
    }

    #[test]
    fn no_heap_of_pieces_makes_the_reader_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", "b", "=", " = ", ".", "[", "]", "[[", "]]", "{", "}", ",", "\n", "\r\n", "\"", "'", "\"\"\"", "'''",
                "\\", "\\u00e9", "#", "1", "0.5", "2026-02-05", "2026-02-30", "T", ":", "true", "nan", "“", "é", "%", "(",
                ")", "\u{feff}", "\0", " ", "_", "-", "e",
            ]),
            0..40,
        ),
    ) {
        read(&pieces.concat());
        parse_value(&mut Sources::default(), "--set", &pieces.concat());
    }
}

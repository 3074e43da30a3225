use super::*;
use proptest::prelude::*;

fn save(text: &str, set: &[(&str, &str)]) -> Result<String, String> {
    let set: Vec<_> = set.iter().map(|(address, value)| ((*address).to_owned(), (*value).to_owned())).collect();
    save_variant(text, "glut", "Oil \"glut\"", &set).map_err(|failure| match failure {
        Failure::Request { message, .. } => message,
        other => format!("{other:?}"),
    })
}

fn check(text: &str, set: &[(&str, &str)], expected: &str) {
    assert_eq!(save(text, set), Ok(expected.to_owned()), "{text}");
}

const TWO: [(&str, &str); 2] = [("paths.oil.start", "40"), ("events.e.within", "60 days")];
const THREE: [(&str, &str); 3] = [("a.b", "1.5"), ("c.d", "{ value = 2 }"), ("e.f", "normal(0, 1)")];

#[test]
fn a_new_variant_stands_at_the_end() {
    check(
        "x = 1 # one",
        &TWO,
        "x = 1 # one\n\n[variants.glut]\ntitle = \"Oil \\\"glut\\\"\"\nset = { \"paths.oil.start\" = 40, \"events.e.within\" = \"60 days\" }\n",
    );
    check(
        "[a]\r\nx = 1\r\n",
        &THREE,
        "[a]\r\nx = 1\r\n\r\n[variants.glut]\r\ntitle = \"Oil \\\"glut\\\"\"\r\n\r\n[variants.glut.set]\r\n\"a.b\" = 1.5\r\n\"c.d\" = { value = 2 }\r\n\"e.f\" = \"normal(0, 1)\"\r\n",
    );
    check(
        "",
        &[("a.b", "\"#fff\""), ("c.d", "1 # one")],
        "[variants.glut]\ntitle = \"Oil \\\"glut\\\"\"\nset = { \"a.b\" = \"#fff\", \"c.d\" = \"1 # one\" }\n",
    );
    check("", &[], "[variants.glut]\ntitle = \"Oil \\\"glut\\\"\"\nset = {}\n");
    check(
        "variants = { a = { set = {} } }",
        &[("b.c", "1")],
        "variants = { glut = { title = \"Oil \\\"glut\\\"\", set = { \"b.c\" = 1 } }, a = { set = {} } }",
    );
}

#[test]
fn what_else_stands_in_a_variant_stays() {
    check(
        "# top\n[variants.glut] # here\nnote = \"why\"\nset = { \"x.y\" = 1 } # and why\ntitle = 'old'\n\n# next\n[variants.other]\nset = {}\n",
        &[("b.c", "1")],
        "# top\n[variants.glut] # here\nnote = \"why\"\nset = { \"b.c\" = 1 } # and why\ntitle = \"Oil \\\"glut\\\"\"\n\n# next\n[variants.other]\nset = {}\n",
    );
    check(
        "[variants]\nglut = { note = 'n' }\n[z]\n",
        &[("b.c", "1")],
        "[variants]\nglut = { title = \"Oil \\\"glut\\\"\", set = { \"b.c\" = 1 }, note = 'n' }\n[z]\n",
    );
    check("[variants.glut]", &[("b.c", "1")], "[variants.glut]\ntitle = \"Oil \\\"glut\\\"\"\nset = { \"b.c\" = 1 }");
}

#[test]
fn entries_of_a_table_of_their_own_are_changed_line_by_line() {
    check(
        "[variants.glut.set]\n\"a.b\" = 1 # first\n# about c\n\"x.y\" = 2\n\n[z]\n",
        &THREE,
        "[variants.glut]\ntitle = \"Oil \\\"glut\\\"\"\n\n[variants.glut.set]\n\"a.b\" = 1.5 # first\n# about c\n\"c.d\" = { value = 2 }\n\"e.f\" = \"normal(0, 1)\"\n\n[z]\n",
    );
    check(
        "[variants.glut]\ntitle = ''\n[variants.glut.set]\n\"x.y\" = 2",
        &[("b.c", "1")],
        "[variants.glut]\ntitle = \"Oil \\\"glut\\\"\"\n[variants.glut.set]\n\n\"b.c\" = 1",
    );
}

#[test]
fn what_cannot_be_saved_is_refused() {
    let check = |text: &str, message: &str| assert_eq!(save(text, &TWO), Err(message.to_owned()), "{text}");
    check("x = ", "the file has mistakes");
    check("variants = 3", "the variant `glut` is written in a way that cannot be changed from here");
    check("variants.glut.set.a = 3", "the variant `glut` is written in a way that cannot be changed from here");
    assert!(save_variant("", "Oil glut", "", &[]).is_err());
}

proptest! {
    #[test]
    fn all_else_stays_as_it_is(
        before in prop::sample::select(vec!["", "x = 1\n", "\u{feff}# c\r\n[a]\r\nx = [\r\n1 ]\r\n", "[a]\nb = 'x' # no end"]),
        title in "(?s).{0,12}",
        set in prop::collection::vec(("[a-z.\"é]{1,6}", "(?s).{0,12}"), 0..4),
        again in prop::collection::vec(("[a-z.]{1,3}", "[0-9a-z ]{0,6}"), 0..4),
    ) {
        let saved = save_variant(before, "v", &title, &set).unwrap();
        prop_assert!(saved.starts_with(before));
        let changed = save_variant(&saved, "v", "again", &again).unwrap();
        prop_assert!(changed.starts_with(before));
        save_variant(&changed, "w", &title, &set).unwrap();
    }
}

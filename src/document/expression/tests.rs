use super::*;
use crate::diagnostic::Sources;
use proptest::prelude::*;

/// Reads a text as if it stood alone in a file, and prints its tree or what was wrong with it.
fn read(text: &str) -> Result<String, Vec<String>> {
    let mut sources = Sources::default();
    let id = sources.add("test", text);
    let mut errors = Diagnostics::default();
    let has_parameter = |function: &str, _: &str| function == "normal" || function == "truncate";
    let expression = parse_knowing(&Text::straight(text, 0), id, &has_parameter, &mut errors);
    match expression {
        Some(expression) if errors.is_empty() => Ok(printed(&expression)),
        _ => Err(errors
            .sorted()
            .iter()
            .map(|d| {
                let mend = d.mend.as_ref().map(|mend| {
                    let (before, after) = (&text[..mend.span.start as usize], &text[mend.span.end as usize..]);
                    format!(" => {before}{}{after}", mend.replacement)
                });
                format!("[{}] {}{}", sources.text(d.labels[0].span), d.message, mend.unwrap_or_default())
            })
            .collect()),
    }
}

fn printed(expression: &Expression) -> String {
    match &expression.kind {
        Kind::Number(value) => value.to_string(),
        Kind::Date(days) => crate::calendar::format_date(*days),
        Kind::Text(text) => format!("'{text}'"),
        Kind::Name(name) => name.clone(),
        Kind::Branch { event, branch } => format!("{event}.{branch}"),
        Kind::Call { name, arguments, .. } => {
            let arguments: Vec<_> = arguments
                .iter()
                .map(|argument| {
                    let name = argument.name.as_ref().map(|(name, _)| format!("{name}: ")).unwrap_or_default();
                    name + &printed(&argument.value)
                })
                .collect();
            format!("{name}[{}]", arguments.join(", "))
        }
        Kind::Negate(inner) => format!("(- {})", printed(inner)),
        Kind::Not(inner) => format!("(not {})", printed(inner)),
        Kind::Binary { operator, left, right } => format!("({} {operator:?} {})", printed(left), printed(right)),
        Kind::Compare { operands, operators } => {
            let mut line = printed(&operands[0]);
            for (operand, (operator, _)) in operands[1..].iter().zip(operators) {
                line = format!("{line} {operator:?} {}", printed(operand));
            }
            format!("({line})")
        }
        Kind::Range { low, high } => format!("({} to {})", printed(low), printed(high)),
        Kind::If { condition, then, otherwise } => {
            format!("(if {} then {} else {})", printed(condition), printed(then), printed(otherwise))
        }
    }
}

#[test]
fn operators_bind_as_the_grammar_says() {
    let check = |text: &str, tree: &str| assert_eq!(read(text), Ok(tree.to_owned()), "{text}");
    check("1 + 2 * 3 ^ 2", "(1 Add (2 Multiply (3 Power 2)))");
    check("-2 ^ 2", "(- (2 Power 2))");
    check("2 ^ -3 ^ 2", "(2 Power (- (3 Power 2)))");
    check("2 ^ 3 ^ 2", "(2 Power (3 Power 2))");
    check("8 / 4 / 2 - 1 - 1", "((((8 Divide 4) Divide 2) Subtract 1) Subtract 1)");
    check("a or b and not c < 3", "(a Or (b And (not (c Less 3))))");
    check("not not a", "(not (not a))");
    check("40 < oil <= 60", "(40 Less oil AtMost 60)");
    check("1 to 2 + 3", "(1 to (2 Add 3))");
    check("1 to 2 < 3", "((1 to 2) Less 3)");
    check("if a or b then 1 else if c then 2 else 3 + 4", "(if (a Or b) then 1 else (if c then 2 else (3 Add 4)))");
    check("(if a then 1 else 2) * 3", "((if a then 1 else 2) Multiply 3)");
    check("a - -b", "(a Subtract (- b))");
    check("a or b or c", "((a Or b) Or c)");
}

#[test]
fn atoms_are_what_they_look_like() {
    let check = |text: &str, tree: &str| assert_eq!(read(text), Ok(tree.to_owned()), "{text}");
    check("1_000.5e-1", "100.05");
    check("65%", "0.65");
    check("0.1 %", "0.001");
    check("2e1%", "0.2");
    check("2026-02-05", "2026-02-05");
    check("2026-02-05 - 3", "(2026-02-05 Subtract 3)");
    check("2026 - 1 - 2", "((2026 Subtract 1) Subtract 2)");
    check("10-5-2", "((10 Subtract 5) Subtract 2)");
    check("new_start.lapses", "new_start.lapses");
    check("normal(0, sd = 1)", "normal[0, sd: 1]");
    check("truncate(a to b, low = 0)", "truncate[(a to b), low: 0]");
    check("ever(oil = 3 and gas = 2)", "ever[((oil Equal 3) And (gas Equal 2))]");
    check("data('prices.csv', \"Brent\")", "data['prices.csv', 'Brent']");
    check("today()", "today[]");
    check("iffy + android", "(iffy Add android)");
    check("a\n  and\u{a0}b", "(a And b)");
}

#[test]
fn mistakes_are_named_where_they_are() {
    let check = |text: &str, expected: &[&str]| {
        let found = read(text).expect_err(text);
        assert_eq!(found, expected, "{text}");
    };
    check("", &["[] an expression is missing: there is nothing in this text"]);
    check("  ", &["[  ] an expression is missing: there is nothing in this text"]);
    check("oil<50 and", &["[and] something is missing after `and`"]);
    check("* 3", &["[*] something is missing before `*`"]);
    check("x = = 3", &["[=] `=` stands here twice => x = 3"]);
    check("x < = 3", &["[=] `<=` is written without a blank => x <= 3"]);
    check("(a + b", &["[(] this `(` is never closed => (a + b)"]);
    check("a + b)", &["[)] this `)` closes nothing"]);
    check("normal(0, 1", &["[(] this `(` is never closed => normal(0, 1)"]);
    check("a == b", &["[==] `==` is no word of the language => a = b"]);
    check("a == true", &["[a == true] `a` is yes or no by itself and needs no comparison => a"]);
    check("x.y != True", &["[x.y != True] `x.y` is yes or no by itself and needs no comparison => not x.y"]);
    check(
        "a && b || !c",
        &[
            "[&&] `&&` is no word of the language => a and b || !c",
            "[||] `||` is no word of the language => a && b or !c",
            "[!] `!` is no word of the language => a && b || not c",
        ],
    );
    check("a&&b", &["[&&] `&&` is no word of the language => a and b"]);
    check("a AND b", &["[AND] `AND` is no word of the language => a and b"]);
    check("oil ≤ 50", &["[≤] `≤` is no word of the language => oil <= 50"]);
    check("2 ** 3", &["[**] `**` is no word of the language => 2 ^ 3"]);
    check("7 % 3", &["[7 %] `7%` is a share, and a value follows it"]);
    check("oil %", &["[%] `%` stands only right behind a number"]);
    check("12abc", &["[12abc] `12abc` is neither a number nor a name"]);
    check("1.2.3", &["[1.2.3] `1.2.3` is no number"]);
    check("5.", &["[5.] digits are missing after the point => 5"]);
    check(".5", &["[.] a number begins with a digit => 0.5"]);
    check("0,65", &["[,] `,` separates only the arguments of a function => 0.65"]);
    check(
        "today < 2026-1-2",
        &["[2026-1-2] `2026-1-2` is not the way in which a date is written => today < 2026-01-02"],
    );
    check("2.1.2026", &["[2.1.2026] `2.1.2026` is not the way in which a date is written => 2026-01-02"]);
    check("2026/02/05", &["[2026/02/05] `2026/02/05` is not the way in which a date is written"]);
    check("2026-02-30", &["[2026-02-30] there is no day `2026-02-30`"]);
    check("2026-02-05T12:00", &["[2026-02-05T12] a date has no hours => 2026-02-05:00"]);
    check("1e999", &["[1e999] `1e999` is too large a number"]);
    check("if a", &["[if] this `if` has no `then`"]);
    check("if a then b", &["[if] this `if` has no `else`"]);
    check("if(a, 1, 2)", &["[,] `,` separates only the arguments of a function"]);
    check("a then b", &["[then] `then` without an `if` before it"]);
    check("1 + if a then 2 else 3", &["[if] `if` cannot stand here without parentheses"]);
    check("a = not b", &["[not] `not` cannot stand here without parentheses"]);
    check("a to b to c", &["[to] `to` stands between two numbers, and here are three"]);
    check(
        "envoy_visit probability",
        &["[envoy_visit probability] `envoy_visit` and `probability` stand side by side with nothing between them"],
    );
    check("2(a + b)", &["[2(] `2` and `(` stand side by side with nothing between them"]);
    check(
        "days_since(e) > 12 weeks",
        &["[12 weeks] a length of time in `weeks` has no meaning in an expression => days_since(e) > 12 * 7"],
    );
    check("normal(sd = 1, 0)", &["[0] an argument without a name follows one with a name"]);
    check("normal(0, 1,)", &["[,] an argument is missing after this comma => normal(0, 1)"]);
    check("normal(, 1)", &["[,] something is missing between `(` and `,`"]);
    check("'oil' > 3", &["['oil'] a text in quotes has a meaning only in `data(…)` => oil > 3"]);
    check("max('oil', 3)", &["['oil'] a text in quotes has a meaning only in `data(…)` => max(oil, 3)"]);
    check("“oil” > 3", &["[“] `“` is a typographic quotation mark, which has no meaning here"]);
    check("'oil", &["['oil] this quotation mark is never closed"]);
    check("Envoy_visit", &["[Envoy_visit] `Envoy_visit` cannot be a name => envoy_visit"]);
    check("ölpreis", &["[ölpreis] `ölpreis` cannot be a name"]);
    check("_a", &["[_a] `_a` cannot be a name => a"]);
    check("a.", &["[a.] the name of a branch is missing after `a.`"]);
    check("a.b.c", &["[a.b] nothing stands below `a.b`"]);
    check("a $ b", &["[$] `$` has no meaning in an expression => a  b"]);
    check("[a]", &["[[] `[` has no meaning in an expression"]);
    check("and(a, b)", &["[and] `and` stands between two conditions"]);
    check("()", &["[)] these parentheses are empty"]);
    check("true", &["[true] `true` is no word of the language"]);
}

#[test]
fn what_is_too_deep_or_too_long_is_refused() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(read(&nested(64)).is_ok());
    let too_deep = ["[(] this expression is nested more than 64 deep"];
    assert_eq!(read(&nested(65)).unwrap_err(), too_deep);
    for text in ["not ".repeat(900) + "a", "- ".repeat(900) + "a", "2^".repeat(900) + "2", "f(".repeat(900)] {
        assert_eq!(read(&text).unwrap_err().len(), 1, "{text}");
    }
    assert!(read(&"1".repeat(4096)).unwrap_err()[0].contains("too large"));
    assert!(read(&"1".repeat(4097)).unwrap_err()[0].contains("4096"));
}

#[test]
fn long_chains_are_no_nesting() {
    for operator in ["+", "*", "-", "<"] {
        assert!(read(&format!("1{}", format!("{operator}1").repeat(2047))).is_ok(), "{operator}");
    }
    let chain = read(&format!("a{}", " or a".repeat(800))).unwrap();
    let mut depth = 0;
    let deepest = chain.chars().fold(0, |deepest: i32, c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        deepest.max(depth)
    });
    assert_eq!(deepest, 10);
}

#[test]
fn parts_are_visited_from_left_to_right() {
    let mut sources = Sources::default();
    let text = "if a then f(b, c.x) else not (d + e < -g)";
    let id = sources.add("test", text);
    let expression = parse(&Text::straight(text, 0), id, &mut Diagnostics::default()).unwrap();
    let mut names = Vec::new();
    expression.visit(&mut |part| {
        if let Kind::Name(_) | Kind::Branch { .. } = part.kind {
            names.push(sources.text(part.span));
        }
    });
    assert_eq!(names, ["a", "b", "c.x", "d", "e", "g"]);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,80}") {
        let _ = read(&text);
    }

    #[test]
    fn no_heap_of_words_makes_the_reader_panic(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "if", "then", "else", "and", "or", "not", "to", "<", "=", "==", "!=", "+", "-", "*", "/", "^", "%", "(",
                ")", ",", ".", "1", "2.5", "2026-02-05", "oil", "true", "normal", "data", "'x'", "'", "“", "≤", "É", "#",
                "days", " ", "",
            ]),
            0..24,
        ),
        glue in prop::sample::select(vec!["", " "]),
    ) {
        let _ = read(&words.join(glue));
    }
}

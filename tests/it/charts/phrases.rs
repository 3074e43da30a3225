//! Numbers and phrases for people.

use forkcast::chart::words;

#[test]
fn shares_are_said_as_so_many_of_a_hundred_or_a_thousand() {
    let said = |share: f64| words::frequency(share, 100_000).to_string();
    let expected = [
        (0.0, "never"),
        (0.0004, "under 1 in 1,000"),
        (0.004, "4 in 1,000"),
        (0.0097, "1 in 100"),
        (0.246, "25 in 100"),
        (0.984, "98 in 100"),
        (0.996, "996 in 1,000"),
        (0.9996, "over 999 in 1,000"),
        (1.0, "always"),
    ];
    for (share, words) in expected {
        assert_eq!(said(share), words, "of {share}");
    }
    assert_eq!(words::frequency(0.0, 100_000).unit, "in 100,000 futures");
}

#[test]
fn an_interval_is_in_the_unit_of_its_figure() {
    let half = |share: f64, low: f64, high: f64| words::frequency(share, 4096).plus_minus(low, high);
    assert_eq!(half(0.246, 0.2433, 0.2487).as_deref(), Some("± 0.3"));
    assert_eq!(half(0.004, 0.002, 0.006).as_deref(), Some("± 2"));
    assert_eq!(half(0.31, 0.27, 0.35).as_deref(), Some("± 4"));
    assert_eq!(half(0.5, 0.4999, 0.5001).as_deref(), Some("± under 0.1"));
    assert_eq!(half(1.0, 0.999, 1.0), None);
}

#[test]
fn changes_are_said_only_where_there_are_any() {
    assert_eq!(words::change(0.287, 0.246, None), "4 more");
    assert_eq!(words::change(0.2, 0.212, None), "1 fewer");
    assert_eq!(words::change(0.2, 0.204, None), "hardly changes");
    assert_eq!(words::change(0.22, 0.2, Some(0.03)), "no clear change");
    assert_eq!(
        (words::signed(0.021), words::signed(-0.039), words::signed(0.0001)),
        ("+2.1".into(), "−3.9".into(), "0.0".into())
    );
}

#[test]
fn numbers_have_three_digits_and_a_true_minus() {
    let expected = [
        (63.0, "63"),
        (0.46, "0.46"),
        (1.2e9, "1.2 billion"),
        (-78.75, "−78.8"),
        (12_345.6, "12,346"),
        (-3.1234, "−3.12"),
        (999.9, "1,000"),
        (0.00012, "0.00012"),
        (1e-9, "1.00e−9"),
        (1e30, "1.00e30"),
        (0.0, "0"),
        (-0.000_000_000_000_01, "0"),
        (f64::INFINITY, "∞"),
    ];
    for (number, words) in expected {
        assert_eq!(words::number(number), words, "of {number}");
    }
    let prices = words::Numbers::between(37.2, 98.4, "USD/bbl");
    assert_eq!((prices.show(37.2), prices.with_unit(98.4)), ("37".to_owned(), "98 USD/bbl".to_owned()));
    let budgets = words::Numbers::between(1.21e9, 2.4e9, "USD");
    assert_eq!(budgets.with_unit(1.21e9), "1.21 billion USD");
}

#[test]
fn shares_in_tables_are_percents() {
    let expected =
        [(0.0, "never"), (0.0004, "under 0.1 %"), (0.246, "24.6 %"), (0.9996, "over 99.9 %"), (1.0, "always")];
    for (share, words) in expected {
        assert_eq!(words::percent(share), words, "of {share}");
    }
    assert_eq!(words::percent_interval(0.243, 0.248), "24.3 – 24.8 %");
    assert_eq!(words::percent_interval(0.99996, 1.0), "99.996 – 100.000 %");
    assert_eq!(
        (words::share(0.246), words::figure(0.246), words::figure(0.004)),
        ("25 in 100".into(), "25".into(), "4 in 1,000".into())
    );
    assert_eq!(
        (words::count(100_000), words::about(0.0912), words::about(0.202)),
        ("100,000".into(), "0.091".into(), "0.2".into())
    );
}

#[test]
fn dates_are_short() {
    assert_eq!(words::date("2026-02-05", false), "5 Feb");
    assert_eq!(words::date("2026-02-05", true), "5 Feb 2026");
    assert_eq!(words::date("soon", true), "soon");
}

//! `[variants.V]` and `[workshop]`.

use super::{Reading, table};
use crate::document::Table;
use crate::model::types::Variant;

pub fn read(file: &Table, reading: &mut Reading) -> Vec<Variant> {
    let mut all = Vec::new();
    for (name, span, node) in table::named(file, "variants", reading) {
        table::check_name(name, span, "a variant", reading);
        let Some(inner) = table::as_table(node, &format!("variants.{name}"), reading) else { continue };
        table::check_keys(inner, &["title", "note", "source", "set"], "a variant", reading);
        match inner.get("set") {
            None => reading.error(
                span,
                format!("the variant `{name}` changes nothing"),
                "give `set = { \"events.visit.probability\" = 1.0 }`",
            ),
            Some(node) => {
                table::as_table(node, "set", reading);
            }
        }
        all.push(Variant {
            name: name.to_owned(),
            title: table::title(inner, name, reading),
            note: table::text(inner, "note", reading),
        });
    }
    all
}

pub fn sliders(file: &Table, reading: &mut Reading) -> Vec<String> {
    let Some(section) = table::table(file, "workshop", reading) else { return Vec::new() };
    table::check_keys(section, &["sliders"], "[workshop]", reading);
    let Some(node) = section.get("sliders") else { return Vec::new() };
    let Some(list) = node.array() else {
        if !node.is_broken() {
            reading.error(
                node.span,
                "`sliders` is a list of addresses",
                "for instance `sliders = [\"events.visit.probability\"]`",
            );
        }
        return Vec::new();
    };
    let mut all = Vec::new();
    for node in list {
        let Some(text) = node.text() else {
            if !node.is_broken() {
                reading.error(
                    node.span,
                    format!("an address is needed here, and this is {}", node.kind()),
                    "write it in quotes",
                );
            }
            continue;
        };
        let known: Vec<&str> = reading.listed.iter().map(|l| l.address.as_str()).collect();
        if known.contains(&text.content.as_str()) {
            all.push(text.content.clone());
            continue;
        }
        let mut help = "an address is the path to a number in the file: `events.NAME.probability`".to_owned();
        if let Some(near) = crate::diagnostic::nearest(&text.content, known.iter().copied()) {
            help = format!("did you mean `{near}`?");
        }
        reading.error(node.span, format!("there is no assumption at `{}`", text.content), help);
    }
    all
}

//! `[quantities]`: numbers drawn once per future, and formulas of others.

use super::assumption::{self, Place, Sort};
use super::{Reading, table};
use crate::document::Table;
use crate::model::names::{Name, Names};
use crate::model::types::{Quantity, Type};

pub fn read(file: &Table, names: &Names, reading: &mut Reading) -> Vec<Quantity> {
    let mut quantities = Vec::new();
    for (name, _, node) in table::named(file, "quantities", reading) {
        let words = assumption::words(node, name, reading);
        let address = format!("quantities.{name}");
        let place = Place { address: &address, title: words.title.clone(), sort: Sort::Quantity, unit: &words.unit };
        let value = assumption::read(node, &place, names, reading);
        let kind = match names.find(name) {
            Some(Name::Quantity(index)) => names.quantity_kinds[index],
            _ => Type::Number,
        };
        if let Some(value) = value {
            quantities.push(Quantity { name: name.to_owned(), words, value, kind });
        }
    }
    quantities
}

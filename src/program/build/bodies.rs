//! Bodies: what is done for some futures only, piece by piece or occurrence by occurrence.

use super::super::{ALWAYS, Instruction, Op, Operand, Pieces, Range, Slot};
use super::{Builder, Place, Value};

/// An open body.
pub enum Scope {
    Always,
    IfAny(Slot),
    /// What a `Pieces` does where nothing is cut.
    Whole,
    Pieces {
        low: Slot,
        high: Slot,
        from: Value,
        to: Value,
        causes: Vec<Slot>,
        whole: Vec<Instruction>,
    },
    Times {
        count: Slot,
        index: Slot,
    },
}

impl Builder {
    /// Opens a body that runs only where the mask holds in some future of the block. None if it never can.
    pub fn open_if_any(&mut self, mask: Value) -> Option<Scope> {
        let scope = match mask {
            Operand::Constant(0.0) => return None,
            Operand::Constant(_) => return Some(Scope::Always),
            Operand::Slot(mask) => Scope::IfAny(mask),
            Operand::Table(_) => Scope::IfAny(self.slot_of(mask)),
        };
        self.open();
        Some(scope)
    }

    /// The column of a value; one of its own for a number that is no column.
    fn slot_of(&mut self, value: Value) -> Slot {
        if let Operand::Slot(slot) = value {
            return slot;
        }
        let slot = self.state_within(Operand::Constant(0.0), self.range(value));
        self.assign(slot, value);
        slot
    }

    /// Opens the body for the case that nothing is cut; it is closed by `open_pieces`.
    pub fn open_whole(&mut self) -> Scope {
        self.open();
        Scope::Whole
    }

    /// Opens a body that runs for each piece into which the dates of `causes` cut `from..to`; gives the piece's bounds.
    pub fn open_pieces(&mut self, whole: Scope, from: Value, to: Value, causes: Vec<Slot>) -> (Scope, Value, Value) {
        debug_assert!(matches!(whole, Scope::Whole), "pieces follow the whole");
        let whole = self.close_body();
        let range = self.range(from).union(self.range(to));
        let (low, high) = (self.new_slot(range, false), self.new_slot(range, false));
        self.open();
        (Scope::Pieces { low, high, from, to, causes, whole }, Operand::Slot(low), Operand::Slot(high))
    }

    /// Opens a body that runs for each occurrence of a step; gives a mask of the futures that have so many.
    pub fn open_times(&mut self, count: Value) -> (Scope, Value) {
        let count = self.slot_of(count);
        let index = self.new_slot(Range::new(0.0, 1e9), false);
        self.open();
        let has = self.less(Operand::Slot(index), Operand::Slot(count));
        (Scope::Times { count, index }, has)
    }

    fn open(&mut self) {
        debug_assert_eq!(self.place, Place::Update, "bodies are part of the update");
        self.scopes.push(Vec::new());
    }

    /// Closes the body that was opened last.
    pub fn close(&mut self, scope: Scope) {
        if matches!(scope, Scope::Always) {
            return;
        }
        let body = self.close_body();
        let op = match scope {
            Scope::Always | Scope::Whole => return,
            Scope::IfAny(mask) => Op::IfAny { mask, after: ALWAYS, body: Box::new(body.into()) },
            Scope::Pieces { low, high, from, to, causes, whole } => {
                let (causes, body) = (causes.into(), body.into());
                Op::Pieces(Box::new(Pieces { low, high, from, to, causes, whole, body, checked: true }))
            }
            Scope::Times { count, index } => Op::Times { count, index, body },
        };
        self.push_to(Place::Update, op);
    }

    fn close_body(&mut self) -> Vec<Instruction> {
        let depth = self.scopes.len();
        self.known.retain(|_, known| known.depth < depth);
        self.scopes.pop().expect("opened before")
    }
}

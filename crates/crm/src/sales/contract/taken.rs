//! How much of a whole is taken: what came in of a contract, what was invoiced of it, what a part of its plan
//! got.

use guanxi_gate::Record;
use rust_decimal::Decimal;

/// A whole and what is taken of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    whole: Decimal,
    taken: Decimal,
}

impl Taken {
    /// By two fields of a record.
    pub(crate) fn by(record: &Record, whole: &str, taken: &str) -> Taken {
        Taken {
            whole: record.decimal(whole).unwrap_or_default(),
            taken: record.decimal(taken).unwrap_or_default(),
        }
    }

    /// What is left; below zero when more was taken than there is.
    pub(crate) fn rest(&self) -> Decimal {
        self.whole - self.taken
    }

    /// Takes an amount, unless it is more than what is left.
    pub(crate) fn take(&mut self, amount: Decimal) -> bool {
        let fits = amount <= self.rest();
        if fits {
            self.taken += amount;
        }
        fits
    }

    /// Gives an amount back.
    pub(crate) fn give_back(&mut self, amount: Decimal) {
        self.taken -= amount;
    }
}

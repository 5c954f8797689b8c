//! What every part of the story shares: the calendar, the people, the customers so far, and the script.

use super::{
    DemoOptions,
    contracts::Sold,
    days::Days,
    dice::Dice,
    knowledge::Written,
    script::{Key, Script},
    texts::TEXTS,
};
use guanxi_gate::Gate;
use guanxi_model::RecordId;
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

pub(super) struct World<'a> {
    pub gate: &'a Gate,
    pub options: &'a DemoOptions,
    pub days: Days,
    pub script: Script,
    /// Everybody, from the top.
    pub people: Vec<Colleague>,
    pub customers: Vec<Customer>,
    pub products: Vec<Key>,
    /// Order lines whose goods may come back.
    pub sold: Vec<Sold>,
    pub articles: Vec<Written>,
    names: BTreeSet<String>,
    phones: BTreeSet<String>,
}

/// Somebody who works for us.
pub(super) struct Colleague {
    pub id: RecordId,
    /// Where they stand in the list, which spreads their habits.
    pub number: usize,
    pub login: String,
    pub role: String,
    pub department: String,
}

/// A customer of the story.
pub(super) struct Customer {
    pub key: Key,
    pub name: String,
    pub person: bool,
    /// Whose customer it is, as a place in the list of people.
    pub owner: usize,
    pub joined: Timestamp,
    pub region: String,
    pub address: String,
    pub contacts: Vec<Contact>,
    pub pace: Pace,
    pub fate: Fate,
}

/// Somebody at a customer.
pub(super) struct Contact {
    /// The record; a customer who is a person has none.
    pub key: Option<Key>,
    /// How one speaks of them.
    pub call: String,
}

/// How often a customer orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    Heavy,
    Steady,
    Light,
    Never,
}

/// What becomes of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    /// Falls silent after a last order.
    Leaves {
        last: Date,
        then: Outcome,
    },
}

/// Where a warning stands in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Open,
    Deferred,
    Lost,
    Recovered,
}

impl<'a> World<'a> {
    pub(super) fn new(gate: &'a Gate, options: &'a DemoOptions) -> Self {
        World {
            gate,
            options,
            days: Days::new(gate.clock().now(), guanxi_gate::zone()),
            script: Script::default(),
            people: Vec::new(),
            customers: Vec::new(),
            products: Vec::new(),
            sold: Vec::new(),
            articles: Vec::new(),
            names: BTreeSet::new(),
            phones: BTreeSet::new(),
        }
    }

    /// Dice for one part of the story.
    pub(super) fn dice(&self, part: &str) -> Dice {
        Dice::new(self.options.seed, part)
    }

    /// Who has a log-in.
    pub(super) fn colleague(&self, login: &str) -> &Colleague {
        self.people.iter().find(|person| person.login == login).unwrap_or(&self.people[0])
    }

    /// Places of the account managers of a sales department.
    pub(super) fn team(&self, department: &str) -> Vec<usize> {
        self.places(|person| person.department == department && person.role == "account_manager")
    }

    /// Places of everybody of whom something holds.
    pub(super) fn places(&self, holds: impl Fn(&Colleague) -> bool) -> Vec<usize> {
        (0..self.people.len()).filter(|place| holds(&self.people[*place])).collect()
    }

    /// The sales manager of somebody's department.
    pub(super) fn head_of(&self, person: usize) -> &Colleague {
        let department = &self.people[person].department;
        let head = self.people.iter().find(|p| p.department == *department && p.role == "sales_manager");
        head.unwrap_or_else(|| self.colleague("manager"))
    }

    /// A name nobody in the story has yet.
    pub(super) fn new_name(&mut self, mut make: impl FnMut() -> String) -> String {
        for _ in 0..200 {
            let name = make();
            if self.names.insert(name.clone()) {
                return name;
            }
        }
        // Larger demonstrations run out of invented names; these get a number.
        let name = format!("{} {}", make(), self.names.len());
        self.names.insert(name.clone());
        name
    }

    /// A mobile number nobody in the story has yet.
    pub(super) fn mobile(&mut self, dice: &mut Dice) -> String {
        const HEADS: [&str; 12] =
            ["138", "139", "135", "136", "137", "150", "158", "159", "186", "188", "177", "199"];
        loop {
            let phone = format!("{}{}", dice.pick(&HEADS), dice.digits(8));
            if self.phones.insert(phone.clone()) {
                return phone;
            }
        }
    }
}

/// A person's name, and whether it is a woman's.
pub(super) fn person_name(dice: &mut Dice) -> (String, String, bool) {
    let texts = &TEXTS.people;
    let woman = dice.chance(45);
    // The commonest family names stand first.
    let family = if dice.chance(60) { dice.pick(&texts.family[..20]) } else { dice.pick(&texts.family) };
    let given = dice.pick(if woman { &texts.female } else { &texts.male });
    (family.clone(), format!("{family}{given}"), woman)
}

/// An amount of so many fen.
pub(super) fn fen(fen: i64) -> Decimal {
    Decimal::new(fen, 2)
}

//! Relations between customers. Each is kept in one direction, whichever way it was entered: from the customer
//! whose fact it is (who was referred, whose parent it is) to the other. Where the customer keeps the other in a
//! field of its own, field and relation say the same, whichever of them is changed.

use guanxi_gate::{Change, Draft, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, expr::Expr};
use std::collections::{BTreeMap, BTreeSet};

/// What the one is to the other, and what the other is to the one.
const ROLES: [(&str, &str); 5] = [
    ("subsidiary", "parent"),
    ("referred", "referrer"),
    ("supplier", "buyer"),
    ("partner", "partner"),
    ("relative", "relative"),
];

/// Roles of which a customer has one at most, with the field that keeps the other.
const UPWARD: [(&str, &str); 2] = [("subsidiary", "parent"), ("referred", "referred_by")];

/// Longest line upwards that is walked; nobody has a family of a hundred generations.
const GENERATIONS: usize = 100;

fn kept(role: &str) -> Option<&'static str> {
    UPWARD.iter().find(|(upward, _)| *upward == role).map(|(_, field)| *field)
}

/// Turns relations into their one direction and refuses those that cannot be.
pub(crate) struct Directed;

impl Rule for Directed {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut() {
            turn(change);
            if change.value("customer") == change.value("other") && !change.value("customer").is_null() {
                change.refuse("other", Message::new("relation.itself"));
            }
        }
        refuse_second(tx, changes)?;
        for (role, field) in UPWARD {
            let steps: Vec<(usize, RecordId, RecordId)> = changes
                .iter()
                .enumerate()
                .filter(|(_, change)| change.value("role").as_text() == Some(role))
                .filter_map(|(n, c)| Some((n, c.value("customer").as_ref()?, c.value("other").as_ref()?)))
                .collect();
            for n in circles(tx, field, &steps)? {
                changes[n].refuse("other", Message::new("relation.circle"));
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let mut facts = Facts::default();
        for relation in saved {
            if let Some(before) = &relation.before {
                facts.end(before);
            }
        }
        for relation in saved {
            facts.begin(&relation.after);
        }
        facts.write(tx)
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        let mut facts = Facts::default();
        if moved.after.get("deleted_at").is_null() {
            facts.begin(&moved.after);
        } else {
            facts.end(&moved.after);
        }
        facts.write(tx)
    }
}

/// A parent is entered as a parent and kept as its subsidiary's relation.
fn turn(change: &mut Change) {
    let role = change.value("role").as_text().unwrap_or_default().to_owned();
    if let Some((forward, _)) = ROLES.iter().find(|(forward, back)| *back == role && forward != back) {
        let (customer, other) = (change.value("customer").clone(), change.value("other").clone());
        change.set("customer", other);
        change.set("other", customer);
        change.set("role", *forward);
    }
    let role = change.value("role").as_text().unwrap_or_default().to_owned();
    if let Some((_, back)) = ROLES.iter().find(|(forward, _)| *forward == role) {
        change.set("counter_role", *back);
    }
}

/// A relation: its id, whose it is, the role and the other one.
type Known = (Option<RecordId>, Option<RecordId>, String, Option<RecordId>);

/// The same relation twice, and a second parent or referrer.
fn refuse_second(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    let ids: Vec<RecordId> = changes.iter().filter_map(|c| c.value("customer").as_ref()).collect();
    let mut known: Vec<Known> = tx
        .find("relation", &Expr::ids("customer", &ids), None)?
        .iter()
        .map(|r| (Some(r.id), r.reference("customer"), r.text("role").to_owned(), r.reference("other")))
        .collect();
    for change in changes.iter_mut() {
        let own = change.before.as_ref().map(|before| before.id);
        let (customer, other) = (change.value("customer").as_ref(), change.value("other").as_ref());
        let role = change.value("role").as_text().unwrap_or_default().to_owned();
        let mut others = known
            .iter()
            .filter(|(id, c, r, _)| (own.is_none() || *id != own) && *c == customer && *r == role);
        if others.clone().any(|(.., o)| *o == other) {
            change.refuse("other", Message::new("relation.twice"));
        } else if others.next().is_some() && kept(&role).is_some() {
            let key = if role == "referred" { "relation.one_referrer" } else { "relation.one_parent" };
            change.refuse("other", Message::new(key));
        }
        known.retain(|(id, ..)| own.is_none() || *id != own);
        known.push((own, customer, role, other));
    }
    Ok(())
}

/// Which of the steps from a customer up to another would close a circle.
fn circles(tx: &mut Tx<'_>, field: &str, steps: &[(usize, RecordId, RecordId)]) -> Result<Vec<usize>> {
    let mut above: BTreeMap<RecordId, Option<RecordId>> =
        steps.iter().map(|(_, from, to)| (*from, Some(*to))).collect();
    let mut open: BTreeSet<RecordId> = steps.iter().map(|(.., to)| *to).collect();
    for _ in 0..GENERATIONS {
        let unknown: Vec<RecordId> = open.iter().filter(|id| !above.contains_key(id)).copied().collect();
        if unknown.is_empty() {
            break;
        }
        open.clear();
        for customer in tx.get_many("customer", &unknown)? {
            let next = customer.reference(field);
            open.extend(next);
            above.insert(customer.id, next);
        }
    }
    let closes = |from: RecordId| {
        let mut at = above.get(&from).copied().flatten();
        for _ in 0..=GENERATIONS {
            match at {
                Some(id) if id == from => return true,
                Some(id) => at = above.get(&id).copied().flatten(),
                None => return false,
            }
        }
        // A line that never ends runs into a circle.
        true
    };
    Ok(steps.iter().filter(|(_, from, _)| closes(*from)).map(|(n, ..)| *n).collect())
}

/// What customers are to keep in their fields after relations have changed.
#[derive(Default)]
struct Facts(BTreeMap<(RecordId, &'static str), BeforeAndAfter>);

/// Whom a field names before and after.
type BeforeAndAfter = (Option<RecordId>, Option<RecordId>);

impl Facts {
    fn of(relation: &Record) -> Option<((RecordId, &'static str), RecordId)> {
        let field = kept(relation.text("role"))?;
        Some(((relation.reference("customer")?, field), relation.reference("other")?))
    }

    fn begin(&mut self, relation: &Record) {
        if let Some((at, other)) = Facts::of(relation) {
            self.0.entry(at).or_default().1 = Some(other);
        }
    }

    fn end(&mut self, relation: &Record) {
        if let Some((at, other)) = Facts::of(relation) {
            self.0.entry(at).or_default().0 = Some(other);
        }
    }

    fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        let mut ids: Vec<RecordId> = self.0.keys().map(|(customer, _)| *customer).collect();
        ids.dedup();
        let mut changes = Vec::new();
        // A customer in the recycle bin keeps what it had.
        for customer in tx.get_many("customer", &ids)? {
            let mut draft = Draft::new();
            for ((_, field), (old, new)) in
                self.0.range((customer.id, "")..).take_while(|((id, _), _)| *id == customer.id)
            {
                let now = customer.reference(field);
                // The end of one relation does not take away what another has given meanwhile.
                if new.is_some() && now != *new || new.is_none() && now == *old {
                    draft = draft.set(field, *new);
                }
            }
            if !draft.values.is_empty() {
                changes.push((customer, draft));
            }
        }
        tx.update_many(changes)?;
        Ok(())
    }
}

/// What a customer says of its parent and its referrer becomes a relation.
pub(crate) struct Kin;

impl Rule for Kin {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for (_, field) in UPWARD {
            // A new customer has nobody below it yet, so only known ones can close a circle.
            let steps: Vec<(usize, RecordId, RecordId)> = changes
                .iter()
                .enumerate()
                .filter(|(_, change)| change.changes(field))
                .filter_map(|(n, c)| Some((n, c.before.as_ref()?.id, c.value(field).as_ref()?)))
                .collect();
            for n in circles(tx, field, &steps)? {
                changes[n].refuse(field, Message::new("relation.circle"));
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, customers: &[Saved]) -> Result<()> {
        for (role, field) in UPWARD {
            let changed: Vec<&Saved> = customers.iter().filter(|customer| customer.changed(field)).collect();
            if changed.is_empty() {
                continue;
            }
            let ids: Vec<RecordId> = changed.iter().map(|customer| customer.after.id).collect();
            let of = Expr::ids("customer", &ids).and(Expr::eq("role", role));
            let mut known: BTreeMap<RecordId, Record> = tx
                .find("relation", &of, None)?
                .into_iter()
                .filter_map(|relation| Some((relation.reference("customer")?, relation)))
                .collect();
            let (mut new, mut moved) = (Vec::new(), Vec::new());
            for customer in changed {
                let other = customer.after.reference(field);
                match (known.remove(&customer.after.id), other) {
                    (Some(relation), Some(_)) if relation.reference("other") == other => {}
                    (Some(relation), Some(other)) => moved.push((relation, Draft::new().set("other", other))),
                    (Some(relation), None) => tx.delete(&relation)?,
                    (None, Some(other)) => new.push(
                        Draft::new()
                            .set("customer", customer.after.id)
                            .set("role", role)
                            .set("other", other)
                            .set("owner", customer.after.get("owner").clone()),
                    ),
                    (None, None) => {}
                }
            }
            tx.update_many(moved)?;
            tx.create_many("relation", new)?;
        }
        Ok(())
    }
}

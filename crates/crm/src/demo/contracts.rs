//! From the contract to the cash: contracts of the last ten months in every state, what was planned, came in and
//! was invoiced on them, and some goods that came back.

use super::{
    days::plus,
    dice::Dice,
    script::{Key, to},
    texts::TEXTS as ALL,
    world::{Fate, Pace, World},
};
use guanxi_gate::Draft;
use guanxi_model::RecordId;
use jiff::{SignedDuration, Timestamp, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Texts {
    name: Vec<String>,
    terms: Vec<String>,
    quote: Vec<String>,
    lost: Vec<String>,
    content: Vec<String>,
    rejected: Vec<String>,
    void: String,
    banks: Vec<String>,
    returned: Vec<String>,
}

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    toml::from_str(include_str!("data/contracts.toml"))
        .expect("data/contracts.toml ships with the program and is valid")
});

/// At most so many contracts.
const MOST: usize = 36;

/// How a contract ends up, and how long ago it was signed.
const STATES: [(&str, i64); 12] = [
    ("approved", 280),
    ("approved", 200),
    ("approved", 150),
    ("approved", 110),
    ("submitted", 0),
    ("approved", 80),
    ("draft", 1),
    ("approved", 60),
    ("rejected", 4),
    ("approved", 35),
    ("withdrawn", 6),
    ("voided", 120),
];

/// What became of quotes, and how long ago they were made.
const QUOTES: [(&str, i64); 8] = [
    ("sent", 3),
    ("draft", 1),
    ("won", 12),
    ("lost", 40),
    ("sent", 9),
    // Nobody has answered this one.
    ("sent", 50),
    ("draft", 2),
    ("lost", 70),
];

/// An order line that may come back.
pub(super) struct Sold {
    pub line: Key,
    pub by: RecordId,
    pub owner: usize,
    /// When it was written down.
    pub written: Timestamp,
    pub date: Date,
    pub quantity: i64,
}

/// A contract while its money comes in.
struct Signed {
    key: Key,
    customer: Key,
    name: String,
    by: RecordId,
    head: RecordId,
    total: Decimal,
}

pub(super) fn sign(world: &mut World<'_>) {
    let mut dice = world.dice("contracts");
    let sales = world.colleague("sales").id;
    let mut partners: Vec<usize> = (0..world.customers.len())
        .filter(|n| {
            let customer = &world.customers[*n];
            let since = world.days.since(world.days.date(customer.joined));
            !customer.person
                && world.people[customer.owner].role == "account_manager"
                && customer.fate == Fate::Stays
                && matches!(customer.pace, Pace::Heavy | Pace::Steady)
                && since > 300
        })
        .collect();
    if partners.is_empty() {
        return;
    }
    // Whoever looks as the account manager finds some of their own first.
    partners.sort_by_key(|n| world.people[world.customers[*n].owner].id != sales);
    let count = partners.len().clamp(STATES.len(), MOST);
    for n in 0..count {
        let (state, ago) = STATES[n % STATES.len()];
        let ago = ago + i64::try_from(n / STATES.len()).unwrap_or(0) * 3;
        contract(world, &mut dice, partners[n % partners.len()], state, ago);
    }
    for (n, (state, ago)) in QUOTES.into_iter().enumerate() {
        quote(world, &mut dice, partners[(n * 5) % partners.len()], state, ago);
    }
    give_back(world, &mut dice);
    // What the nights since have found.
    let now = world.days.now - SignedDuration::from_secs(90);
    world.script.job(now, "payment_plan.overdue");
}

fn contract(world: &mut World<'_>, dice: &mut Dice, customer: usize, state: &str, ago: i64) {
    let known = &world.customers[customer];
    let (buyer, owner) = (known.key, known.owner);
    let contact = known.contacts.first().and_then(|contact| contact.key);
    let title = known.name.clone();
    let (by, head) = (world.people[owner].id, world.head_of(owner).id);
    let signed = world.days.moment(dice, world.days.ago(ago));
    let date = world.days.date(signed);
    let years = if dice.chance(30) { 90 } else { 365 };
    // Some end within days, so that somebody is reminded.
    let ends = if state == "approved" && ago > 190 {
        plus(world.days.today, dice.between(1, 40))
    } else {
        plus(date, years)
    };
    let name = dice.pick(&TEXTS.name).clone();
    let draft = Draft::new()
        .set("title", name.as_str())
        .set("owner", by)
        .set("signed_on", date)
        .set("starts_on", date)
        .set("ends_on", ends)
        .set("signer_ours", by)
        .set("terms", dice.pick(&TEXTS.terms).as_str());
    let mut links = vec![to("customer", buyer)];
    links.extend(contact.map(|contact| to("signer_theirs", contact)));
    let key = world.script.create(signed, by, "contract", draft, links);
    let mut at = signed + SignedDuration::from_mins(2);
    let mut total = Decimal::ZERO;
    let mut choice: Vec<usize> = (0..ALL.products.len()).filter(|n| !ALL.products[*n].retired).collect();
    dice.shuffle(&mut choice);
    for n in choice.into_iter().take(2 + dice.below(3)) {
        let product = &ALL.products[n];
        let quantity = dice.between(1, product.usual.max(1));
        total += Decimal::from(quantity) * product.price;
        let links = vec![to("contract", key), to("product", world.products[n])];
        let line = Draft::new().set("quantity", quantity).set("owner", by);
        world.script.create(at, by, "contract_line", line, links);
    }
    let signed = Signed { key, customer: buyer, name: title, by, head, total };
    let parts = plan(world, dice, &signed, at, date);
    if state == "draft" {
        return;
    }
    at = (at + SignedDuration::from_mins(20)).min(world.days.now);
    world.script.verb(at, by, key, "submit", Draft::new());
    let decided =
        (at + SignedDuration::from_hours(20)).min(world.days.now).max(at + SignedDuration::from_secs(1));
    match state {
        "submitted" => {}
        "withdrawn" => world.script.verb(decided, by, key, "withdraw", Draft::new()),
        "rejected" => {
            let reason = dice.pick(&TEXTS.rejected).as_str();
            world.script.verb(decided, head, key, "reject", Draft::new().set("reason", reason));
        }
        _ => {
            world.script.verb(decided, head, key, "approve", Draft::new());
            if state == "voided" {
                let at = (decided + SignedDuration::from_hours(24 * 9)).min(world.days.now);
                world.script.verb(at, head, key, "void", Draft::new().set("reason", TEXTS.void.as_str()));
            } else {
                collect(world, dice, &signed, &parts, decided);
            }
        }
    }
}

fn quote(world: &mut World<'_>, dice: &mut Dice, customer: usize, state: &str, ago: i64) {
    let known = &world.customers[customer];
    let (buyer, by) = (known.key, world.people[known.owner].id);
    let contact = known.contacts.first().and_then(|contact| contact.key);
    let at = world.days.moment(dice, world.days.ago(ago));
    let date = world.days.date(at);
    let draft = Draft::new()
        .set("name", dice.pick(&TEXTS.quote).as_str())
        .set("owner", by)
        .set("quoted_on", date)
        .set("valid_until", plus(date, 30))
        .set("discount", Decimal::from(dice.between(1, 9) * 10))
        .set("terms", dice.pick(&TEXTS.terms).as_str());
    let mut links = vec![to("customer", buyer)];
    links.extend(contact.map(|contact| to("contact", contact)));
    let key = world.script.create(at, by, "quote", draft, links);
    let mut choice: Vec<usize> = (0..ALL.products.len()).filter(|n| !ALL.products[*n].retired).collect();
    dice.shuffle(&mut choice);
    for n in choice.into_iter().take(2 + dice.below(3)) {
        let line =
            Draft::new().set("quantity", dice.between(1, ALL.products[n].usual.max(1))).set("owner", by);
        let links = vec![to("quote", key), to("product", world.products[n])];
        world.script.create(at + SignedDuration::from_mins(2), by, "quote_line", line, links);
    }
    let sent = (at + SignedDuration::from_mins(30)).min(world.days.now);
    let answered = (at + SignedDuration::from_hours(24 * 6)).min(world.days.now).max(sent);
    if state != "draft" {
        world.script.verb(sent, by, key, "send", Draft::new());
    }
    match state {
        "won" => world.script.verb(answered, by, key, "sign", Draft::new()),
        "lost" => {
            let reason = Draft::new().set("reason", dice.pick(&TEXTS.lost).as_str());
            world.script.verb(answered, by, key, "decline", reason);
        }
        _ => {}
    }
}

/// Thirty, forty and the rest, some weeks apart.
fn plan(
    world: &mut World<'_>,
    dice: &mut Dice,
    of: &Signed,
    at: Timestamp,
    date: Date,
) -> Vec<(Key, Decimal, Date)> {
    let part = |percent: i64| {
        (of.total * Decimal::new(percent, 2)).round_dp_with_strategy(2, RoundingStrategy::ToZero)
    };
    let (first, second) = (part(30), part(40));
    let mut due = date;
    let mut parts = Vec::new();
    for amount in [first, second, of.total - first - second] {
        due = plus(due, dice.between(20, 50));
        let draft =
            Draft::new().set("amount", amount).set("due_on", due).set("method", "wire").set("owner", of.by);
        let key = world.script.create(at, of.by, "payment_plan", draft, vec![to("contract", of.key)]);
        parts.push((key, amount, due));
    }
    parts
}

/// What came in of the parts that were due, and the invoices for it.
fn collect(
    world: &mut World<'_>,
    dice: &mut Dice,
    of: &Signed,
    parts: &[(Key, Decimal, Date)],
    passed: Timestamp,
) {
    let title = Draft::new()
        .set("name", of.name.as_str())
        .set("kind", "unit")
        .set("tax_number", super::customers::credit_code_of(dice, "310115"))
        .set("bank", dice.pick(&TEXTS.banks).as_str())
        .set("bank_account", dice.digits(19))
        .set("owner", of.by);
    let at = passed + SignedDuration::from_secs(60);
    let title = world.script.create(
        at.min(world.days.now),
        of.by,
        "invoice_title",
        title,
        vec![to("customer", of.customer)],
    );
    for (plan, amount, due) in parts {
        let late = world.days.since(*due);
        if late < -3 {
            return;
        }
        // Two in ten have not paid what was due lately, one paid a part.
        if late < 70 && dice.chance(20) {
            return;
        }
        let day = plus(*due, dice.between(-3, 3));
        let came = world.days.moment(dice, day).max(at + SignedDuration::from_mins(5));
        let came = came.min(world.days.now);
        let part = if dice.chance(12) { (*amount / Decimal::TWO).trunc() } else { *amount };
        let receipt = Draft::new()
            .set("amount", part)
            .set("received_on", world.days.date(came))
            .set("method", *dice.pick(&["wire", "wire", "online", "cheque"]))
            .set("payer", of.name.as_str())
            .set("reference", dice.digits(14))
            .set("owner", of.by);
        let links = vec![to("contract", of.key), to("payment_plan", *plan)];
        let receipt = world.script.create(came, of.by, "payment", receipt, links);
        let seen = (came + SignedDuration::from_hours(5)).min(world.days.now).max(came);
        // What came in these days still waits.
        if late < 4 {
            return;
        }
        world.script.verb(seen, of.head, receipt, "approve", Draft::new());
        if dice.chance(8) {
            let undone = seen + SignedDuration::from_mins(30);
            let reason = Draft::new().set("reason", TEXTS.rejected[0].as_str());
            if undone < world.days.now && late > 30 {
                world.script.verb(undone, of.head, receipt, "reverse", reason);
                return;
            }
        }
        invoice(world, dice, of, title, part, seen, late);
    }
}

fn invoice(
    world: &mut World<'_>,
    dice: &mut Dice,
    of: &Signed,
    title: Key,
    amount: Decimal,
    after: Timestamp,
    late: i64,
) {
    let asked = (after + SignedDuration::from_mins(50)).min(world.days.now);
    let draft = Draft::new()
        .set("amount", amount)
        .set("type", if dice.chance(70) { "special" } else { "general" })
        .set("content", dice.pick(&TEXTS.content).as_str())
        .set("owner", of.by);
    let links = vec![to("contract", of.key), to("invoice_title", title)];
    let invoice = world.script.create(asked, of.by, "invoice", draft, links);
    if late < 12 && dice.chance(60) {
        return;
    }
    let passed = (asked + SignedDuration::from_hours(3)).min(world.days.now).max(asked);
    world.script.verb(passed, of.head, invoice, "approve", Draft::new());
    if late < 20 && dice.chance(50) {
        return;
    }
    let issued = (passed + SignedDuration::from_hours(2)).min(world.days.now).max(passed);
    let form = Draft::new()
        .set("invoice_number", dice.digits(20))
        .set("issued_on", world.days.date(issued))
        .set("parcel_number", format!("SF{}", dice.digits(12)));
    world.script.verb(issued, of.head, invoice, "issue", form);
}

/// Goods of a few orders come back.
fn give_back(world: &mut World<'_>, dice: &mut Dice) {
    const REASONS: [&str; 4] = ["defect", "unsuitable", "surplus", "damaged"];
    let mut sold = std::mem::take(&mut world.sold);
    sold.retain(|sold| (10..200).contains(&world.days.since(sold.date)));
    dice.shuffle(&mut sold);
    for (n, sold) in sold.into_iter().take(14).enumerate() {
        let day = plus(sold.date, dice.between(3, 9));
        let at = world.days.moment(dice, day);
        let at = at.max(sold.written + SignedDuration::from_hours(14)).min(world.days.now);
        let kind = n % REASONS.len();
        let draft = Draft::new()
            .set("quantity", dice.between(1, sold.quantity))
            .set("reason", REASONS[kind])
            .set("returned_on", world.days.date(at))
            .set("note", TEXTS.returned[kind].as_str())
            .set("owner", sold.by);
        let back = world.script.create(at, sold.by, "sales_return", draft, vec![to("order_line", sold.line)]);
        let decided = (at + SignedDuration::from_hours(6)).min(world.days.now).max(at);
        let head = world.head_of(sold.owner).id;
        match n {
            0 => {}
            1 => {
                let reason = Draft::new().set("reason", TEXTS.returned[2].as_str());
                world.script.verb(decided, head, back, "refuse", reason);
            }
            _ => world.script.verb(decided, head, back, "accept", Draft::new()),
        }
    }
}

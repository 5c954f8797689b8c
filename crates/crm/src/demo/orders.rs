//! What customers ordered, at their own pace: little around the Spring Festival, much before the year ends.

use super::{
    contracts::Sold,
    days::plus,
    dice::Dice,
    script::{Key, Link, to},
    texts::{Product, TEXTS},
    world::{Fate, Outcome, Pace, World},
};
use guanxi_gate::Draft;
use guanxi_model::Value;
use jiff::{ToSpan, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy};

/// No customer who stays is silent for longer, or they would be warned about.
const LONGEST_GAP: i64 = 140;

/// Lets everybody order.
pub(super) fn place(world: &mut World<'_>) {
    let mut dice = world.dice("orders");
    for customer in 0..world.customers.len() {
        for date in dates(world, &mut dice, customer) {
            order(world, &mut dice, customer, date, None);
        }
    }
    place_lately(world, &mut dice);
}

/// Orders under way, of every status, so that the board of orders shows each.
fn place_lately(world: &mut World<'_>, dice: &mut Dice) {
    const UNDER_WAY: [(&str, i64); 8] = [
        ("created", 1),
        ("confirmed", 3),
        ("shipped", 9),
        ("allocating", 6),
        ("delivering", 12),
        ("created", 2),
        ("shipped", 10),
        ("paid", 16),
    ];
    let known: Vec<usize> = (0..world.customers.len())
        .filter(|n| {
            let customer = &world.customers[*n];
            customer.fate == Fate::Stays && world.days.since(world.days.date(customer.joined)) > 30
        })
        .collect();
    for n in 0..(known.len() / 8).max(UNDER_WAY.len()) {
        let (status, ago) = UNDER_WAY[n % UNDER_WAY.len()];
        if let Some(customer) = known.get(dice.below(known.len())) {
            order(world, dice, *customer, world.days.ago(ago), Some(status));
        }
    }
}

fn dates(world: &World<'_>, dice: &mut Dice, customer: usize) -> Vec<Date> {
    let customer = &world.customers[customer];
    let mut dates = Vec::new();
    if customer.pace == Pace::Never {
        return dates;
    }
    let last = match customer.fate {
        Fate::Stays => world.days.today,
        Fate::Leaves { last, .. } => last,
    };
    let mut date = plus(world.days.date(customer.joined), dice.between(4, 30));
    while date < last {
        dates.push(date);
        date = plus(date, gap(dice, customer.pace, date, world.options.orders_per_customer));
    }
    if let Fate::Leaves { last, then } = customer.fate {
        dates.push(last);
        if then == Outcome::Recovered {
            let mut date = plus(last.checked_add(6.months()).unwrap_or(last), 30);
            while date < world.days.today {
                dates.push(date);
                date = plus(date, dice.between(20, 60));
            }
        }
    }
    dates
}

fn gap(dice: &mut Dice, pace: Pace, date: Date, wanted: usize) -> i64 {
    // How busy each month is, in percent, from January on.
    const SEASON: [i64; 12] = [85, 60, 110, 100, 95, 120, 85, 85, 115, 95, 125, 140];
    let usual = match pace {
        Pace::Heavy => dice.between(18, 34),
        Pace::Steady => dice.between(45, 90),
        Pace::Light | Pace::Never => dice.between(85, 135),
    };
    let month = usize::try_from(date.month() - 1).unwrap_or(0);
    let wanted = i64::try_from(wanted.clamp(1, 100)).unwrap_or(8);
    (usual * 100 / SEASON[month] * 8 / wanted).clamp(2, LONGEST_GAP)
}

/// One order of a customer on a date, with its lines.
fn order(world: &mut World<'_>, dice: &mut Dice, customer: usize, date: Date, status: Option<&'static str>) {
    let (person, pace) = (world.customers[customer].person, world.customers[customer].pace);
    let old = world.days.since(date) > 300;
    let mut choice: Vec<usize> = (0..TEXTS.products.len())
        .filter(|n| {
            let product = &TEXTS.products[*n];
            (!person || product.home) && (!product.retired || old)
        })
        .collect();
    dice.shuffle(&mut choice);
    let count = 1 + dice.below(if pace == Pace::Heavy { 5 } else { 3 });
    let lines: Vec<Line> = choice
        .into_iter()
        .take(count)
        .map(|n| {
            let product = &TEXTS.products[n];
            let most = if person { product.usual.min(3) } else { product.usual };
            let most = if pace == Pace::Heavy { most } else { (most + 1) / 2 };
            Line { product: n, quantity: dice.between(1, most.max(1)), price: price(dice, product) }
        })
        .collect();
    let buyer = customer_of(world, customer);
    write(world, dice, Sale { buyer, date, lines, links: Vec::new(), status });
}

/// The list price; one line in five has a price of its own.
fn price(dice: &mut Dice, product: &Product) -> Decimal {
    let percent = if dice.chance(80) { 100 } else { dice.between(85, 97) };
    (product.price * Decimal::new(percent, 2))
        .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// A line of an order to be.
pub(super) struct Line {
    pub product: usize,
    pub quantity: i64,
    pub price: Decimal,
}

/// Who orders, and where it is sent.
#[derive(Clone)]
pub(super) struct Buyer {
    pub key: Key,
    pub owner: usize,
    pub contact: Option<Key>,
    pub address: Option<(String, String)>,
}

pub(super) fn customer_of(world: &World<'_>, customer: usize) -> Buyer {
    let customer = &world.customers[customer];
    Buyer {
        key: customer.key,
        owner: customer.owner,
        contact: customer.contacts.first().and_then(|contact| contact.key),
        address: Some((customer.region.clone(), customer.address.clone())),
    }
}

/// One order to be written down.
pub(super) struct Sale {
    pub buyer: Buyer,
    pub date: Date,
    pub lines: Vec<Line>,
    /// What it refers to beside its buyer.
    pub links: Vec<Link>,
    /// How far it has come, when its age does not say.
    pub status: Option<&'static str>,
}

/// Writes an order down. Its lines come to its total at once; an overall discount is shared by the pipeline.
pub(super) fn write(world: &mut World<'_>, dice: &mut Dice, sale: Sale) {
    let Sale { buyer, date, lines, mut links, status: known } = sale;
    let owner = &world.people[buyer.owner];
    let (by, number) = (owner.id, owner.number);
    let ordered = world.days.moment(dice, date);
    let date = world.days.date(ordered);
    let at = world.days.written(number, ordered);
    let sum: Decimal = lines.iter().map(amount).sum();
    let quantity: i64 = lines.iter().map(|line| line.quantity).sum();
    let cost: Decimal =
        lines.iter().map(|line| Decimal::from(line.quantity) * TEXTS.products[line.product].cost).sum();
    // Whole yuan are taken off larger orders, as people bargain.
    let discount = if dice.chance(14) && sum > Decimal::from(2000) {
        Some((sum * Decimal::new(dice.between(2, 6), 2)).trunc())
    } else {
        None
    };
    let aged = status(dice, world.days.since(date));
    let mut draft = Draft::new()
        .set("ordered_on", date)
        .set("status", known.unwrap_or(aged))
        .set("discount", discount)
        .set("total", sum - discount.unwrap_or_default())
        .set("cost", cost)
        .set("quantity", quantity)
        .set("created_at", ordered)
        .set("deliver_on", plus(date, dice.between(5, 20)))
        .set("owner", by);
    if let Some((region, detail)) = buyer.address {
        draft = draft.set("delivery_address", Value::Address { region, detail });
    }
    links.push(to("customer", buyer.key));
    links.extend(buyer.contact.map(|contact| to("contact", contact)));
    let order = world.script.create(at, by, "order", draft, links);
    for line in &lines {
        let mut draft = Draft::new()
            .set("quantity", line.quantity)
            .set("unit_price", line.price)
            .set("created_at", ordered)
            .set("owner", by);
        if discount.is_none() {
            // Given as the pipeline would make them, so that it need not write the line twice.
            let amount = amount(line);
            draft = draft.set("amount", amount).set("discount", Decimal::ZERO).set("net", amount);
        }
        let links = vec![to("order", order), to("product", world.products[line.product])];
        let key = world.script.create(at, by, "order_line", draft, links);
        world.sold.push(Sold {
            line: key,
            by,
            owner: buyer.owner,
            written: at,
            date,
            quantity: line.quantity,
        });
    }
}

fn amount(line: &Line) -> Decimal {
    (Decimal::from(line.quantity) * line.price)
        .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// How far an order has come after so many days.
fn status(dice: &mut Dice, days: i64) -> &'static str {
    match days {
        0..=2 => dice.pick::<&str>(&["created", "created", "confirmed"]),
        3..=8 => dice.pick::<&str>(&["confirmed", "allocating", "allocating", "shipped"]),
        9..=20 => dice.pick::<&str>(&["shipped", "delivering", "delivering", "paid"]),
        21..=60 => dice.pick::<&str>(&["delivering", "paid", "paid", "paid"]),
        _ if dice.chance(2) => "delivering",
        _ => "paid",
    }
}

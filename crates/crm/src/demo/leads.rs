//! Leads of the last months, in every status: collected by marketing and salespeople, assigned, followed up,
//! scored, converted or put aside.

use super::{
    customers::company_name,
    dice::Dice,
    follow_ups::{Entry, tell, write},
    script::about,
    texts::{Lead, TEXTS},
    world::{World, person_name},
};
use guanxi_gate::Draft;
use guanxi_model::Value;

/// What becomes of a lead, in turn.
const ENDS: [End; 12] = [
    End::New,
    End::Contacted,
    End::Converted,
    End::Contacted,
    End::Invalid,
    End::Qualified,
    End::New,
    End::Converted,
    End::Contacted,
    End::Qualified,
    End::Invalid,
    End::Contacted,
];

const INVALID: [&str; 4] = ["unreachable", "no_need", "competitor", "wrong_data"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    New,
    Contacted,
    Qualified,
    Converted,
    Invalid,
}

pub(super) fn collect(world: &mut World<'_>) {
    let mut dice = world.dice("leads");
    let count = (world.options.customers / 5).max(ENDS.len());
    for number in 0..count {
        one(world, &mut dice, number);
    }
}

fn one(world: &mut World<'_>, dice: &mut Dice, number: usize) {
    let end = ENDS[number % ENDS.len()];
    let lead: &Lead = &TEXTS.leads[number % TEXTS.leads.len()];
    let city = dice.pick(&TEXTS.customers.city);
    let industry = dice.pick(&TEXTS.customers.industry);
    let name = company_name(world, dice, city, industry);
    let (family, contact, _) = person_name(dice);
    let phone = world.mobile(dice);
    let sellers = world.places(|person| person.role == "account_manager");
    let seller = sellers[number % sellers.len()];
    let (by, owner) = (world.head_of(seller).id, world.people[seller].id);
    let age = match end {
        End::New => dice.between(0, 5),
        End::Contacted => dice.between(6, 30),
        End::Qualified => dice.between(15, 45),
        End::Converted | End::Invalid => dice.between(20, 120),
    };
    let made = world.days.moment(dice, world.days.ago(age));
    let mut draft = Draft::new()
        .set("name", name.as_str())
        .set("kind", "company")
        .set("contact_name", contact.as_str())
        .set("phone", phone.as_str())
        .set("source", lead.source.as_str())
        .set("channel", lead.channel.as_str())
        .set("industry", industry.value.as_str())
        .set("region", city.region.as_str())
        .set("needs", lead.needs.as_str())
        .set("owner", owner);
    // Nobody has judged what came in today.
    if end != End::New {
        for (field, stars) in ["match", "potential", "standing", "service_cost"].iter().zip(lead.stars) {
            let stars = (stars + dice.between(-1, 1)).clamp(1, 5);
            draft = draft.set(field, Value::from(stars));
        }
    }
    let key = world.script.create(made, by, "lead", draft, Vec::new());
    if end == End::New {
        return;
    }
    let who = format!("{family}{}", TEXTS.people.title[0].call);
    let product = TEXTS.products[number % TEXTS.products.len()].name.as_str();
    let (kind, content) = tell(dice, &TEXTS.follow_ups.first, &who, product);
    let first = world.days.after(dice, made, world.days.ago(age - 1));
    let next = (end == End::Contacted).then(|| {
        let ahead = if number.is_multiple_of(3) { 0 } else { dice.between(1, 9) };
        world.days.at(world.days.ago(-ahead), dice.between(18, 35) * 30)
    });
    let next = next.filter(|next| *next > first);
    write(world, seller, Entry { kind, content, happened: first, next }, Value::Null, vec![about(key)]);
    let later = (age - dice.between(3, 10)).max(0);
    let then = world.days.after(dice, first, world.days.ago(later));
    match end {
        End::Qualified => world.script.verb(then, owner, key, "qualify", Draft::new()),
        End::Converted => {
            let input =
                Draft::new().set("with_contact", true).set("with_opportunity", number.is_multiple_of(2));
            world.script.verb(then, owner, key, "convert", input);
        }
        End::Invalid => {
            let reason = INVALID[number % INVALID.len()];
            world.script.verb(then, owner, key, "invalidate", Draft::new().set("reason", reason));
        }
        End::New | End::Contacted => {}
    }
}

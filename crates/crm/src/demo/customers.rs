//! Customers and the people at them: four companies to one person, spread over the cities of our teams.

use super::{
    days::plus,
    dice::Dice,
    profile,
    script::{Key, to},
    texts::{City, Industry, TEXTS, Title, fill},
    world::{Contact, Customer, Fate, Outcome, Pace, World, fen, person_name},
};
use guanxi_gate::Draft;
use guanxi_model::Value;
use guanxi_text::{credit_code, pinyin, region};
use jiff::{Timestamp, ToSpan, civil::Date};

/// What becomes of those who fall silent, in turn.
const OUTCOMES: [Outcome; 8] = [
    Outcome::Lost,
    Outcome::Deferred,
    Outcome::Open,
    Outcome::Recovered,
    Outcome::Lost,
    Outcome::Deferred,
    Outcome::Open,
    Outcome::Deferred,
];

/// How many fall silent.
pub(super) fn leaving(customers: usize) -> usize {
    (customers / 18).max(4)
}

pub(super) fn meet(world: &mut World<'_>) {
    let mut dice = world.dice("customers");
    let mut learnt = world.dice("profile");
    let leaving = leaving(world.options.customers);
    for number in 0..world.options.customers {
        let person = number % 5 == 4;
        let leaver = (!person).then(|| number / 5 * 4 + number % 5).filter(|company| *company < leaving);
        let fate = leaver.map_or(Fate::Stays, |n| leaves(world, &mut dice, OUTCOMES[n % OUTCOMES.len()]));
        // The ready log-in of an account manager also has somebody new to win before a pool takes them back.
        let hesitant = !person && fate == Fate::Stays && matches!(world.options.customers - number, 10 | 12);
        let joined = joined(world, &mut dice, number, person, fate);
        let joined = if hesitant { world.days.at(world.days.ago(30), 10 * 60) } else { joined };
        let pace = pace(&mut dice, person, fate, world.days.since(world.days.date(joined)));
        let pace = if hesitant { Pace::Never } else { pace };
        // It has plenty to show, and somebody to win back.
        let waiting = leaver.is_some_and(|n| matches!(n, 1 | 2));
        let city = dice.weigh(&TEXTS.customers.city, |city| city.weight);
        let city = if waiting || hesitant { &TEXTS.customers.city[0] } else { city };
        let own = waiting || hesitant || dice.chance(30);
        let owner = if city.team == "east1" && own {
            world.colleague("sales").number
        } else {
            *dice.pick(&world.team(&city.team))
        };
        let known = Known { owner, joined, pace, fate, city };
        let customer = if person {
            meet_person(world, (&mut dice, &mut learnt), known)
        } else {
            meet_company(world, (&mut dice, &mut learnt), known)
        };
        world.customers.push(customer);
    }
}

/// What is settled about a customer before it has a name.
struct Known {
    owner: usize,
    joined: Timestamp,
    pace: Pace,
    fate: Fate,
    city: &'static City,
}

/// When the last order was, so that today the matter stands where it should.
fn leaves(world: &World<'_>, dice: &mut Dice, then: Outcome) -> Fate {
    let silent = match then {
        Outcome::Open => dice.between(2, 9),
        Outcome::Deferred => dice.between(25, 80),
        Outcome::Lost => dice.between(50, 190),
        Outcome::Recovered => dice.between(45, 120),
    };
    let six_months_ago = world.days.today.checked_sub(6.months()).unwrap_or(world.days.today);
    Fate::Leaves { last: plus(six_months_ago, -silent), then }
}

fn joined(world: &World<'_>, dice: &mut Dice, number: usize, person: bool, fate: Fate) -> Timestamp {
    let days = &world.days;
    let newest = world.options.customers.saturating_sub(3);
    let date = if fate != Fate::Stays {
        plus(days.first(), dice.between(0, 12))
    } else if number >= newest {
        days.today
    } else if !person && dice.chance(45) {
        plus(days.first(), dice.between(0, 12))
    } else if person && dice.chance(60) {
        days.ago(dice.between(1, 150))
    } else {
        days.ago(dice.between(1, 700))
    };
    days.moment(dice, date).max(days.at(days.first(), 9 * 60))
}

fn pace(dice: &mut Dice, person: bool, fate: Fate, known_days: i64) -> Pace {
    let throw = dice.below(100);
    match (person, fate) {
        (_, Fate::Leaves { .. }) if throw < 70 => Pace::Steady,
        (_, Fate::Leaves { .. }) => Pace::Light,
        (true, _) if throw < 30 => Pace::Never,
        (true, _) => Pace::Light,
        // Who is known for long and never ordered is not kept in the books.
        _ if throw < 9 || (known_days < 20 && throw < 60) => Pace::Never,
        _ if throw < 26 => Pace::Heavy,
        _ if throw < 66 => Pace::Steady,
        _ => Pace::Light,
    }
}

fn meet_company(world: &mut World<'_>, (dice, learnt): (&mut Dice, &mut Dice), known: Known) -> Customer {
    let industry = dice.weigh(&TEXTS.customers.industry, |industry| industry.weight);
    let name = company_name(world, dice, known.city, industry);
    // The initials of the whole name: companies that share a brand's name would otherwise share a mailbox, and be taken
    // for one.
    let domain = format!("{}.example.com", pinyin::initials(&name));
    let (region, address) = place(dice, known.city);
    let phone = landline(dice, known.city);
    let (_, legal, _) = person_name(dice);
    let size = dice.between(1, 10) * dice.between(1, 10);
    let mut draft = basics(world, dice, &known, false)
        .set("name", name.as_str())
        .set("kind", "company")
        .set("industry", industry.value.as_str())
        .set("phone", phone)
        .set("email", format!("office@{domain}"))
        .set("region", region.as_str())
        .set("address", address.as_str())
        .set("postcode", format!("{}{}", &region[..2], dice.digits(4)))
        .set("legal_person", legal)
        .set("registered_capital", fen(size * 50_000_000))
        .set("staff", size * 6 + dice.between(3, 20));
    if let Some(code) = credit_code_of(dice, &region) {
        draft = draft.set("credit_code", code);
    }
    if dice.chance(70) {
        draft = draft.set("website", format!("https://www.{domain}"));
    }
    if dice.chance(60) {
        draft = draft.set("annual_revenue", fen((size * 320 + dice.between(1, 300)) * 1_000_000));
    }
    if dice.chance(55) {
        let bank = dice.pick(&TEXTS.customers.banks);
        draft = draft
            .set("bank", fill(bank, &[("city", &known.city.name)]))
            .set("bank_account", format!("62{}", dice.digits(17)))
            .set("fax", landline(dice, known.city));
    }
    let draft = profile::know(world, learnt, draft, false, known.pace);
    let by = world.people[known.owner].id;
    let key = world.script.create(known.joined, by, "customer", draft, Vec::new());
    let count = 1 + dice.below(3) + usize::from(known.pace == Pace::Heavy);
    let contacts = (0..count).map(|n| meet_contact(world, dice, &known, key, &domain, n == 0)).collect();
    Customer {
        key,
        name,
        person: false,
        owner: known.owner,
        joined: known.joined,
        region,
        address,
        contacts,
        pace: known.pace,
        fate: known.fate,
    }
}

fn meet_person(world: &mut World<'_>, (dice, learnt): (&mut Dice, &mut Dice), known: Known) -> Customer {
    let (mut family, mut woman) = (String::new(), false);
    let name = world.new_name(|| {
        let (f, name, w) = person_name(dice);
        (family, woman) = (f, w);
        name
    });
    let occupation = dice.pick(&TEXTS.people.occupation);
    let (region, address) = place(dice, known.city);
    let mobile = world.mobile(dice);
    let wechat = format!("{}{}", pinyin::full(&name), dice.digits(3));
    let born = plus(world.days.today, -dice.between(23 * 365, 62 * 365));
    let education =
        ["secondary", "college", "college", "bachelor", "bachelor", "bachelor", "master", "doctor"];
    let draft = basics(world, dice, &known, true)
        .set("name", name.as_str())
        .set("kind", "person")
        .set("phone", mobile)
        .set("wechat", wechat.as_str())
        .set(
            "email",
            if dice.chance(50) { Value::text(format!("{wechat}@mail.example.com")) } else { Value::Null },
        )
        .set("region", region.as_str())
        .set("address", address.as_str())
        .set("gender", if woman { "female" } else { "male" })
        .set("birthday", birthday(world, dice, born))
        .set("occupation", occupation.job.as_str())
        .set("employer", fill(&occupation.employer, &[("city", &known.city.name)]))
        .set("education", *dice.pick(&education))
        .set("hobbies", dice.pick(&TEXTS.people.hobbies).as_str());
    let draft = profile::know(world, learnt, draft, true, known.pace);
    let key = world.script.create(known.joined, world.people[known.owner].id, "customer", draft, Vec::new());
    Customer {
        key,
        name,
        person: true,
        owner: known.owner,
        joined: known.joined,
        region,
        address,
        contacts: vec![Contact { key: None, call: salutation(&family, woman) }],
        pace: known.pace,
        fate: known.fate,
    }
}

/// One in ten has a birthday within the next two weeks, so that there is somebody to congratulate.
fn birthday(world: &World<'_>, dice: &mut Dice, born: Date) -> Date {
    if !dice.chance(10) {
        return born;
    }
    let soon = plus(world.days.today, dice.between(0, 14));
    Date::new(born.year(), soon.month(), soon.day()).unwrap_or(born)
}

fn salutation(family: &str, woman: bool) -> String {
    let word = TEXTS.people.salutation[usize::from(woman)].as_str();
    format!("{family}{word}")
}

/// What companies and persons have in common.
fn basics(world: &World<'_>, dice: &mut Dice, known: &Known, person: bool) -> Draft {
    const SOURCES: [&str; 10] = [
        "referral",
        "referral",
        "website",
        "website",
        "exhibition",
        "prospecting",
        "prospecting",
        "phone_in",
        "partner",
        "campaign",
    ];
    let (kind, grade) = match known.pace {
        Pace::Heavy => (None, *dice.pick(&["major", "major", "strategic_partner", "partner"])),
        Pace::Steady => (None, *dice.pick(&["ordinary", "key_development", "major"])),
        Pace::Light if person => (None, "ordinary"),
        Pace::Light => (None, *dice.pick(&["ordinary", "ordinary", "key_development"])),
        Pace::Never => ((!person && dice.chance(15)).then_some("competitor"), "ordinary"),
    };
    let kind = match grade {
        "partner" => Some(*dice.pick(&["partner", "distributor"])),
        _ => kind,
    };
    let pool = if person { &TEXTS.customers.home_tags } else { &TEXTS.customers.tags };
    let mut tags: Vec<String> = (0..dice.below(3)).map(|_| dice.pick(pool).clone()).collect();
    tags.sort_unstable();
    tags.dedup();
    let note = if !person && dice.chance(35) {
        Value::text(dice.pick(&TEXTS.customers.notes).as_str())
    } else {
        Value::Null
    };
    let mut draft = Draft::new()
        .set("grade", grade)
        .set("satisfaction", *dice.pick(&[2, 3, 4, 4, 4, 5, 5_i64]))
        .set("credit", *dice.pick(&[1, 2, 3, 3, 4, 4, 5, 5_i64]))
        .set("source", *dice.pick(&SOURCES))
        .set("note", note)
        .set("owner", world.people[known.owner].id);
    if let Some(kind) = kind {
        draft = draft.set("customer_type", kind);
    }
    if !tags.is_empty() {
        draft = draft.set("tags", Value::List(tags));
    }
    draft
}

/// An invented name of a company in a city.
pub(super) fn company_name(
    world: &mut World<'_>,
    dice: &mut Dice,
    city: &City,
    industry: &Industry,
) -> String {
    world.new_name(|| {
        let brand = dice.pick(&TEXTS.customers.brands);
        format!("{}{brand}{}", city.name, dice.pick(&industry.patterns))
    })
}

fn meet_contact(
    world: &mut World<'_>,
    dice: &mut Dice,
    known: &Known,
    customer: Key,
    domain: &str,
    main: bool,
) -> Contact {
    let (family, name, woman) = person_name(dice);
    let title: &Title = dice.pick(&TEXTS.people.title);
    let mobile = world.mobile(dice);
    let mut draft = Draft::new()
        .set("name", name.as_str())
        .set("gender", if woman { "female" } else { "male" })
        .set("job_title", title.job.as_str())
        .set("job_department", title.room.as_str())
        .set("decision_role", title.role.as_str())
        .set("is_main", main)
        .set("phone", mobile)
        .set("email", format!("{}@{domain}", pinyin::full(&name)))
        .set("owner", world.people[known.owner].id);
    if dice.chance(40) {
        draft = draft.set("wechat", format!("{}_{}", pinyin::initials(&name), dice.digits(4)));
    }
    if dice.chance(25) {
        draft = draft.set("hobbies", dice.pick(&TEXTS.people.hobbies).as_str());
    }
    if dice.chance(30) {
        let born = plus(world.days.today, -dice.between(26 * 365, 58 * 365));
        draft = draft.set("birthday", birthday(world, dice, born));
    }
    if main {
        draft = draft.set("office_phone", landline(dice, known.city));
    }
    let by = world.people[known.owner].id;
    let key = world.script.create(known.joined, by, "contact", draft, vec![to("customer", customer)]);
    Contact { key: Some(key), call: format!("{family}{}", title.call) }
}

fn landline(dice: &mut Dice, city: &City) -> String {
    let first = dice.between(2, 8);
    format!("{}-{first}{}", city.area, dice.digits(7))
}

/// A county of a city and an address in it.
fn place(dice: &mut Dice, city: &City) -> (String, String) {
    let counties = region::children(&city.region);
    let region = if counties.is_empty() { city.region.as_str() } else { dice.pick(&counties).0 };
    let texts = &TEXTS.customers;
    let number = TEXTS.customers.street_number.replace("{n}", &dice.between(1, 1280).to_string());
    let address = format!("{}{number}{}", dice.pick(&texts.roads), dice.pick(&texts.buildings));
    (region.to_owned(), address)
}

pub(super) fn credit_code_of(dice: &mut Dice, region: &str) -> Option<String> {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let organisation: String = (0..9).map(|_| char::from(*dice.pick(LETTERS))).collect();
    credit_code::with_check_digit(&format!("91{region}{organisation}"))
}

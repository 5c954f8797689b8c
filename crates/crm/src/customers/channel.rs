//! By which channel the next contact is best made: what each channel can do, against how urgent the matter is,
//! how much there is to say, what the customer is worth spending on, and what it was found to prefer.

use guanxi_gate::{Cell, Counts, Ctx, Draft, Gate, JobDef, Result, Schedule, Visible};
use guanxi_model::{
    Locale, Message, Query, RecordId, Value,
    access::action,
    expr::{self, Expr},
};
use jiff::civil::Date;
use std::cmp::Reverse;

/// The job that gives a new set its table of channels.
pub(crate) const PROVIDE: JobDef =
    JobDef { name: "channel.provide", schedule: Schedule::EveryMinute, run: provide };

/// Channel, cost, speed, richness, interactivity, and the kinds of follow-up that go by it.
type Ability =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// The comparison of channels that textbooks on customer relations give.
const TABLE: [Ability; 5] = [
    ("face_to_face", "high", "slowish", "very_rich", "strong", &["visit", "event", "check_in"]),
    ("letter", "medium", "slow", "rich", "weak", &[]),
    ("email", "low", "fast", "rich", "weakish", &["email"]),
    ("website", "low", "fast", "rich", "weakish", &[]),
    ("phone", "high", "very_fast", "poor", "strongish", &["call"]),
];

fn provide(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Counts> {
    let say = |what: &str, channel: &str| {
        gate.phrases().get(Locale::Zh, &format!("channel.{what}.{channel}")).to_owned()
    };
    let texts: Vec<(String, String)> =
        TABLE.iter().map(|(channel, ..)| (say("name", channel), say("note", channel))).collect();
    let made = gate.write(ctx, move |tx| {
        // A table that someone made shorter stays so.
        if tx.count("channel", &Expr::Bool(true))? > 0 {
            return Ok(0);
        }
        let drafts =
            TABLE.iter().zip(&texts).map(|((channel, cost, speed, richness, interactivity, ways), text)| {
                let ways: Vec<String> = ways.iter().map(|way| (*way).to_owned()).collect();
                Draft::new()
                    .set("name", text.0.as_str())
                    .set("note", text.1.as_str())
                    .set("channel", *channel)
                    .set("cost", *cost)
                    .set("speed", *speed)
                    .set("richness", *richness)
                    .set("interactivity", *interactivity)
                    .set("ways", if ways.is_empty() { Value::Null } else { Value::List(ways) })
            });
        tx.create_many("channel", drafts.collect()).map(|made| made.len())
    })?;
    Ok(vec![("made", i64::try_from(made).unwrap_or(i64::MAX))])
}

/// How much there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// A word, a date, a reminder.
    Brief,
    /// Papers, figures, pictures: something to look at.
    Details,
    /// Questions and answers: an objection, a negotiation.
    Talk,
}

impl Matter {
    /// All of them, with their names.
    pub const ALL: [(Matter, &'static str); 3] =
        [(Matter::Brief, "brief"), (Matter::Details, "details"), (Matter::Talk, "talk")];

    /// By its name.
    pub fn named(name: &str) -> Option<Matter> {
        Matter::ALL.into_iter().find(|(_, known)| *known == name).map(|(matter, _)| matter)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Matter::ALL.into_iter().find(|(matter, _)| *matter == self).map_or("brief", |(_, name)| name)
    }
}

/// What the next contact is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occasion {
    /// It cannot wait.
    pub urgent: bool,
    /// How much there is to say.
    pub matter: Matter,
}

/// A channel with its place among the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Its value in the dictionary.
    pub channel: String,
    /// What people call it.
    pub label: String,
    /// A kind of follow-up that goes by it.
    pub way: Option<String>,
    /// What it comes to; the largest is suggested.
    pub points: i64,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// Why it cannot be used at all; then it stands last.
    pub barred: Option<String>,
}

/// What a channel costs with a customer of each grade: one does not drive across the country for everybody.
const SPARE: [(&str, i64); 4] = [("a", 1), ("b", 1), ("c", 2), ("d", 3)];
/// A known wish outweighs one level of any ability.
const WISH: i64 = 4;

/// What the data say of the next contact: urgent when a complaint is open or an agreed contact is overdue; to be
/// talked over while an opportunity is developed or an objection stands; with details while one is being prepared.
pub fn occasion(gate: &Gate, ctx: &Ctx, customer: &Visible) -> Result<Occasion> {
    let signs: Vec<(Sign, Expr)> = SIGNS
        .into_iter()
        .filter(|(_, object, _)| ctx.rights.may(object, action::READ))
        .map(|(sign, _, condition)| Ok((sign, expr::parse(condition)?)))
        .collect::<Result<_>>()?;
    let any = |wanted: &[Sign]| -> Result<bool> {
        let conditions = signs.iter().filter(|(sign, _)| wanted.contains(sign)).map(|(_, one)| one.clone());
        let conditions: Vec<Expr> = conditions.collect();
        if conditions.is_empty() {
            return Ok(false);
        }
        let filter = Expr::eq("id", Expr::Id(customer.id)).and(Expr::any_of(conditions));
        Ok(gate.count(ctx, &Query::of("customer").filter(filter))? > 0)
    };
    let overdue = gate.holds(ctx, customer, "next_contact_at < today") == Some(true);
    // Most customers give no sign at all, which one question tells.
    if !any(&[Sign::Complaint, Sign::Talk, Sign::Details])? {
        return Ok(Occasion { urgent: overdue, matter: Matter::Brief });
    }
    let urgent = overdue || any(&[Sign::Complaint])?;
    let matter = if any(&[Sign::Talk])? {
        Matter::Talk
    } else if any(&[Sign::Details])? {
        Matter::Details
    } else {
        Matter::Brief
    };
    Ok(Occasion { urgent, matter })
}

/// What records about a customer tell of the next contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Complaint,
    Talk,
    Details,
}

/// Sign, the object one must be allowed to read, condition on the customer.
const SIGNS: [(Sign, &str, &str); 4] = [
    (
        Sign::Complaint,
        "service_request",
        r#"any(service_request.customer, kind == "complaint" && status != "archived")"#,
    ),
    (Sign::Talk, "opportunity", r#"any(opportunity.customer, status == "developing")"#),
    (Sign::Talk, "objection", r#"any(objection.customer, status == "open")"#),
    (Sign::Details, "opportunity", r#"any(opportunity.customer, status in ["unassigned", "assigned"])"#),
];

/// The channels for the next contact with a customer, or with one of its people, the best first.
pub fn suggest(
    gate: &Gate,
    ctx: &Ctx,
    customer: &Visible,
    contact: Option<&Visible>,
    occasion: Occasion,
) -> Result<Vec<Suggestion>> {
    if !ctx.rights.may("channel", action::READ) {
        return Ok(Vec::new());
    }
    let query = Query::of("channel").filter(Expr::eq("offered", true)).sort(["created_at"]).limit(50);
    let wish = wish(gate, ctx, customer.id, contact.map(|contact| contact.id))?;
    let case = Case { gate, ctx, customer, contact, occasion, wish };
    let mut suggestions: Vec<Suggestion> =
        gate.list(ctx, &query)?.rows.iter().map(|channel| case.judge(channel)).collect();
    // Where two are alike the order of the table decides.
    suggestions.sort_by_key(|one| (one.barred.is_some(), Reverse(one.points)));
    Ok(suggestions)
}

/// The channel that was last said or seen to be preferred, and when: the person's own word before the customer's.
fn wish(
    gate: &Gate,
    ctx: &Ctx,
    customer: RecordId,
    contact: Option<RecordId>,
) -> Result<Option<(String, Date)>> {
    if !ctx.rights.may("preference", action::READ) {
        return Ok(None);
    }
    let known = expr::parse("current == true && !is_empty(channel)")?;
    let told = |whose: Expr| -> Result<Option<(String, Date)>> {
        let query = Query::of("preference")
            .fields(["value", "channel", "learned_on"])
            .filter(whose.and(known.clone()))
            .sort(["-learned_on"])
            .limit(1);
        let rows = gate.list(ctx, &query)?.rows;
        Ok(rows.first().and_then(|row| {
            Some((row.get("channel").as_text()?.to_owned(), row.get("learned_on").as_date()?))
        }))
    };
    if let Some(contact) = contact
        && let Some(own) = told(Expr::eq("contact", Expr::Id(contact)))?
    {
        return Ok(Some(own));
    }
    told(Expr::eq("customer", Expr::Id(customer)))
}

struct Case<'a> {
    gate: &'a Gate,
    ctx: &'a Ctx,
    customer: &'a Visible,
    contact: Option<&'a Visible>,
    occasion: Occasion,
    wish: Option<(String, Date)>,
}

impl Case<'_> {
    fn judge(&self, channel: &Visible) -> Suggestion {
        let text = |field: &str| channel.get(field).as_text().unwrap_or_default();
        let name = text("channel");
        let level = |field: &str, levels: &[&str]| {
            let at = levels.iter().position(|level| *level == text(field)).unwrap_or(0);
            i64::try_from(at).unwrap_or(0)
        };
        let speed = level("speed", &["slow", "slowish", "fast", "very_fast"]);
        // From "not rich" to "rich" is a longer way than from there to "very rich".
        let richness =
            [0, 2, 3][usize::try_from(level("richness", &["poor", "rich", "very_rich"])).unwrap_or(0)];
        let interactivity = level("interactivity", &["weak", "weakish", "strongish", "strong"]);
        let cost = level("cost", &["low", "medium", "high"]);
        let (for_richness, for_interactivity) = match self.occasion.matter {
            Matter::Brief => (0, 0),
            Matter::Details => (2, 0),
            Matter::Talk => (2, 3),
        };
        // What cannot wait may cost what it costs.
        let (for_speed, for_cost) = if self.occasion.urgent { (3, 0) } else { (1, self.spare()) };
        let mut points =
            speed * for_speed + richness * for_richness + interactivity * for_interactivity - cost * for_cost;
        let mut reasons = Vec::new();
        let mut because = |holds: bool, key: &'static str, field: &str| {
            if holds {
                reasons.push(self.say(Message::new(key).with("level", self.word(channel, field))));
            }
        };
        because(self.occasion.urgent && speed >= 2, "channel.because.speed", "speed");
        because(for_richness > 0 && richness >= 2, "channel.because.richness", "richness");
        because(
            for_interactivity > 0 && interactivity >= 2,
            "channel.because.interactivity",
            "interactivity",
        );
        because(for_cost > 0 && cost == 0, "channel.because.cost", "cost");
        if let Some((_, on)) = self.wish.as_ref().filter(|(wish, _)| wish == name) {
            points += WISH;
            reasons.insert(0, self.say(Message::new("channel.because.wish").with("on", on)));
        }
        if reasons.is_empty() {
            reasons.push(self.say(Message::new("channel.because.none")));
        }
        let ways = match channel.get("ways") {
            Value::List(ways) => ways.first().cloned(),
            _ => None,
        };
        Suggestion {
            channel: name.to_owned(),
            label: self.word(channel, "channel"),
            way: ways,
            points,
            reasons,
            barred: self.barred(name).map(|key| self.say(Message::new(key))),
        }
    }

    fn spare(&self) -> i64 {
        let grade = self.customer.get("value_grade").as_text();
        SPARE.iter().find(|(known, _)| Some(*known) == grade).map_or(2, |(_, weight)| *weight)
    }

    /// Why a channel cannot be used: there is no way to reach them by it, or they do not want it.
    fn barred(&self, channel: &str) -> Option<&'static str> {
        let wished = self.wish.as_ref().is_some_and(|(wish, _)| wish == channel);
        let disturbs = matches!(channel, "phone" | "face_to_face");
        if disturbs && !wished && self.customer.get("privacy_tolerance").as_text() == Some("low") {
            return Some("channel.barred.privacy");
        }
        let online = match self.customer.get("buying_way") {
            Value::List(ways) => ways.iter().any(|way| way == "online"),
            _ => false,
        };
        match channel {
            "phone" if !self.has("phone") => Some("channel.barred.phone"),
            "email" if !self.has("email") => Some("channel.barred.email"),
            "wechat" if !self.has("wechat") => Some("channel.barred.wechat"),
            "letter" if !held(self.customer, "address") => Some("channel.barred.address"),
            "website" if !online && !wished => Some("channel.barred.website"),
            _ => None,
        }
    }

    /// Whether the person or the customer has a number or address, masked or not.
    fn has(&self, field: &str) -> bool {
        self.contact.is_some_and(|contact| held(contact, field)) || held(self.customer, field)
    }

    fn word(&self, channel: &Visible, field: &str) -> String {
        let value = channel.get(field).as_text().unwrap_or_default();
        let option = channel.object.field(field).and_then(|field| field.option(value));
        option.map_or_else(|| value.to_owned(), |option| option.label.get(self.ctx.locale).to_owned())
    }

    fn say(&self, message: Message) -> String {
        self.gate.phrases().say(self.ctx.locale, &message)
    }
}

fn held(record: &Visible, field: &str) -> bool {
    match record.cell(field) {
        Some(Cell::Value(value)) => !value.is_null(),
        Some(Cell::Masked(_)) => true,
        None => false,
    }
}

//! What the demonstration is told with: names, sentences and prices, read from the data files beside.

use rust_decimal::Decimal;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

/// All of it.
pub(super) static TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts {
    people: read(include_str!("data/people.toml")),
    company: read(include_str!("data/company.toml")),
    customers: read(include_str!("data/customers.toml")),
    products: read::<Products>(include_str!("data/products.toml")).product,
    follow_ups: read(include_str!("data/follow_ups.toml")),
    opportunities: read(include_str!("data/opportunities.toml")),
    service: read(include_str!("data/service.toml")),
    churn: read(include_str!("data/churn.toml")),
    office: read(include_str!("data/office.toml")),
    knowledge: read::<Knowledge>(include_str!("data/knowledge.toml")).article,
    learned: read(include_str!("data/learned.toml")),
    profile: read(include_str!("data/profile.toml")),
    targets: read(include_str!("data/targets.toml")),
    leads: read::<Leads>(include_str!("data/leads.toml")).lead,
    pools: read(include_str!("data/pools.toml")),
});

fn read<T: serde::de::DeserializeOwned>(document: &str) -> T {
    toml::from_str(document)
        .expect("the demonstration's data files are part of the binary, and every test reads them")
}

/// Puts words into the places of a sentence: `{who}`, `{product}`.
pub(super) fn fill(sentence: &str, words: &[(&str, &str)]) -> String {
    words.iter().fold(sentence.to_owned(), |text, (place, word)| text.replace(&format!("{{{place}}}"), word))
}

pub(super) struct Texts {
    pub people: People,
    pub company: Company,
    pub customers: Customers,
    pub products: Vec<Product>,
    pub follow_ups: FollowUps,
    pub opportunities: Opportunities,
    pub service: Service,
    pub churn: Churn,
    pub office: Office,
    pub knowledge: Vec<Article>,
    pub learned: Learned,
    pub leads: Vec<Lead>,
    pub pools: Pools,
    pub profile: Profiles,
    pub targets: Targets,
}

#[derive(Deserialize)]
pub(super) struct Targets {
    pub group: Vec<TagGroup>,
    pub list: Vec<TargetList>,
}

#[derive(Deserialize)]
pub(super) struct TagGroup {
    pub name: String,
    pub tags: Vec<String>,
    pub exclusive: bool,
}

#[derive(Deserialize)]
pub(super) struct TargetList {
    pub name: String,
    pub filter: String,
    pub ranked_by: String,
    #[serde(default)]
    pub resembles: Option<String>,
    pub cut: String,
    pub cut_at: i64,
    pub note: String,
}

/// What can be known of a customer, by field.
pub(super) type Profile = BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
pub(super) struct Profiles {
    pub fixed: Vec<String>,
    pub company: Profile,
    pub person: Profile,
}

#[derive(Deserialize)]
struct Leads {
    lead: Vec<Lead>,
}

#[derive(Deserialize)]
pub(super) struct Lead {
    pub needs: String,
    pub source: String,
    pub channel: String,
    /// Match, potential, standing, low service cost.
    pub stars: [i64; 4],
}

#[derive(Deserialize)]
pub(super) struct Pools {
    pub open: Pool,
    pub key: Pool,
}

#[derive(Deserialize)]
pub(super) struct Pool {
    pub name: String,
    pub note: String,
}

#[derive(Deserialize)]
pub(super) struct People {
    pub family: Vec<String>,
    pub male: Vec<String>,
    pub female: Vec<String>,
    pub salutation: [String; 2],
    pub hobbies: Vec<String>,
    pub title: Vec<Title>,
    pub occupation: Vec<Occupation>,
}

#[derive(Deserialize)]
pub(super) struct Title {
    pub job: String,
    pub call: String,
    pub room: String,
    pub role: String,
}

#[derive(Deserialize)]
pub(super) struct Occupation {
    pub job: String,
    pub employer: String,
}

#[derive(Deserialize)]
pub(super) struct Company {
    pub name: String,
    pub mail: String,
    pub department: Vec<Department>,
    pub person: Vec<Person>,
    pub crew: Vec<Crew>,
}

#[derive(Deserialize)]
pub(super) struct Department {
    pub key: String,
    pub name: String,
    pub parent: Option<String>,
    pub note: String,
}

#[derive(Deserialize)]
pub(super) struct Person {
    pub login: String,
    pub name: String,
    pub role: String,
    #[serde(default)]
    pub also: Vec<String>,
    pub department: String,
    pub superior: Option<String>,
    pub job: String,
    #[serde(default)]
    pub manages: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Crew {
    pub department: String,
    pub superior: String,
    pub role: String,
    pub job: String,
    pub count: usize,
}

#[derive(Deserialize)]
pub(super) struct Customers {
    pub brands: Vec<String>,
    pub banks: Vec<String>,
    pub roads: Vec<String>,
    pub street_number: String,
    pub buildings: Vec<String>,
    pub notes: Vec<String>,
    pub tags: Vec<String>,
    pub home_tags: Vec<String>,
    pub city: Vec<City>,
    pub industry: Vec<Industry>,
}

#[derive(Deserialize)]
pub(super) struct City {
    pub name: String,
    pub region: String,
    pub team: String,
    pub area: String,
    pub weight: usize,
}

#[derive(Deserialize)]
pub(super) struct Industry {
    pub value: String,
    pub weight: usize,
    pub patterns: Vec<String>,
}

#[derive(Deserialize)]
struct Products {
    product: Vec<Product>,
}

#[derive(Deserialize)]
pub(super) struct Product {
    pub number: String,
    pub name: String,
    pub category: String,
    pub model: String,
    pub unit: String,
    pub price: Decimal,
    pub cost: Decimal,
    pub usual: i64,
    #[serde(default)]
    pub home: bool,
    #[serde(default)]
    pub retired: bool,
}

#[derive(Deserialize)]
pub(super) struct FollowUps {
    pub routine: Vec<FollowUp>,
    pub first: Vec<FollowUp>,
    pub quiet: Vec<FollowUp>,
    pub person: Vec<FollowUp>,
    pub deal: Vec<FollowUp>,
}

#[derive(Deserialize)]
pub(super) struct FollowUp {
    #[serde(rename = "type")]
    pub kind: String,
    pub text: String,
}

#[derive(Deserialize)]
pub(super) struct Opportunities {
    pub deal: Vec<Deal>,
    pub words: DealWords,
}

#[derive(Deserialize)]
pub(super) struct Deal {
    pub title: String,
    pub product: String,
    pub amount: [i64; 2],
}

#[derive(Deserialize)]
pub(super) struct DealWords {
    pub describe: Vec<String>,
    pub plan: Vec<String>,
    pub result: Vec<String>,
    pub lost: Vec<String>,
    pub invalid: Vec<String>,
    /// The names of the three pipelines: the usual one, that of projects, that of renewals.
    pub pipelines: Vec<String>,
    /// The names of the two alerts of large deals: to the superior, to the executives.
    pub alerts: Vec<String>,
    /// What the titles of renewals contain.
    pub renewal: String,
}

#[derive(Deserialize)]
pub(super) struct Service {
    pub case: Vec<Case>,
    pub words: ServiceWords,
}

#[derive(Deserialize)]
pub(super) struct Case {
    pub kind: String,
    pub title: String,
    pub request: String,
    pub result: String,
    /// What it may be about: beginnings of products' names.
    #[serde(default)]
    pub products: Vec<String>,
    /// Whether a person may ask it too.
    #[serde(default)]
    pub home: bool,
}

#[derive(Deserialize)]
pub(super) struct ServiceWords {
    pub again: Vec<String>,
    pub good: Vec<String>,
    pub fair: Vec<String>,
    pub bad: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Churn {
    pub measures: Vec<String>,
    pub loss: Vec<Loss>,
}

#[derive(Deserialize)]
pub(super) struct Loss {
    pub reason: String,
    pub note: String,
}

#[derive(Deserialize)]
pub(super) struct Office {
    pub tasks: Vec<String>,
    pub inner: Vec<String>,
    pub given: Vec<String>,
    pub notes: Vec<String>,
    pub appointment: Vec<Appointment>,
    pub inner_appointment: Vec<Appointment>,
}

#[derive(Deserialize)]
pub(super) struct Appointment {
    pub title: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub place: String,
    pub minutes: i64,
}

#[derive(Deserialize)]
struct Knowledge {
    article: Vec<Article>,
}

#[derive(Deserialize)]
pub(super) struct Article {
    pub title: String,
    pub kind: String,
    pub category: String,
    pub audience: String,
    #[serde(default)]
    pub answers: String,
    pub keywords: Vec<String>,
    /// Titles of the requests it answers.
    #[serde(default)]
    pub cases: Vec<String>,
    /// Where it stands when it is not published.
    #[serde(default)]
    pub state: String,
    /// In how many days it runs out.
    pub until: Option<i64>,
    pub body: String,
}

#[derive(Deserialize)]
pub(super) struct Learned {
    pub promises: Vec<String>,
    pub broken: String,
    pub resolved: String,
    pub review: String,
    pub call: Call,
    pub preference: Vec<Preference>,
    pub channel: Vec<ChannelWish>,
    pub objection: Vec<Objection>,
    pub phrase: Vec<Phrase>,
}

/// By which channel somebody likes to be reached, in their words.
#[derive(Deserialize)]
pub(super) struct ChannelWish {
    pub words: String,
    pub channel: String,
}

#[derive(Deserialize)]
pub(super) struct Call {
    pub purpose: String,
    pub goal: String,
    pub questions: String,
    pub materials: String,
    pub topic: String,
}

/// What was heard first, if anything, and what holds now.
#[derive(Deserialize)]
pub(super) struct Preference {
    pub topic: String,
    pub before: String,
    pub now: String,
}

#[derive(Deserialize)]
pub(super) struct Objection {
    pub words: String,
    pub about: String,
    pub steps: [String; 5],
}

#[derive(Deserialize)]
pub(super) struct Phrase {
    pub title: String,
    pub content: String,
}

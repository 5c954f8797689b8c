//! Our own company: its name, departments, colleagues with their superiors, and products.

use super::{
    Login, PASSWORD,
    texts::{Crew, Person, TEXTS},
    world::{Colleague, World, person_name},
};
use guanxi_gate::{
    Ctx, Draft, Result,
    auth::{NewUser, role_label},
};
use guanxi_model::{RecordId, Value};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// The ready roles in the order people are shown them, each with its log-in.
const READY: [(&str, &str); 5] = [
    ("sales_manager", "manager"),
    ("account_manager", "sales"),
    ("service_agent", "service"),
    ("executive", "boss"),
    ("admin", "admin"),
];

/// Founds the company. Everybody can log in with the same password; one log-in for each ready role is shown.
pub(super) fn found(world: &mut World<'_>) -> Result<Vec<Login>> {
    let mut ctx = world.gate.operator();
    ctx.now = world.days.at(world.days.first(), 8 * 60) - SignedDuration::from_hours(24);
    ctx.today = world.days.date(ctx.now);
    world.gate.set_setting(&ctx, "company", &TEXTS.company.name)?;
    let departments = departments(world, &ctx)?;
    hire(world, &ctx)?;
    appoint(world, &ctx, &departments)?;
    let registered = READY.iter().map(|(role, login)| Login {
        role: (*role).to_owned(),
        role_label: role_label(world.gate, role),
        login: (*login).to_owned(),
        password: PASSWORD.to_owned(),
        name: TEXTS
            .company
            .person
            .iter()
            .find(|p| p.login == *login)
            .map(|p| p.name.clone())
            .unwrap_or_default(),
    });
    Ok(registered.collect())
}

fn departments(world: &World<'_>, ctx: &Ctx) -> Result<BTreeMap<String, RecordId>> {
    world.gate.write(ctx, |tx| {
        let mut made: BTreeMap<String, RecordId> = BTreeMap::new();
        for department in &TEXTS.company.department {
            let parent = department.parent.as_ref().and_then(|key| made.get(key).copied());
            let draft = Draft::new()
                .set("name", department.name.as_str())
                .set("parent", parent)
                .set("note", department.note.as_str());
            made.insert(department.key.clone(), tx.create("department", draft)?.id);
        }
        Ok(made)
    })
}

fn hire(world: &mut World<'_>, ctx: &Ctx) -> Result<()> {
    let mut dice = world.dice("company");
    let mut taken: BTreeSet<String> = TEXTS.company.person.iter().map(|p| p.login.clone()).collect();
    for person in &TEXTS.company.person {
        let roles = [vec![person.role.clone()], person.also.clone()].concat();
        let mobile = world.mobile(&mut dice);
        add(world, ctx, person, roles, mobile)?;
    }
    for crew in &TEXTS.company.crew {
        for _ in 0..crew.count {
            let name = world.new_name(|| person_name(&mut dice).1);
            let login = free_login(&mut taken, &guanxi_text::pinyin::full(&name));
            let mobile = world.mobile(&mut dice);
            add(world, ctx, &member(crew, name, login), vec![crew.role.clone()], mobile)?;
        }
    }
    Ok(())
}

fn member(crew: &Crew, name: String, login: String) -> Person {
    Person {
        login,
        name,
        role: crew.role.clone(),
        also: Vec::new(),
        department: crew.department.clone(),
        superior: Some(crew.superior.clone()),
        job: crew.job.clone(),
        manages: Vec::new(),
    }
}

fn free_login(taken: &mut BTreeSet<String>, wish: &str) -> String {
    let mut login = wish.to_owned();
    let mut next = 2;
    while !taken.insert(login.clone()) {
        login = format!("{wish}{next}");
        next += 1;
    }
    login
}

fn add(world: &mut World<'_>, ctx: &Ctx, person: &Person, roles: Vec<String>, mobile: String) -> Result<()> {
    let superior = person.superior.as_deref().map(|login| world.colleague(login).id);
    let user = NewUser {
        login: person.login.clone(),
        name: person.name.clone(),
        roles,
        department: Some(path(&person.department)),
        superior,
        phone: Some(mobile),
        email: Some(format!("{}@{}", person.login.replace('_', "."), TEXTS.company.mail)),
        title: Some(person.job.clone()),
        password: Some(PASSWORD.to_owned()),
    };
    let (id, _) = world.gate.add_user(ctx, user)?;
    world.people.push(Colleague {
        id,
        number: world.people.len(),
        login: person.login.clone(),
        role: person.role.clone(),
        department: person.department.clone(),
    });
    Ok(())
}

/// The names of a department and those above it, from the top.
fn path(key: &str) -> String {
    let mut names = Vec::new();
    let mut here = Some(key);
    while let Some(department) = here.and_then(|key| TEXTS.company.department.iter().find(|d| d.key == key)) {
        names.insert(0, department.name.as_str());
        here = department.parent.as_deref();
    }
    names.join("/")
}

/// Says who manages which department.
fn appoint(world: &World<'_>, ctx: &Ctx, departments: &BTreeMap<String, RecordId>) -> Result<()> {
    let appointed: Vec<(RecordId, RecordId)> = TEXTS
        .company
        .person
        .iter()
        .flat_map(|person| person.manages.iter().map(|key| (key, world.colleague(&person.login).id)))
        .filter_map(|(key, id)| Some((*departments.get(key)?, id)))
        .collect();
    world.gate.write(ctx, move |tx| {
        for (department, manager) in &appointed {
            let department = tx.get("department", *department)?;
            tx.update(&department, Draft::new().set("manager", *manager))?;
        }
        Ok(())
    })
}

/// Puts our products on sale.
pub(super) fn products(world: &mut World<'_>) {
    let at = world.days.at(world.days.first(), 8 * 60 + 40);
    let by = world.colleague("manager").id;
    for product in &TEXTS.products {
        let draft = Draft::new()
            .set("number", product.number.as_str())
            .set("name", product.name.as_str())
            .set("category", product.category.as_str())
            .set("model", product.model.as_str())
            .set("unit", product.unit.as_str())
            .set("price", product.price)
            .set("cost", product.cost)
            .set("on_sale", Value::Bool(!product.retired));
        let key = world.script.create(at, by, "product", draft, Vec::new());
        world.products.push(key);
    }
}

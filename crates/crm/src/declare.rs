//! How areas say what they bring, so that an area's file reads as a list.

use guanxi_gate::{Domain, JobDef, Rule, VerbFn, report::ReportDef};
use guanxi_model::{
    Field, FieldKind, Object, Role,
    field::{Choice, RollUpFunction},
    registry::Dictionary,
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Words for adding to a domain.
pub(crate) trait Declare {
    /// An object's document.
    fn object(&mut self, document: &str) -> &mut Self;
    /// A dictionary's document.
    fn dictionary(&mut self, document: &str) -> &mut Self;
    /// A role's document.
    fn role(&mut self, document: &str) -> &mut Self;
    /// The code of a verb that an object's document declares.
    fn verb(&mut self, object: &str, verb: &str, code: VerbFn) -> &mut Self;
    /// A rule over an object's records.
    fn rule(&mut self, object: &str, rule: impl Rule + 'static) -> &mut Self;
    /// A job.
    fn job(&mut self, job: JobDef) -> &mut Self;
    /// A report.
    fn report(&mut self, report: ReportDef) -> &mut Self;
}

impl Declare for Domain {
    fn object(&mut self, document: &str) -> &mut Self {
        self.shipped.objects.push(object(document));
        self
    }

    fn dictionary(&mut self, document: &str) -> &mut Self {
        self.shipped.dictionaries.push(dictionary(document));
        self
    }

    fn role(&mut self, document: &str) -> &mut Self {
        self.shipped.roles.push(role(document));
        self
    }

    fn verb(&mut self, object: &str, verb: &str, code: VerbFn) -> &mut Self {
        self.verbs.insert((object.to_owned(), verb.to_owned()), code);
        self
    }

    fn rule(&mut self, object: &str, rule: impl Rule + 'static) -> &mut Self {
        self.rules.entry(object.to_owned()).or_default().push(Arc::new(rule));
        self
    }

    fn job(&mut self, job: JobDef) -> &mut Self {
        self.jobs.push(job);
        self
    }

    fn report(&mut self, report: ReportDef) -> &mut Self {
        self.reports.push(report);
        self
    }
}

/// Gives the parameters of reports the entries of the dictionaries they name.
pub(crate) fn offer_choices(domain: &mut Domain) {
    for param in domain.reports.iter_mut().flat_map(|report| &mut report.params) {
        let name = param.dictionary.as_deref();
        if let Some(dictionary) = domain.shipped.dictionaries.iter().find(|d| Some(d.name.as_str()) == name) {
            param.options.clone_from(&dictionary.choices);
        }
    }
}

/// Gives choices that stand for what the documents declare their entries: the columns a pool may show, the
/// roles that may sit in it. Written down beside them they would differ from the documents one day.
pub(crate) fn offer_declared(domain: &mut Domain) {
    const COLUMNS: [&str; 3] = ["recycle_warn_on", "recycle_noticed", "last_pool"];
    let entry = |value: &str, label: &guanxi_model::Label| Choice {
        value: value.to_owned(),
        label: label.clone(),
        ..Choice::default()
    };
    let shipped = &mut domain.shipped;
    let customer = shipped.objects.iter().find(|object| object.name == "customer");
    let columns: Vec<Choice> = customer
        .map(|object| {
            let shown = object
                .fields
                .iter()
                .filter(|f| !COLUMNS.contains(&f.name.as_str()) && f.name != object.title);
            shown.map(|field| entry(&field.name, &field.label)).collect()
        })
        .unwrap_or_default();
    // What a stage may ask for: whatever people fill in on an opportunity, and what is counted there.
    let opportunity = shipped.objects.iter().find(|object| object.name == "opportunity");
    let asked: Vec<Choice> = opportunity
        .map(|object| {
            let counted = |field: &Field| {
                matches!(field.kind, FieldKind::RollUp { function: RollUpFunction::Count, .. })
            };
            let typed = |field: &Field| !field.read_only && !field.is_computed() && !field.required;
            let moved = ["stage", "pipeline", "tags", "follow_up_status"];
            let asked = object.fields.iter().filter(|field| counted(field) || typed(field));
            let asked = asked.filter(|field| {
                !moved.contains(&field.name.as_str()) && !matches!(field.kind, FieldKind::AutoNumber { .. })
            });
            asked.map(|field| entry(&field.name, &field.label)).collect()
        })
        .unwrap_or_default();
    let roles: Vec<Choice> = shipped.roles.iter().map(|role| entry(&role.name, &role.label)).collect();
    for object in &mut shipped.objects {
        let options = match object.name.as_str() {
            "pool" => ("columns", &columns),
            "pipeline_stage" => ("requires", &asked),
            "pool_member" | "customer_quota" | "deal_alert" => ("role", &roles),
            _ => continue,
        };
        for field in object.fields.iter_mut().filter(|field| field.name == options.0) {
            field.options.clone_from(options.1);
        }
    }
}

/// Reads an object's document.
///
/// # Panics
/// When the document is not one; shipped documents are part of the binary and every test reads them.
pub fn object(document: &str) -> Object {
    read(document)
}

/// Reads a dictionary's document.
///
/// # Panics
/// When the document is not one.
pub fn dictionary(document: &str) -> Dictionary {
    read(document)
}

/// Reads a role's document.
///
/// # Panics
/// When the document is not one.
pub fn role(document: &str) -> Role {
    read(document)
}

fn read<T: DeserializeOwned>(document: &str) -> T {
    toml::from_str(document).unwrap_or_else(|error| {
        let head: String = document.lines().take(3).collect::<Vec<_>>().join(" / ");
        panic!("a shipped document is not valid: {error}\n{head}")
    })
}

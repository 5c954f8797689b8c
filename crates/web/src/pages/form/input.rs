//! Fields as inputs: what was stored, what is typed, and the widget of each kind. A form is a list of
//! texts (`Params`) from beginning to end, so that a refused form shows exactly what was typed.

use crate::{
    session::{Params, Visit},
    ui::{self, Widget},
};
use guanxi_gate::{Draft, Error, Titles};
use guanxi_model::{Field, FieldKind, Issue, Label, Locale, Object, Query, RecordId, Value, expr::Expr};
use std::collections::{BTreeMap, BTreeSet};

/// What drawing inputs needs to know.
pub struct Inputs<'a> {
    /// The reader.
    pub visit: &'a Visit,
    /// What the form holds.
    pub params: &'a Params,
    /// Names of the records it refers to.
    pub titles: &'a Titles,
    /// What is wrong.
    pub issues: &'a [Issue],
    /// Put before names and ids, for lines of a form: `line.0.`.
    pub prefix: String,
}

/// Whether people fill a field in by hand.
pub fn is_input(field: &Field) -> bool {
    !field.inactive
        && !field.read_only
        && !field.is_computed()
        && !matches!(field.kind, FieldKind::AutoNumber { .. })
        && !matches!(field.name.as_str(), "version" | "id")
}

/// Writes a value into a form, as its input would send it.
pub fn put(params: &mut Params, prefix: &str, field: &Field, value: &Value, visit: &Visit) {
    let name = format!("{prefix}{}", field.name);
    let mut add = |name: String, text: String| params.0.push((name, text));
    match value {
        Value::Null => {}
        Value::Bool(yes) => add(name, yes.to_string()),
        Value::Decimal(number) => add(name, number.normalize().to_string()),
        Value::Text(text) => add(name, text.clone()),
        Value::Date(date) => add(name, date.to_string()),
        Value::Instant(at) => {
            add(name, at.to_zoned(visit.ctx().zone.clone()).strftime("%Y-%m-%d %H:%M").to_string());
        }
        Value::Ref(id) => add(name, id.to_string()),
        Value::AnyRef(object, id) => add(name, format!("{object}:{id}")),
        Value::List(items) => items.iter().for_each(|item| add(name.clone(), item.clone())),
        Value::Address { region, detail } => {
            add(format!("{name}.region"), region.clone());
            add(format!("{name}.detail"), detail.clone());
        }
        Value::Lookup(lookup) => add(name, lookup.1.clone()),
    }
}

/// The value of a field as one text, for the editors of the browser side.
pub fn editor_value(field: &Field, value: &Value, visit: &Visit) -> String {
    if let Value::Address { region, detail } = value {
        return format!("{region}|{detail}");
    }
    let mut params = Params::default();
    put(&mut params, "", field, value, visit);
    params.0.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

/// The default of a field for a new record.
pub fn default_of(field: &Field, visit: &Visit) -> Value {
    let Some(default) = &field.default else { return Value::Null };
    let ctx = visit.ctx();
    match (default.as_str(), field.value_kind()) {
        (Some("today"), FieldKind::Date) => Value::Date(ctx.today),
        (Some("now"), FieldKind::Instant) => Value::Instant(ctx.now),
        (Some("me"), FieldKind::User) => Value::Ref(ctx.subject.user),
        _ => field.parse_json(default).unwrap_or_default(),
    }
}

/// Reads fields from a form. A field that was shown and sent nothing (unticked boxes, removed tags) becomes
/// empty; one that was not shown stays out of the draft.
pub fn read<'f>(fields: impl IntoIterator<Item = &'f Field>, params: &Params, prefix: &str) -> Draft {
    let shown: BTreeSet<&str> = params.all("shown").flat_map(|names| names.split(',')).collect();
    let mut draft = Draft::new();
    for field in fields {
        let name = format!("{prefix}{}", field.name);
        let (region, detail) = (format!("{name}.region"), format!("{name}.detail"));
        let text = if params.has(&region) || params.has(&detail) {
            let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
            let (region, detail) = (text(&region), text(&detail));
            if region.is_empty() && detail.is_empty() { String::new() } else { format!("{region}|{detail}") }
        } else if params.has(&name) || shown.contains(field.name.as_str()) {
            joined(field, params.all(&name).collect())
        } else {
            continue;
        };
        match field.parse_text(&text) {
            Ok(value) => drop(draft.values.insert(field.name.clone(), value)),
            Err((code, message)) => draft.issues.push(Issue::field(&field.name, code, message)),
        }
    }
    draft
}

/// Several values of a name are one list; a switch sends `false` and, when it is on, `true` after it.
fn joined(field: &Field, texts: Vec<&str>) -> String {
    match field.value_kind() {
        FieldKind::Choices | FieldKind::Tags | FieldKind::File | FieldKind::Image => texts.join(","),
        _ => texts.last().copied().unwrap_or_default().to_owned(),
    }
}

/// Names of everything that the references of a form point to.
///
/// # Errors
/// When the records cannot be read.
pub fn titles<'f>(
    visit: &Visit,
    fields: impl IntoIterator<Item = &'f Field>,
    params: &Params,
) -> Result<Titles, Error> {
    let mut wanted: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
    for field in fields {
        for (name, text) in params.pairs() {
            if name != field.name && !name.ends_with(&format!(".{}", field.name)) {
                continue;
            }
            if let Some(target) = field.target() {
                if let Ok(id) = text.parse() {
                    wanted.entry(target.to_owned()).or_default().insert(id);
                }
            } else if let (FieldKind::AnyReference { to }, Some((object, id))) =
                (field.value_kind(), text.split_once(':'))
                && to.iter().any(|name| name == object)
                && let Ok(id) = id.parse()
            {
                wanted.entry(object.to_owned()).or_default().insert(id);
            }
        }
    }
    let mut titles = Titles::default();
    for (object, ids) in wanted {
        let ids: Vec<RecordId> = ids.into_iter().collect();
        titles.0.extend(names(visit, &object, &ids)?.0);
    }
    Ok(titles)
}

/// A field that no document declares; its label comes from the phrase tables, in both languages.
pub fn labelled(name: &str, key: &'static str, kind: FieldKind) -> Field {
    let label = |locale| crate::texts::t(locale, key);
    Field::new(name, Label::new(label(Locale::Zh), label(Locale::En)), kind)
}

/// Names of records of one object, as far as the reader may see them.
///
/// # Errors
/// When the records cannot be read.
pub fn names(visit: &Visit, object: &str, ids: &[RecordId]) -> Result<Titles, Error> {
    let mut titles = Titles::default();
    if ids.is_empty() || !visit.may(object, guanxi_model::access::action::READ) {
        return Ok(titles);
    }
    let title = visit.gate().object(object)?.title.clone();
    let query =
        Query::of(object).fields([title]).filter(Expr::ids("id", ids)).limit(ids.len().clamp(1, 1000));
    for row in visit.gate().list(visit.ctx(), &query)?.rows {
        titles.0.insert(row.id, row.title());
    }
    Ok(titles)
}

impl Inputs<'_> {
    /// The id of a field's input, which problems link to.
    pub fn id(&self, field: &str) -> String {
        format!("in-{}{field}", self.prefix).replace('.', "-")
    }

    /// A field with its widget, value and problem.
    pub fn field(&self, field: &Field, required: bool) -> ui::Field {
        let visit = self.visit;
        let name = format!("{}{}", self.prefix, field.name);
        let values: Vec<String> = self.params.all(&name).map(str::to_owned).collect();
        let kind = field.value_kind();
        let error = self
            .issues
            .iter()
            .filter(|issue| issue.field.as_deref() == Some(&name))
            .map(|issue| super::super::answer::say(visit, issue))
            .reduce(|all, next| format!("{all} {next}"));
        ui::Field {
            id: self.id(&field.name),
            label: field.label.get(visit.locale()).to_owned(),
            value: values.last().cloned().unwrap_or_default(),
            widget: self.widget(field, &name, &values, required),
            values,
            required: required.then(|| visit.t("form.required").to_owned()),
            hint: field.help.as_ref().map(|help| help.get(visit.locale()).to_owned()).unwrap_or_default(),
            error,
            placeholder: placeholder(visit, field),
            wide: matches!(
                kind,
                FieldKind::LongText
                    | FieldKind::Region
                    | FieldKind::Address
                    | FieldKind::File
                    | FieldKind::Image
                    | FieldKind::Tags
            ),
            name,
            ..ui::Field::default()
        }
    }

    fn widget(&self, field: &Field, name: &str, values: &[String], required: bool) -> Widget {
        let visit = self.visit;
        match field.value_kind() {
            FieldKind::LongText => Widget::Textarea,
            FieldKind::Number { scale: 0, .. } => Widget::Number("1".to_owned()),
            FieldKind::Number { scale, .. } => {
                Widget::Number(format!("0.{}1", "0".repeat(usize::from(*scale) - 1)))
            }
            FieldKind::Money { .. } => Widget::Money("\u{a5}".to_owned()),
            FieldKind::Percent => Widget::Percent,
            FieldKind::Rating { max } => {
                let label =
                    |n: u8| visit.fill("show.stars", &[("n", &n.to_string()), ("max", &max.to_string())]);
                Widget::Rating((1..=*max).map(label).collect())
            }
            FieldKind::Date => Widget::Date,
            FieldKind::Instant => Widget::DateTime,
            FieldKind::YesNo => Widget::Switch(String::new()),
            FieldKind::Choice => Widget::Select(self.choices(field, values, !required || values.is_empty())),
            FieldKind::Choices => Widget::MultiSelect(self.choices(field, values, false)),
            FieldKind::Tags => Widget::Tags(Vec::new()),
            FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department => {
                let object = field.target().unwrap_or_default().to_owned();
                let picked =
                    values.iter().filter_map(|text| Some(self.choice(text, text.parse().ok()?))).collect();
                Widget::Reference { object, multiple: false, picked }
            }
            FieldKind::AnyReference { to } => {
                let picked = values
                    .iter()
                    .filter_map(|text| Some(self.choice(text, text.split_once(':')?.1.parse().ok()?)))
                    .collect();
                Widget::Reference { object: to.join(","), multiple: false, picked }
            }
            FieldKind::Phone => Widget::Phone,
            FieldKind::Email => Widget::Email,
            FieldKind::Link => Widget::Link,
            FieldKind::Region => Widget::Region(region(visit, values.last().map_or("", String::as_str))),
            FieldKind::Address => Widget::Address {
                region: region(visit, self.params.get(&format!("{name}.region")).unwrap_or_default()),
                detail: self.params.get(&format!("{name}.detail")).unwrap_or_default().to_owned(),
                placeholder: visit.t("form.street").to_owned(),
            },
            FieldKind::File => self.files(values, ""),
            FieldKind::Image => self.files(values, "image/*"),
            FieldKind::Text
            | FieldKind::CreditCode
            | FieldKind::Id
            | FieldKind::AutoNumber { .. }
            | FieldKind::Formula { .. }
            | FieldKind::RollUp { .. } => Widget::Text,
        }
    }

    fn choice(&self, value: &str, id: RecordId) -> ui::Choice {
        ui::Choice::new(value, self.titles.get(id).map_or_else(|| format!("#{id}"), str::to_owned))
    }

    fn choices(&self, field: &Field, values: &[String], blank: bool) -> Vec<ui::Choice> {
        let mut choices = Vec::new();
        if blank {
            choices.push(ui::Choice::new("", self.visit.t("form.choose")));
        }
        // An entry that is no longer offered stays on the records that have it.
        let group = field.among.as_ref().and_then(|among| self.params.get(&among.via));
        let group = group.and_then(|id| id.parse().ok());
        let listed = crate::pages::board::listed(self.visit, field, group).unwrap_or_default();
        let place = |value: &String| match &listed {
            Some(listed) => listed.iter().position(|one| one == value),
            None => Some(0),
        };
        let mut offered: Vec<_> = field
            .options
            .iter()
            .filter(|option| {
                let free = !option.inactive && place(&option.value).is_some();
                free || values.contains(&option.value)
            })
            .collect();
        offered.sort_by_key(|option| place(&option.value).unwrap_or(usize::MAX));
        choices.extend(offered.into_iter().map(|option| ui::Choice {
            value: option.value.clone(),
            label: option.label.get(self.visit.locale()).to_owned(),
            hue: Some(option.hue),
        }));
        choices
    }

    fn files(&self, values: &[String], accept: &str) -> Widget {
        let files = values.iter().map(|id| match self.visit.gate().file_info(self.visit.ctx(), id) {
            Ok(info) => (id.clone(), info.name, size(info.size)),
            Err(_) => (id.clone(), id.clone(), String::new()),
        });
        Widget::File {
            accept: accept.to_owned(),
            multiple: true,
            prompt: self.visit.t("form.drop_files").to_owned(),
            upload: Some("/files".to_owned()),
            files: files.collect(),
        }
    }
}

/// A file's size in words.
pub fn size(bytes: i64) -> String {
    match bytes {
        b if b < 1024 => format!("{b} B"),
        b if b < 1024 * 1024 => format!("{} KB", b / 1024),
        b => format!("{}.{} MB", b / (1024 * 1024), (b % (1024 * 1024)) * 10 / (1024 * 1024)),
    }
}

fn placeholder(visit: &Visit, field: &Field) -> String {
    let text = match field.value_kind() {
        FieldKind::Reference { .. }
        | FieldKind::AnyReference { .. }
        | FieldKind::User
        | FieldKind::Department => visit.t("form.search"),
        FieldKind::Tags => visit.t("form.add_tag"),
        FieldKind::Date => "2026-01-31",
        FieldKind::Instant => "2026-01-31 09:30",
        FieldKind::Link => "https://",
        _ => "",
    };
    text.to_owned()
}

/// The three levels of a region, as far as they are known now.
pub fn region(visit: &Visit, code: &str) -> ui::Region {
    use guanxi_text::region::{children, parent, provinces};
    let mut chain = Vec::new();
    let mut at = Some(code).filter(|code| guanxi_text::region::is_valid(code));
    while let Some(code) = at {
        chain.insert(0, code.to_owned());
        at = parent(code);
    }
    let level = |blank: &'static str, regions: Vec<(&'static str, &'static str)>| -> Vec<ui::Choice> {
        let mut choices = vec![ui::Choice::new("", visit.t(blank))];
        choices.extend(regions.into_iter().map(|(code, name)| ui::Choice::new(code, name)));
        choices
    };
    let below = |n: usize| chain.get(n).map(|code| children(code)).unwrap_or_default();
    let chosen = |n: usize| chain.get(n).cloned().unwrap_or_default();
    ui::Region {
        levels: [
            level("form.province", provinces()),
            level("form.city", below(0)),
            level("form.district", below(1)),
        ],
        chosen: [chosen(0), chosen(1), chosen(2)],
        labels: [
            visit.t("form.province").to_owned(),
            visit.t("form.city").to_owned(),
            visit.t("form.district").to_owned(),
        ],
    }
}

/// The groups of a form: the document's, then the fields that stand in none of them.
pub fn groups<'o>(object: &'o Object, visit: &Visit, new: bool) -> Vec<(String, bool, Vec<&'o Field>)> {
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    let mut groups = Vec::new();
    for group in &object.record.groups {
        let fields: Vec<&Field> =
            group.fields.iter().filter_map(|name| object.field(name)).filter(|f| !f.inactive).collect();
        let fields: Vec<&Field> = fields.into_iter().filter(|field| placed.insert(&field.name)).collect();
        if !(new && group.later) {
            groups.push((group.label.get(visit.locale()).to_owned(), group.folded, fields));
        }
    }
    let rest: Vec<&Field> = object
        .active_fields()
        .filter(|field| !field.system && !placed.contains(field.name.as_str()))
        .filter(|field| object.record.groups.is_empty() || field.custom || !field.read_only)
        .collect();
    if !rest.is_empty() {
        let title = if groups.is_empty() { visit.t("form.basics") } else { visit.t("form.more") };
        groups.push((title.to_owned(), false, rest));
    }
    groups
}

//! What every shipped document must satisfy, so that a newcomer's object cannot be half done.

use guanxi_crm::{domain, office::todo};
use guanxi_model::{
    Field, FieldKind, FieldLevel, Label, Locale, Message, Object, Registry,
    access::action,
    expr::{self, Type},
    object::BoardDef,
    phrases::Phrases,
    registry::resolve_path,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// The icons of the sprite, `assets/dist/sprite-*.svg`.
fn icons() -> Option<BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/dist");
    let sprite =
        std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path()).find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.starts_with("sprite-") && name.ends_with(".svg")
        })?;
    let text = std::fs::read_to_string(sprite).unwrap();
    Some(text.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect())
}

const HUES: [u16; 13] = [0, 15, 30, 60, 75, 100, 158, 200, 230, 256, 285, 300, 345];

/// Collects problems, so that one run names them all.
struct Inspection {
    registry: Registry,
    problems: Vec<String>,
}

impl Inspection {
    fn of(domain: &guanxi_gate::Domain) -> Self {
        let (registry, problems) = Registry::build(domain.shipped.clone(), &[], 1);
        Inspection { registry, problems }
    }

    fn check(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }

    fn label(&mut self, label: &Label, of: &str) {
        let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        self.check(!label.zh.is_empty() && !label.en.is_empty(), || format!("{of}: a label is missing"));
        self.check(!han(&label.en), || format!("{of}: Chinese in the English label {}", label.en));
        self.check(!label.zh.contains([',', ';', '?', '!']), || {
            format!("{of}: half-width punctuation in {}", label.zh)
        });
    }

    fn path(&mut self, object: &Object, path: &str, of: &str) {
        let found = resolve_path(&self.registry, object, path).is_some();
        self.check(found, || format!("{of}: no field {path}"));
    }

    /// The expression parses, fits the object and is a condition.
    fn condition(&mut self, object: &Object, source: &str, of: &str) {
        let checked = expr::parse(source).and_then(|expr| expr::check(&expr, &(&self.registry, object)));
        match checked {
            Ok(checked) => self.check(checked.ty == Type::Bool, || format!("{of}: {source} is no condition")),
            Err(error) => self.problems.push(format!("{of}: {source}: {error:?}")),
        }
    }

    fn field(&mut self, object: &Object, field: &Field, of: &str) {
        self.label(&field.label, of);
        if let Some(help) = &field.help {
            self.label(help, of);
        }
        for condition in field.show_when.iter().chain(&field.require_when) {
            self.condition(object, condition, of);
        }
        if let Some(warning) = &field.warning {
            self.condition(object, &warning.when, of);
            self.label(&warning.text, of);
        }
        if matches!(field.value_kind(), FieldKind::Choice | FieldKind::Choices) {
            self.check(!field.options.is_empty(), || format!("{of}: no options"));
        }
        for option in &field.options {
            self.label(&option.label, of);
            self.check(HUES.contains(&option.hue), || format!("{of}: {} has no such hue", option.value));
        }
        if let Some(among) = &field.among {
            let other = self.registry.object(&among.object).cloned();
            let lists = other.as_ref().is_some_and(|other| {
                [&among.via, &among.value, &among.order].iter().all(|name| other.field(name).is_some())
            });
            self.check(lists && object.field(&among.via).is_some(), || {
                format!("{of}: nobody lists its options")
            });
        }
        if let Some(default) = &field.default {
            let word = matches!(default.as_str(), Some("today" | "now" | "me"));
            self.check(word || field.parse_json(default).is_ok(), || {
                format!("{of}: the default does not fit")
            });
        }
        let textual = matches!(Type::of(field), Type::Text | Type::Choice | Type::List | Type::Address);
        self.check(!field.search || textual, || format!("{of}: searched, but no text"));
        if let FieldKind::RollUp { of: child, condition: Some(condition), .. } = &field.kind
            && let Some(child) = self.registry.object(child).cloned()
        {
            self.condition(&child, condition, of);
        }
    }
}

fn passes(mut inspection: Inspection) {
    inspection.problems.sort();
    assert!(inspection.problems.is_empty(), "\n{}\n", inspection.problems.join("\n"));
}

#[test]
fn objects_are_whole() {
    let domain = domain();
    let mut inspection = Inspection::of(&domain);
    let icons = icons();
    if icons.is_none() {
        eprintln!("SKIPPED: assets/dist has no sprite, so icons were NOT checked; run `make check`");
    }
    let icon = |name: &str| icons.as_ref().is_none_or(|icons| icons.contains(name));
    let objects: Vec<_> = inspection.registry.objects().cloned().collect();
    let (mut places, mut views) = (BTreeSet::new(), 0);
    for object in objects {
        let name = object.name.clone();
        let at = |part: &str| format!("{name} {part}");
        inspection.label(&object.label, &name);
        inspection.label(&object.about, &at("about"));
        inspection.check(!object.plural.is_empty(), || at("has no English plural"));
        inspection.check(icon(&object.icon), || at(&format!("icon {}", object.icon)));
        inspection.check(HUES.contains(&object.hue), || at("hue"));
        if let Some(menu) = &object.menu {
            let known = matches!(menu.section.as_str(), "daily" | "business" | "more" | "settings");
            inspection.check(known, || at("menu section"));
            inspection.check(places.insert((menu.section.clone(), menu.order)), || {
                at("shares its place in the menu")
            });
        }
        for field in &object.fields {
            inspection.field(&object, field, &at(&field.name));
        }
        if let Some(inherit) = &object.access.inherit {
            let target = object.field(inherit).and_then(Field::target).is_some();
            inspection.check(target, || at("inherits access from what is no reference"));
        }
        let list = &object.list;
        inspection
            .check(list.columns.first() == Some(&object.title), || at("list: the title does not come first"));
        for path in list.columns.iter().chain(&list.card) {
            inspection.path(&object, path, &at("list"));
        }
        for sort in &list.sort {
            inspection.path(&object, sort.trim_start_matches('-'), &at("sort"));
        }
        for sum in &list.sums {
            let numeric = object.field(sum).is_some_and(Field::is_numeric);
            inspection.check(numeric, || at(&format!("sums {sum}")));
        }
        let names: BTreeSet<_> = list.views.iter().map(|view| &view.name).collect();
        inspection.check(names.len() == list.views.len() && !names.is_empty(), || {
            at("views: none, or a name twice")
        });
        for view in &list.views {
            views += 1;
            let of = at(&format!("view {}", view.name));
            inspection.label(&view.label, &of);
            if !view.filter.is_empty() {
                inspection.condition(&object, &view.filter, &of);
            }
            for path in view.columns.iter().chain(&view.sort) {
                inspection.path(&object, path.trim_start_matches('-'), &of);
            }
            let drawn = match view.layout.as_str() {
                "" | "table" => true,
                "calendar" => object.calendar.is_some(),
                board => object.board(board).is_some(),
            };
            inspection.check(drawn, || format!("{of}: layout {}", view.layout));
        }
        for def in &object.boards {
            board(&mut inspection, &object, def);
        }
        if let Some(calendar) = &object.calendar {
            for path in std::iter::once(&calendar.start).chain(&calendar.end) {
                let dated =
                    object.field(path).is_some_and(|f| matches!(Type::of(f), Type::Date | Type::Instant));
                inspection.check(dated, || at(&format!("calendar {path}")));
            }
        }
        record(&mut inspection, &object);
        for key in &object.duplicates {
            inspection.path(&object, &key.field, &at("duplicates"));
        }
        for rule in &object.rules {
            inspection.condition(&object, &rule.check, &at("rule"));
            inspection.label(&rule.message, &at("rule"));
        }
        let status = object.status.as_deref().and_then(|status| object.field(status));
        for verb in &object.verbs {
            let of = at(&format!("verb {}", verb.name));
            inspection.label(&verb.label, &of);
            inspection.label(&verb.done, &of);
            if let Some(when) = &verb.when {
                inspection.condition(&object, when, &of);
            }
            inspection.check(icon(&verb.icon), || format!("{of}: icon {}", verb.icon));
            inspection.check(matches!(verb.tone.as_str(), "primary" | "plain" | "danger"), || {
                format!("{of}: tone")
            });
            inspection
                .check(!action::ALL.contains(&verb.name.as_str()), || format!("{of}: the name is taken"));
            for value in verb.from.iter().chain(&verb.to) {
                let known = status.is_some_and(|status| status.option(value).is_some());
                inspection.check(known, || format!("{of}: no status {value}"));
            }
            let code = domain.verbs.contains_key(&(object.name.clone(), verb.name.clone()));
            inspection.check(code != verb.to.is_some(), || {
                format!("{of}: needs either code or a status to lead to")
            });
            for field in &verb.form {
                inspection.field(&object, field, &format!("{of} {}", field.name));
            }
        }
    }
    assert!(views > 40, "the inspection saw {views} views");
    passes(inspection);
}

fn board(inspection: &mut Inspection, object: &Object, board: &BoardDef) {
    let of = format!("{} {}", object.name, board.layout);
    let Some(by) = object.field(&board.by) else {
        return inspection.problems.push(format!("{of}: by {}", board.by));
    };
    for value in board.folded.iter().chain(&board.hidden).chain(board.verbs.keys()) {
        inspection.check(by.option(value).is_some(), || format!("{of}: no column {value}"));
    }
    for path in board.card.iter().chain(&board.amount).chain(&board.weight) {
        inspection.path(object, path, &of);
    }
    for path in board.since.iter().chain(&board.stale_after) {
        inspection.path(object, path, &of);
    }
    let status = object.status.as_deref().and_then(|status| object.field(status));
    for value in board.ends.keys() {
        inspection.check(status.is_some_and(|status| status.option(value).is_some()), || {
            format!("{of}: no status {value}")
        });
    }
    for (column, verb) in board.verbs.iter().chain(&board.ends) {
        let leads = object.verb(verb).is_some();
        inspection.check(leads, || format!("{of}: {column} performs {verb}, which does not exist"));
    }
    // A column that no verb reaches must be a field that people set.
    let moved_by_hand = by.options.iter().any(|option| !board.verbs.contains_key(&option.value));
    inspection.check(!by.read_only || !board.verbs.is_empty() || !moved_by_hand, || {
        format!("{of}: cards cannot move")
    });
}

fn record(inspection: &mut Inspection, object: &Object) {
    let of = format!("{} record", object.name);
    let record = &object.record;
    for path in record.line.iter().chain(&record.facts) {
        inspection.path(object, path, &of);
    }
    inspection.check(record.facts.len() <= 7, || format!("{of}: more than seven facts"));
    if let Some(path) = &record.path {
        let field = object.field(path);
        let ends = record.path_ends.iter().all(|end| field.is_some_and(|field| field.option(end).is_some()));
        inspection.check(ends, || format!("{of}: the path"));
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for face in &record.faces {
        inspection.label(&face.label, &of);
        let kept =
            object.field(&face.field).is_some_and(|f| f.read_only && matches!(f.kind, FieldKind::Percent));
        inspection.check(kept, || format!("{of}: face {} is kept in no percent of the program", face.name));
        inspection.check(!object.wanted(&face.name, |_| true).is_empty(), || {
            format!("{of}: face {} wants nothing", face.name)
        });
    }
    for group in &record.groups {
        inspection.label(&group.label, &of);
        let known = group.face.as_ref().is_none_or(|face| record.faces.iter().any(|def| def.name == *face));
        inspection.check(known, || format!("{of}: no face {:?}", group.face));
        for want in &group.wants {
            inspection.check(group.fields.contains(want), || {
                format!("{of}: {want} is wanted, but not in its group")
            });
            let input = object.field(want).is_some_and(|f| !f.is_computed() && !f.read_only);
            inspection.check(input, || format!("{of}: {want} is wanted, but nobody can fill it in"));
        }
        for field in &group.fields {
            inspection.path(object, field, &of);
            *seen.entry(field).or_default() += 1;
        }
    }
    let grouped = |field: &&Field| !field.system && !seen.contains_key(field.name.as_str());
    let loose: Vec<String> = object
        .fields
        .iter()
        .filter(|field| !Object::system_fields().iter().any(|system| system.name == field.name))
        .filter(grouped)
        .map(|field| field.name.clone())
        .collect();
    inspection.check(loose.is_empty(), || format!("{of}: in no group: {loose:?}"));
    for related in &record.related {
        let of = format!("{of} related {}", related.object);
        let Some(child) = inspection.registry.object(&related.object).cloned() else {
            inspection.problems.push(format!("{of}: does not exist"));
            continue;
        };
        let refers = child.field(&related.via).and_then(Field::target) == Some(&object.name);
        inspection.check(refers, || format!("{of}: {} does not refer here", related.via));
        for path in related.fields.iter().chain(&related.sum) {
            inspection.path(&child, path, &of);
        }
        for sort in &related.sort {
            inspection.path(&child, sort.trim_start_matches('-'), &of);
        }
    }
}

#[test]
fn code_belongs_to_what_documents_declare() {
    let domain = domain();
    let mut inspection = Inspection::of(&domain);
    for (object, verb) in domain.verbs.keys() {
        let declared = inspection.registry.object(object).is_some_and(|object| object.verb(verb).is_some());
        inspection.check(declared, || format!("{object}.{verb} has code but no declaration"));
    }
    for object in domain.rules.keys() {
        let known = inspection.registry.object(object).is_some();
        inspection.check(known, || format!("rules over {object}, which does not exist"));
    }
    passes(inspection);
}

#[test]
fn roles_speak_of_what_there_is() {
    let domain = domain();
    let mut inspection = Inspection::of(&domain);
    let names: BTreeSet<_> = inspection.registry.roles().map(|role| role.name.clone()).collect();
    for name in ["admin", "sales_manager", "account_manager", "service_agent", "executive"] {
        inspection.check(names.contains(name), || format!("no role {name}"));
    }
    let roles: Vec<_> = inspection.registry.roles().cloned().collect();
    for role in roles {
        inspection.label(&role.label, &role.name);
        inspection.label(&role.description, &role.name);
        for report in role.reports.iter().filter(|report| *report != "*") {
            let known = domain.reports.iter().any(|def| def.name == report);
            inspection.check(known, || format!("{}: no report {report}", role.name));
        }
        let settings =
            ["settings", "users", "roles", "objects", "dictionaries", "audit", "sets", "jobs", "keys"];
        for setting in &role.settings {
            inspection.check(settings.contains(&setting.as_str()), || {
                format!("{}: no setting {setting}", role.name)
            });
        }
        for grant in &role.grants {
            let objects: Vec<_> =
                grant.objects.iter().filter_map(|o| inspection.registry.object(o).cloned()).collect();
            inspection.check(objects.len() == grant.objects.len(), || {
                format!("{}: {:?}", role.name, grant.objects)
            });
            for wanted in &grant.actions {
                let built_in = action::ALL.contains(&wanted.as_str());
                let known = built_in || objects.iter().any(|object| object.verb(wanted).is_some());
                inspection
                    .check(known, || format!("{}: no action {wanted} on {:?}", role.name, grant.objects));
            }
            for (field, level) in &grant.fields {
                let known = objects.iter().any(|object| object.field(field).is_some());
                inspection.check(known, || format!("{}: no field {field}", role.name));
                let masked = *level == FieldLevel::Masked;
                let maskable = objects.iter().filter_map(|object| object.field(field)).all(|field| {
                    field.mask.is_some() || matches!(field.value_kind(), FieldKind::Phone | FieldKind::Email)
                });
                inspection.check(!masked || maskable, || format!("{}: {field} has no mask", role.name));
            }
        }
    }
    passes(inspection);
}

#[test]
fn dictionaries_are_whole_and_used() {
    let domain = domain();
    let mut inspection = Inspection::of(&domain);
    let used: BTreeSet<String> = domain
        .shipped
        .objects
        .iter()
        .flat_map(|object| object.fields.iter().chain(object.verbs.iter().flat_map(|verb| &verb.form)))
        .filter_map(|field| field.dictionary.clone())
        .collect();
    for name in &used {
        let known = domain.shipped.dictionaries.iter().any(|dictionary| dictionary.name == *name);
        inspection.check(known, || format!("no dictionary {name}"));
    }
    for dictionary in &domain.shipped.dictionaries {
        inspection.label(&dictionary.label, &dictionary.name);
        inspection
            .check(used.contains(&dictionary.name), || format!("{} is used by no field", dictionary.name));
        let mut values = BTreeSet::new();
        for choice in &dictionary.choices {
            let of = format!("{} {}", dictionary.name, choice.value);
            inspection.label(&choice.label, &of);
            inspection.check(HUES.contains(&choice.hue), || format!("{of}: hue"));
            let above = choice.parent.as_ref().is_none_or(|parent| values.contains(parent));
            inspection.check(above, || format!("{of}: its parent does not stand before it"));
            inspection.check(values.insert(choice.value.clone()), || format!("{of} twice"));
        }
    }
    passes(inspection);
}

#[test]
fn reports_and_counters_are_whole() {
    let domain = domain();
    let mut inspection = Inspection::of(&domain);
    let names: Vec<_> = domain.reports.iter().map(|report| report.name).collect();
    assert_eq!(
        names,
        [
            "contribution",
            "composition",
            "lead_source",
            "funnel",
            "competitors",
            "performance",
            "service",
            "solutions",
            "knowledge_gaps",
            "churn",
            "communication",
            "promises",
            "pareto",
            "lifecycle",
            "grade_preview",
            "identification",
            "idic",
            "cross",
            "portrait",
            "look_alikes",
            "growth_matrix",
            "marketing_matrix",
            "data_quality"
        ]
    );
    for report in &domain.reports {
        inspection.label(&report.label, report.name);
        inspection.label(&report.about, report.name);
        for param in &report.params {
            let choice = matches!(param.kind, FieldKind::Choice);
            inspection.label(&param.label, report.name);
            inspection.check(!choice || !param.options.is_empty(), || {
                format!("{} {}: no options", report.name, param.name)
            });
        }
    }
    let icons = icons();
    for counter in todo::COUNTERS {
        let (name, icon) = (counter.name, counter.icon);
        let object = inspection.registry.object(counter.object).cloned().expect("a counter names an object");
        for filter in counter.filters() {
            inspection.condition(&object, filter, name);
        }
        inspection.check(icons.as_ref().is_none_or(|icons| icons.contains(icon)), || {
            format!("{name}: icon {icon}")
        });
        for locale in Locale::ALL {
            let known = domain.phrases.has(locale, &format!("todo.{name}"));
            inspection.check(known, || format!("no phrase todo.{name} in {locale}"));
        }
    }
    passes(inspection);
}

/// Every sentence that code refuses or tells with exists in both languages and fills its gaps.
#[test]
fn sentences_exist_in_both_languages() {
    let phrases = Phrases::model().and(domain().phrases);
    let mut keys = BTreeSet::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut keys);
    assert!(keys.len() > 30, "the search found {} keys", keys.len());
    let missing: Vec<_> = keys
        .iter()
        .filter(|key| !key.starts_with("gate."))
        .filter(|key| Locale::ALL.iter().any(|locale| !phrases.has(*locale, key)))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let said = phrases
        .say(Locale::Zh, &Message::new("customer.has_business").with("n", 2).with("object", "#订单|Orders"));
    assert_eq!(said, "该客户还有 2 条订单，不能删除；不再往来的客户请通过流失预警确认流失");
}

/// Texts shaped like phrase keys, `area.words`, in the sources of the business.
fn collect(folder: &Path, keys: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, keys);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for marker in [
                "Message::new(\"",
                "refused(\"",
                "refuse(\"",
                "return Some(\"",
                "=> Some(\"",
                "        Some(\"",
            ] {
                for found in text.split(marker).skip(1).filter_map(|rest| rest.split('"').next()) {
                    let shaped = found.contains('.')
                        && found.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
                    if shaped {
                        keys.insert(found.to_owned());
                    }
                }
            }
        }
    }
}

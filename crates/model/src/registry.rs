//! All objects, dictionaries and roles of an account set, resolved: shipped documents with the layers
//! of installed packages and the site merged over them, property by property.

use crate::{
    access::Role,
    field::{Choice, Field, FieldKind},
    label::Label,
    object::{Object, RESERVED, is_api_name},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A shared list of choices, 基础数据.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dictionary {
    /// API name.
    pub name: String,
    /// What people read.
    pub label: Label,
    /// Its entries in order.
    #[serde(default, rename = "choice")]
    pub choices: Vec<Choice>,
    /// The values in the order that a site gave them; entries that came later follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
}

impl Dictionary {
    fn put_in_order(&mut self) {
        let Dictionary { choices, order, .. } = self;
        choices.sort_by_key(|choice| {
            order.iter().position(|value| *value == choice.value).unwrap_or(order.len())
        });
    }
}

/// The documents that come in the binary.
#[derive(Debug, Clone, Default)]
pub struct Shipped {
    /// Objects.
    pub objects: Vec<Object>,
    /// Dictionaries.
    pub dictionaries: Vec<Dictionary>,
    /// Ready roles.
    pub roles: Vec<Role>,
}

/// One difference of a layer: a JSON merge patch (RFC 7396) over a document, or a document of its own
/// when there is none beneath. Kinds and names: `object` customer, `field` customer.area,
/// `dictionary` grade, `choice` grade.key, `role` auditor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerDoc {
    /// `object`, `field`, `dictionary`, `choice` or `role`.
    pub kind: String,
    /// The document's name; dotted for fields and choices.
    pub name: String,
    /// The patch.
    pub patch: serde_json::Value,
}

/// A reference from one object to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The object that refers.
    pub object: String,
    /// Its reference field.
    pub field: String,
}

/// A roll-up to keep when records of an object change.
#[derive(Debug, Clone, PartialEq)]
pub struct RollUpTarget {
    /// The object that has the roll-up.
    pub object: String,
    /// The roll-up field.
    pub field: String,
    /// The reference field of the changed object that names the record to update.
    pub via: String,
}

/// All metadata of an account set. Immutable; a change makes a new one.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    objects: BTreeMap<String, Arc<Object>>,
    dictionaries: BTreeMap<String, Arc<Dictionary>>,
    roles: BTreeMap<String, Arc<Role>>,
    children: HashMap<String, Vec<Relation>>,
    roll_ups: HashMap<String, Vec<RollUpTarget>>,
    /// Grows with every change of a layer; caches and other processes compare it.
    pub version: i64,
}

impl Registry {
    /// Merges the layers over the shipped documents and resolves references between them.
    /// Every problem is listed; a site document with a problem is left out so that the program starts.
    pub fn build(shipped: Shipped, layers: &[LayerDoc], version: i64) -> (Registry, Vec<String>) {
        let mut problems = Vec::new();
        let mut dictionaries: BTreeMap<String, Dictionary> =
            shipped.dictionaries.into_iter().map(|d| (d.name.clone(), d)).collect();
        let mut roles: BTreeMap<String, Role> =
            shipped.roles.into_iter().map(|r| (r.name.clone(), r)).collect();
        let mut objects: BTreeMap<String, Object> =
            shipped.objects.into_iter().map(|o| (o.name.clone(), o)).collect();
        let mut problem = |doc: &LayerDoc, done: Result<(), String>| {
            if let Err(error) = done {
                problems.push(format!("{} {}: {error}", doc.kind, doc.name));
            }
        };
        for doc in layers {
            let done = match doc.kind.as_str() {
                "object" => patch_entry(&mut objects, &doc.name, &doc.patch),
                "role" => patch_entry(&mut roles, &doc.name, &doc.patch),
                "field" => patch_member(&mut objects, doc, |o: &mut Object| &mut o.fields, |f| &f.name),
                "dictionary" | "choice" => Ok(()),
                other => Err(format!("unknown kind {other}")),
            };
            problem(doc, done);
        }
        for object in objects.values_mut() {
            resolve_object(object, &mut dictionaries);
        }
        // Fields bring dictionaries of their own, so entries are changed only after the fields are known.
        for doc in layers {
            let done = match doc.kind.as_str() {
                "dictionary" => patch_entry(&mut dictionaries, &doc.name, &doc.patch),
                "choice" => {
                    patch_member(&mut dictionaries, doc, |d: &mut Dictionary| &mut d.choices, |c| &c.value)
                }
                _ => Ok(()),
            };
            problem(doc, done);
        }
        dictionaries.values_mut().for_each(Dictionary::put_in_order);
        // A verb's form may ask for an entry of a shared dictionary too.
        for object in objects.values_mut() {
            let forms = object.verbs.iter_mut().flat_map(|verb| &mut verb.form);
            for field in object.fields.iter_mut().chain(forms) {
                if let Some(dictionary) = field.dictionary.as_ref().and_then(|name| dictionaries.get(name)) {
                    field.options = dictionary.choices.clone();
                }
            }
        }
        resolve_roll_ups(&mut objects, &mut problems);
        objects.retain(|_, object| match check_object(object) {
            Ok(()) => true,
            Err(error) => {
                problems.push(format!("object {}: {error}", object.name));
                false
            }
        });
        check_targets(&objects, &mut problems);
        let mut registry = Registry { version, ..Registry::default() };
        registry.link(&objects);
        registry.objects = objects.into_iter().map(|(name, object)| (name, Arc::new(object))).collect();
        registry.dictionaries = dictionaries.into_iter().map(|(name, d)| (name, Arc::new(d))).collect();
        registry.roles = roles.into_iter().map(|(name, role)| (name, Arc::new(role))).collect();
        (registry, problems)
    }

    /// An object by API name.
    pub fn object(&self, name: &str) -> Option<&Arc<Object>> {
        self.objects.get(name)
    }

    /// All objects by name.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.values()
    }

    /// A dictionary by name. A field with options of its own has the dictionary `object.field`.
    pub fn dictionary(&self, name: &str) -> Option<&Arc<Dictionary>> {
        self.dictionaries.get(name)
    }

    /// All dictionaries by name.
    pub fn dictionaries(&self) -> impl Iterator<Item = &Arc<Dictionary>> {
        self.dictionaries.values()
    }

    /// A role by name.
    pub fn role(&self, name: &str) -> Option<&Arc<Role>> {
        self.roles.get(name)
    }

    /// All roles by name.
    pub fn roles(&self) -> impl Iterator<Item = &Arc<Role>> {
        self.roles.values()
    }

    /// The fields of other objects that refer to this one.
    pub fn children(&self, object: &str) -> &[Relation] {
        self.children.get(object).map_or(&[], Vec::as_slice)
    }

    /// The roll-ups that depend on an object's records.
    pub fn roll_ups(&self, object: &str) -> &[RollUpTarget] {
        self.roll_ups.get(object).map_or(&[], Vec::as_slice)
    }

    fn link(&mut self, objects: &BTreeMap<String, Object>) {
        for object in objects.values() {
            for field in object.active_fields().filter(|field| !field.system) {
                if let Some(target) = field.target() {
                    let relation = Relation { object: object.name.clone(), field: field.name.clone() };
                    self.children.entry(target.to_owned()).or_default().push(relation);
                }
                if let FieldKind::RollUp { of, via, .. } = &field.kind {
                    self.roll_ups.entry(of.clone()).or_default().push(RollUpTarget {
                        object: object.name.clone(),
                        field: field.name.clone(),
                        via: via.clone(),
                    });
                }
            }
        }
    }
}

fn patch_entry<T: Serialize + for<'de> Deserialize<'de>>(
    entries: &mut BTreeMap<String, T>,
    name: &str,
    patch: &serde_json::Value,
) -> Result<(), String> {
    let mut json = match entries.get(name) {
        Some(entry) => serde_json::to_value(entry).map_err(|e| e.to_string())?,
        None => serde_json::json!({}),
    };
    merge(&mut json, patch);
    entries.insert(name.to_owned(), serde_json::from_value(json).map_err(|e| e.to_string())?);
    Ok(())
}

fn patch_member<T, M: Serialize + for<'de> Deserialize<'de>>(
    owners: &mut BTreeMap<String, T>,
    doc: &LayerDoc,
    members: fn(&mut T) -> &mut Vec<M>,
    name_of: fn(&M) -> &String,
) -> Result<(), String> {
    let (owner, member) = doc.name.rsplit_once('.').ok_or("the name has no dot")?;
    let members = members(owners.get_mut(owner).ok_or("its owner does not exist")?);
    let position = members.iter().position(|m| name_of(m) == member);
    let mut json = match position {
        Some(position) => serde_json::to_value(&members[position]).map_err(|e| e.to_string())?,
        None => serde_json::json!({}),
    };
    merge(&mut json, &doc.patch);
    let merged: M = serde_json::from_value(json).map_err(|e| e.to_string())?;
    match position {
        Some(position) => members[position] = merged,
        None => members.push(merged),
    }
    Ok(())
}

/// RFC 7396: objects merge member by member, null removes, anything else replaces.
fn merge(target: &mut serde_json::Value, patch: &serde_json::Value) {
    let serde_json::Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = serde_json::json!({});
    }
    let Some(target) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(serde_json::Value::Null), value);
        }
    }
}

fn resolve_object(object: &mut Object, dictionaries: &mut BTreeMap<String, Dictionary>) {
    if object.table.is_empty() {
        object.table = object.name.clone();
    }
    let mut fields = Object::system_fields();
    fields.retain(|system| object.fields.iter().all(|field| field.name != system.name));
    fields.append(&mut object.fields);
    for field in &mut fields {
        if field.column.is_empty() {
            field.column = field.name.clone();
        }
        if !matches!(field.value_kind(), FieldKind::Choice | FieldKind::Choices) {
            continue;
        }
        let name = field.dictionary.clone().unwrap_or_else(|| format!("{}.{}", object.name, field.name));
        dictionaries.entry(name.clone()).or_insert_with(|| Dictionary {
            name: name.clone(),
            label: Label::new(
                format!("{} · {}", object.label.zh, field.label.zh),
                format!("{} · {}", object.label.en, field.label.en),
            ),
            choices: std::mem::take(&mut field.options),
            order: Vec::new(),
        });
        field.dictionary = Some(name);
    }
    object.fields = fields;
    object.index = object.fields.iter().enumerate().map(|(i, field)| (field.name.clone(), i)).collect();
}

/// Roll-ups take the kind of the field they compute over, which may itself be a roll-up of a third
/// object; a few rounds settle every chain the checks allow.
fn resolve_roll_ups(objects: &mut BTreeMap<String, Object>, problems: &mut Vec<String>) {
    for _ in 0..4 {
        let kinds: HashMap<(String, String), FieldKind> = objects
            .values()
            .flat_map(|o| {
                o.fields.iter().map(move |f| ((o.name.clone(), f.name.clone()), f.value_kind().clone()))
            })
            .collect();
        for object in objects.values_mut() {
            for field in &mut object.fields {
                if let FieldKind::RollUp { of, function, field: over, result, .. } = &mut field.kind {
                    let source = over.as_ref().and_then(|over| kinds.get(&(of.clone(), over.clone())));
                    **result = function.result(source);
                }
            }
        }
    }
    for object in objects.values() {
        for field in &object.fields {
            if let FieldKind::RollUp { of, via, field: over, .. } = &field.kind {
                let found = objects.get(of).is_some_and(|child| {
                    child.field(via).is_some_and(|f| f.target() == Some(&object.name))
                        && over.as_ref().is_none_or(|over| child.field(over).is_some())
                });
                if !found {
                    problems
                        .push(format!("roll-up {}.{} names what does not exist", object.name, field.name));
                }
            }
        }
    }
}

fn check_object(object: &Object) -> Result<(), String> {
    if !is_api_name(&object.name) || RESERVED.contains(&object.name.as_str()) {
        return Err("the name is not allowed".to_owned());
    }
    if object.label.is_empty() {
        return Err("it has no label".to_owned());
    }
    if object.field(&object.title).is_none() {
        return Err(format!("its title field {} does not exist", object.title));
    }
    let mut seen = std::collections::HashSet::new();
    for field in &object.fields {
        if !is_api_name(&field.name) || crate::expr::is_reserved(&field.name) {
            return Err(format!("the field name {} is not allowed", field.name));
        }
        if !seen.insert(&field.name) {
            return Err(format!("the field {} is declared twice", field.name));
        }
    }
    Ok(())
}

fn check_targets(objects: &BTreeMap<String, Object>, problems: &mut Vec<String>) {
    let missing = |name: &str| !objects.contains_key(name);
    for object in objects.values() {
        for field in &object.fields {
            let targets: Vec<&str> = match field.value_kind() {
                FieldKind::AnyReference { to } => to.iter().map(String::as_str).collect(),
                _ => field.target().into_iter().collect(),
            };
            for target in targets.into_iter().filter(|target| missing(target)) {
                problems
                    .push(format!("{}.{} refers to {target}, which does not exist", object.name, field.name));
            }
        }
    }
}

/// The field named by a dotted path, and the object it stands in.
pub fn resolve_path<'a>(
    registry: &'a Registry,
    object: &'a Object,
    path: &str,
) -> Option<(&'a Object, &'a Field)> {
    let mut object = object;
    let mut parts = path.split('.').peekable();
    loop {
        let field = object.field(parts.next()?)?;
        if parts.peek().is_none() {
            return Some((object, field));
        }
        object = registry.object(field.target()?)?;
    }
}

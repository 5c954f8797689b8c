//! Conditions in words: one chip for each member of the filter's outer "and", with the address of the list
//! without it.

use super::state::State;
use crate::{session::Visit, show, ui::Chip};
use guanxi_gate::Titles;
use guanxi_model::{
    Field, Object, RecordId, Registry,
    expr::{Comparison, Expr, Function},
    registry::resolve_path,
};

/// The chips of a filter.
pub fn chips(visit: &Visit, state: &State, titles: &Titles) -> Vec<Chip> {
    let Some(expr) = &state.expr else { return Vec::new() };
    let registry = visit.gate().registry();
    let words = Words { visit, registry: &registry, object: &state.object, titles };
    let members = match expr {
        Expr::And(members) => members.as_slice(),
        one => std::slice::from_ref(one),
    };
    members
        .iter()
        .enumerate()
        .map(|(position, member)| {
            let rest =
                members.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, m)| m.clone());
            let rest: Vec<Expr> = rest.collect();
            let filter = if rest.is_empty() { String::new() } else { Expr::all(rest).to_string() };
            Chip {
                remove: Some(state.url(&[("filter", Some(&filter))])),
                remove_label: visit.t("list.remove_condition").to_owned(),
                ..words.chip(member)
            }
        })
        .collect()
}

/// The records whose names the chips of a filter need.
pub fn mentioned(expr: &Expr, ids: &mut Vec<RecordId>) {
    if let Expr::Id(id) = expr {
        ids.push(*id);
    }
    for child in expr.children() {
        mentioned(child, ids);
    }
}

struct Words<'a> {
    visit: &'a Visit,
    registry: &'a Registry,
    object: &'a Object,
    titles: &'a Titles,
}

impl Words<'_> {
    fn t(&self, key: &'static str) -> String {
        self.visit.t(key).to_owned()
    }

    fn chip(&self, expr: &Expr) -> Chip {
        self.simple(expr).unwrap_or_else(|| Chip {
            icon: Some("filter".to_owned()),
            key: self.t("filter.condition"),
            value: self.sentence(expr),
            ..Chip::default()
        })
    }

    /// Field, operator and value, when the condition has that shape.
    fn simple(&self, expr: &Expr) -> Option<Chip> {
        let chip = |path: &[String], op: String, value: String| {
            let (label, icon) = self.field(path);
            Some(Chip { icon: Some(icon.to_owned()), key: label, op, value, ..Chip::default() })
        };
        match expr {
            Expr::Compare(comparison, left, right) => match (left.as_ref(), right.as_ref()) {
                (Expr::Field(path), value) => {
                    chip(path, self.t(self.operator(path, *comparison)), self.value(path, value))
                }
                _ => None,
            },
            Expr::In(left, right) => match left.as_ref() {
                Expr::Field(path) => chip(path, self.t("filter.in"), self.value(path, right)),
                _ => None,
            },
            Expr::Call(Function::IsEmpty, args) => match args.as_slice() {
                [Expr::Field(path)] => chip(path, self.t("filter.is_empty"), String::new()),
                _ => None,
            },
            Expr::Call(function @ (Function::Contains | Function::StartsWith), args) => match args.as_slice()
            {
                [Expr::Field(path), value] => {
                    let op = if *function == Function::Contains {
                        "filter.contains"
                    } else {
                        "filter.starts_with"
                    };
                    chip(path, self.t(op), self.value(path, value))
                }
                _ => None,
            },
            Expr::Not(inner) => {
                let inner = self.simple(inner)?;
                let op = match inner.op {
                    op if op == self.visit.t("filter.is_empty") => self.t("filter.not_empty"),
                    op if op == self.visit.t("filter.in") => self.t("filter.not_in"),
                    op if op == self.visit.t("filter.contains") => self.t("filter.not_contains"),
                    op => format!("{} {op}", self.visit.t("filter.not")),
                };
                Some(Chip { op, ..inner })
            }
            Expr::Field(path) => chip(path, self.t("filter.equal"), self.t("common.yes")),
            _ => None,
        }
    }

    /// A nested condition as one sentence.
    fn sentence(&self, expr: &Expr) -> String {
        let join = |members: &[Expr], by: &'static str| {
            members
                .iter()
                .map(|member| self.sentence(member))
                .collect::<Vec<_>>()
                .join(&format!(" {} ", self.visit.t(by)))
        };
        match expr {
            Expr::And(members) => join(members, "filter.and"),
            Expr::Or(members) => join(members, "filter.or"),
            other => match self.simple(other) {
                Some(chip) => [chip.key, chip.op, chip.value].join(" ").trim().to_owned(),
                None => other.to_string(),
            },
        }
    }

    fn field(&self, path: &[String]) -> (String, &'static str) {
        let path = path.join(".");
        match resolve_path(self.registry, self.object, &path) {
            Some((_, field)) => (field.label.get(self.visit.locale()).to_owned(), show::icon_of(field)),
            None => (path, "filter"),
        }
    }

    fn resolve(&self, path: &[String]) -> Option<&Field> {
        resolve_path(self.registry, self.object, &path.join(".")).map(|(_, field)| field)
    }

    fn operator(&self, path: &[String], comparison: Comparison) -> &'static str {
        use guanxi_model::FieldKind::{Date, Instant};
        let dated = self.resolve(path).is_some_and(|field| matches!(field.value_kind(), Date | Instant));
        match (comparison, dated) {
            (Comparison::Equal, _) => "filter.equal",
            (Comparison::NotEqual, _) => "filter.not_equal",
            (Comparison::Less, true) => "filter.before",
            (Comparison::LessOrEqual, true) => "filter.until",
            (Comparison::Greater, true) => "filter.later",
            (Comparison::GreaterOrEqual, true) => "filter.since",
            (Comparison::Less, false) => "filter.less",
            (Comparison::LessOrEqual, false) => "filter.at_most",
            (Comparison::Greater, false) => "filter.greater",
            (Comparison::GreaterOrEqual, false) => "filter.at_least",
        }
    }

    fn value(&self, path: &[String], value: &Expr) -> String {
        let locale = self.visit.locale();
        match value {
            Expr::Text(text) => match self.resolve(path).and_then(|field| field.option(text)) {
                Some(option) => option.label.get(locale).to_owned(),
                None => text.clone(),
            },
            Expr::List(items) => {
                let separator = if locale == guanxi_model::Locale::Zh { "\u{3001}" } else { ", " };
                items.iter().map(|item| self.value(path, item)).collect::<Vec<_>>().join(separator)
            }
            Expr::Decimal(number) => {
                let money = self
                    .resolve(path)
                    .is_some_and(|f| matches!(f.value_kind(), guanxi_model::FieldKind::Money { .. }));
                if money { show::exact(*number) } else { number.normalize().to_string() }
            }
            Expr::Date(date) => date.to_string(),
            Expr::Instant(at) => show::moment(self.visit.ctx(), *at),
            Expr::Id(id) => self.titles.get(*id).map_or_else(|| format!("#{id}"), str::to_owned),
            Expr::Bool(true) => self.t("common.yes"),
            Expr::Bool(false) => self.t("common.no"),
            Expr::Null => self.t("filter.nothing"),
            Expr::Word(word) => self.t(match word.name() {
                "today" => "common.today",
                "now" => "filter.now",
                "start_of_month" => "filter.start_of_month",
                "me" => "common.me",
                "my_team" => "filter.my_team",
                "my_department" => "filter.my_department",
                _ => "filter.my_departments",
            }),
            Expr::Call(function, args) => {
                let n = match args.first() {
                    Some(Expr::Decimal(n)) => n.normalize().to_string(),
                    _ => return value.to_string(),
                };
                let key = match function {
                    Function::DaysAgo => "filter.days_ago",
                    Function::DaysFromNow => "filter.days_from_now",
                    Function::MonthsAgo => "filter.months_ago",
                    _ => return value.to_string(),
                };
                self.visit.fill(key, &[("n", &n)])
            }
            other => other.to_string(),
        }
    }
}

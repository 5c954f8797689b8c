//! The JSON form, for the filter builder and for programs. Literals stand for themselves, everything else
//! is an object: `{"op":"==","left":{"field":"grade"},"right":"key"}`.

use super::{
    Comparison, Expr, ExprError, Fold, Function, MAX_DEPTH, MAX_NODES, Operator, Word,
    build::{parse_date, parse_instant},
    is_reserved,
};
use crate::issue::Message;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value as Json, json};

impl Expr {
    /// The JSON form.
    pub fn to_json(&self) -> Json {
        match self {
            Expr::Null => Json::Null,
            Expr::Bool(value) => json!(value),
            Expr::Text(text) => json!(text),
            // A text, because readers of JSON turn numbers into floats.
            Expr::Decimal(decimal) => json!({ "decimal": decimal.normalize().to_string() }),
            Expr::Date(date) => json!({ "date": date.to_string() }),
            Expr::Instant(instant) => json!({ "instant": instant.to_string() }),
            Expr::Id(id) => json!({ "id": id }),
            Expr::Field(path) => json!({ "field": path.join(".") }),
            Expr::Word(word) => json!({ "word": word.name() }),
            Expr::List(items) => Json::Array(list(items)),
            Expr::Not(arg) => json!({ "op": "!", "arg": arg.to_json() }),
            Expr::Negate(arg) => json!({ "op": "-", "arg": arg.to_json() }),
            Expr::And(args) => json!({ "op": "&&", "args": list(args) }),
            Expr::Or(args) => json!({ "op": "||", "args": list(args) }),
            Expr::Compare(comparison, left, right) => binary(comparison.symbol(), left, right),
            Expr::In(left, right) => binary("in", left, right),
            Expr::Arithmetic(operator, left, right) => binary(operator.symbol(), left, right),
            Expr::If(condition, then, otherwise) => json!({
                "op": "?:",
                "if": condition.to_json(),
                "then": then.to_json(),
                "else": otherwise.to_json(),
            }),
            Expr::Call(function, args) => json!({ "call": function.name(), "args": list(args) }),
            Expr::Over { fold, relation, body: None } => json!({ "call": fold.name(), "relation": relation }),
            Expr::Over { fold, relation, body: Some(body) } => {
                json!({ "call": fold.name(), "relation": relation, "body": body.to_json() })
            }
        }
    }

    /// Reads the JSON form. Bare numbers are accepted as decimals.
    ///
    /// # Errors
    /// When it is malformed, or larger or deeper than the limits.
    pub fn from_json(json: &Json) -> Result<Expr, ExprError> {
        Reader { nodes: 0 }.read(json, 1)
    }
}

fn list(items: &[Expr]) -> Vec<Json> {
    items.iter().map(Expr::to_json).collect()
}

fn binary(op: &str, left: &Expr, right: &Expr) -> Json {
    json!({ "op": op, "left": left.to_json(), "right": right.to_json() })
}

struct Reader {
    nodes: usize,
}

impl Reader {
    fn read(&mut self, json: &Json, depth: usize) -> Result<Expr, ExprError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(ExprError::TooLong);
        }
        if depth > MAX_DEPTH {
            return Err(ExprError::TooDeep);
        }
        match json {
            Json::Null => Ok(Expr::Null),
            Json::Bool(value) => Ok(Expr::Bool(*value)),
            Json::String(text) => Ok(Expr::Text(text.clone())),
            Json::Number(number) => decimal(&number.to_string()),
            Json::Array(items) => self.items(items, depth).map(Expr::List),
            Json::Object(map) => self.object(map, depth),
        }
    }

    fn object(&mut self, map: &Map<String, Json>, depth: usize) -> Result<Expr, ExprError> {
        let text = |key: &str| map.get(key).and_then(Json::as_str);
        if let Some(op) = text("op") {
            return self.operation(op, map, depth);
        }
        if let Some(name) = text("call") {
            return self.call(name, map, depth);
        }
        let wrong = |message| ExprError::Json { message };
        if let Some(path) = text("field") {
            let path = names(path)?;
            if is_reserved(&path[0]) {
                return Err(ExprError::UnknownField { name: path.join(".") });
            }
            Ok(Expr::Field(path))
        } else if let Some(word) = text("word") {
            Word::from_name(word)
                .map(Expr::Word)
                .ok_or_else(|| wrong(Message::new("expr.unknown_word").with("name", word)))
        } else if let Some(number) = text("decimal") {
            decimal(number)
        } else if let Some(date) = text("date") {
            parse_date(date).map(Expr::Date).map_err(wrong)
        } else if let Some(instant) = text("instant") {
            parse_instant(instant).map_err(wrong)
        } else if let Some(id) = map.get("id") {
            serde_json::from_value(id.clone())
                .map(Expr::Id)
                .map_err(|_| wrong(Message::new("expr.id").with("value", id)))
        } else {
            Err(ExprError::json("expr.json"))
        }
    }

    fn operation(&mut self, op: &str, map: &Map<String, Json>, depth: usize) -> Result<Expr, ExprError> {
        if let "&&" | "||" = op {
            let mut args = match map.get("args") {
                Some(Json::Array(args)) => self.items(args, depth)?,
                Some(_) => return Err(ExprError::json("expr.json")),
                None => vec![*self.part(map, "left", depth)?, *self.part(map, "right", depth)?],
            };
            return Ok(match (args.len(), op) {
                (0, _) => Expr::Bool(op == "&&"),
                (1, _) => args.remove(0),
                (_, "&&") => Expr::And(args),
                _ => Expr::Or(args),
            });
        }
        if let "!" = op {
            return Ok(Expr::Not(self.part(map, "arg", depth)?));
        }
        if op == "-" && map.contains_key("arg") {
            return Ok(Expr::Negate(self.part(map, "arg", depth)?));
        }
        if op == "?:" {
            return Ok(Expr::If(
                self.part(map, "if", depth)?,
                self.part(map, "then", depth)?,
                self.part(map, "else", depth)?,
            ));
        }
        let left = self.part(map, "left", depth)?;
        let right = self.part(map, "right", depth)?;
        if op == "in" {
            Ok(Expr::In(left, right))
        } else if let Some(comparison) = Comparison::from_symbol(op) {
            Ok(Expr::Compare(comparison, left, right))
        } else if let Some(operator) = Operator::from_symbol(op) {
            Ok(Expr::Arithmetic(operator, left, right))
        } else {
            Err(ExprError::Json { message: Message::new("expr.unknown_operator").with("name", op) })
        }
    }

    fn call(&mut self, name: &str, map: &Map<String, Json>, depth: usize) -> Result<Expr, ExprError> {
        let malformed = || ExprError::json("expr.json");
        if let Some(fold) = Fold::from_name(name) {
            let relation = map.get("relation").and_then(Json::as_str).ok_or_else(malformed)?;
            let relation = names(relation)?.join(".");
            let body = match map.get("body") {
                None if fold == Fold::Count => None,
                None => return Err(malformed()),
                Some(_) => Some(self.part(map, "body", depth)?),
            };
            return Ok(Expr::Over { fold, relation, body });
        }
        let function = Function::from_name(name).ok_or_else(|| ExprError::Json {
            message: Message::new("expr.unknown_function").with("name", name),
        })?;
        let args = map.get("args").and_then(Json::as_array).ok_or_else(malformed)?;
        let args = self.items(args, depth)?;
        let (least, most) = function.arity();
        if args.len() < least || args.len() > most {
            return Err(malformed());
        }
        Expr::call(function, args).map_err(|message| ExprError::Json { message })
    }

    fn part(&mut self, map: &Map<String, Json>, key: &str, depth: usize) -> Result<Box<Expr>, ExprError> {
        let json = map.get(key).ok_or_else(|| ExprError::json("expr.json"))?;
        self.read(json, depth + 1).map(Box::new)
    }

    fn items(&mut self, items: &[Json], depth: usize) -> Result<Vec<Expr>, ExprError> {
        items.iter().map(|item| self.read(item, depth + 1)).collect()
    }
}

fn decimal(text: &str) -> Result<Expr, ExprError> {
    Decimal::from_str_exact(text)
        .map(Expr::Decimal)
        .map_err(|_| ExprError::Json { message: Message::new("expr.number").with("value", text) })
}

/// A dotted path of API names. Anything else could not be printed as source.
fn names(path: &str) -> Result<Vec<String>, ExprError> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let names: Vec<String> = path.split('.').map(str::to_owned).collect();
    if path.len() <= 400 && names.iter().all(|name| is_name(name)) {
        Ok(names)
    } else {
        Err(ExprError::UnknownField { name: path.chars().take(400).collect() })
    }
}

impl Serialize for Expr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        Expr::from_json(&json).map_err(D::Error::custom)
    }
}

//! Random conditions of every type, the same on every run.

use guanxi_model::{
    RecordId,
    expr::{Comparison, Expr, Fold, Function, Operator, Word, parse},
};

pub const TEXTS: [&str; 7] = ["Acme", "acme shop", "a", "B", "\u{4e0a}\u{6d77}", "100%", "it's"];

/// A small generator (SplitMix64); the tests need variety, not secrecy.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize].clone()
    }

    fn comparison(&mut self) -> Comparison {
        self.pick(&[
            Comparison::Equal,
            Comparison::NotEqual,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ])
    }

    fn equality(&mut self) -> Comparison {
        self.pick(&[Comparison::Equal, Comparison::NotEqual])
    }

    pub fn condition(&mut self, object: &str, depth: u32) -> Expr {
        if depth == 0 {
            return self.atom(object, 0);
        }
        match self.below(12) {
            0 | 1 => Expr::And((0..2 + self.below(2)).map(|_| self.condition(object, depth - 1)).collect()),
            2 | 3 => Expr::Or((0..2 + self.below(2)).map(|_| self.condition(object, depth - 1)).collect()),
            4 | 5 => self.condition(object, depth - 1).not(),
            6 => Expr::If(
                Box::new(self.condition(object, depth - 1)),
                Box::new(self.condition(object, depth - 1)),
                Box::new(self.condition(object, depth - 1)),
            ),
            7 if object == "customer" => {
                let (relation, child) = self.relation();
                let fold = self.pick(&[Fold::Any, Fold::All]);
                let body = Some(Box::new(self.condition(child, depth - 1)));
                Expr::Over { fold, relation, body }
            }
            _ => self.atom(object, depth),
        }
    }

    /// A relation of the customer, which is the only object of the test world that others refer to.
    fn relation(&mut self) -> (String, &'static str) {
        let (name, child) = self.pick(&[
            ("order.customer", "order"),
            ("task.customer", "task"),
            ("customer.parent", "customer"),
        ]);
        (name.to_owned(), child)
    }

    fn atom(&mut self, object: &str, depth: u32) -> Expr {
        let compare = |comparison, left, right| Expr::Compare(comparison, Box::new(left), Box::new(right));
        match self.below(11) {
            0 | 1 => {
                let (c, a, b) = (self.comparison(), self.decimal(object, depth), self.decimal(object, depth));
                compare(c, a, b)
            }
            2 => {
                let (c, a, b) = (self.comparison(), self.text(object, depth), self.text(object, depth));
                compare(c, a, b)
            }
            3 => {
                let (c, a, b) = (self.comparison(), self.day(object), self.day(object));
                compare(c, a, b)
            }
            4 => {
                let (c, a, b) = (self.comparison(), self.moment(object), self.moment(object));
                compare(c, a, b)
            }
            5 => {
                let (c, a, b) = (self.equality(), self.reference(object), self.reference(object));
                compare(c, a, b)
            }
            6 => self.truth(object),
            7 => {
                let function = self.pick(&[Function::Contains, Function::StartsWith]);
                Expr::Call(function, vec![self.text(object, depth), self.text(object, 0)])
            }
            8 => {
                let field = match object {
                    "customer" => self.pick(&["tags", "parent.tags"]),
                    _ => self.pick(&["customer.tags", "customer.parent.tags"]),
                };
                let item = self.pick(&["a", "A", "b\"c", "\u{91cd}\u{70b9}", "a\\", "c", "\"", ","]);
                Expr::Call(Function::Contains, vec![Expr::field(field), Expr::text(item)])
            }
            9 => self.empty(object, depth),
            _ => self.among(object, depth),
        }
    }

    fn empty(&mut self, object: &str, depth: u32) -> Expr {
        let part = match self.below(6) {
            0 => self.decimal(object, depth),
            1 => self.text(object, depth),
            2 => self.day(object),
            3 => self.reference(object),
            4 => self.truth(object),
            _ => Expr::field(if object == "customer" { "place" } else { "customer.place" }),
        };
        Expr::Call(Function::IsEmpty, vec![part])
    }

    fn among(&mut self, object: &str, depth: u32) -> Expr {
        let count = self.below(4);
        let (left, options) = match self.below(5) {
            0 => (self.decimal(object, depth), (0..count).map(|_| self.decimal(object, 0)).collect()),
            1 => (self.text(object, depth), (0..count).map(|_| self.text(object, 0)).collect()),
            2 => (self.day(object), (0..count).map(|_| self.day(object)).collect()),
            3 => (self.reference(object), (0..count).map(|_| self.reference(object)).collect()),
            _ => {
                let word = self.pick(&[Word::MyTeam, Word::MyDepartments]);
                return Expr::In(Box::new(self.reference(object)), Box::new(Expr::Word(word)));
            }
        };
        Expr::In(Box::new(left), Box::new(Expr::List(options)))
    }

    /// A field of the object's own twice as often as one behind a reference.
    fn field(&mut self, own: &[&str], dotted: &[&str]) -> Expr {
        let all: Vec<&str> = own.iter().chain(own).chain(dotted).copied().collect();
        Expr::field(self.pick(&all))
    }

    fn truth(&mut self, object: &str) -> Expr {
        match object {
            "customer" => self.field(&["vip"], &["parent.vip", "parent.parent.vip"]),
            "order" => self.field(&["paid"], &["customer.vip"]),
            _ => self.field(&["customer.vip"], &["customer.parent.vip"]),
        }
    }

    fn decimal(&mut self, object: &str, depth: u32) -> Expr {
        if depth > 0 && self.below(2) == 0 {
            let operator = self.pick(&[Operator::Add, Operator::Subtract, Operator::Multiply]);
            return match self.below(7) {
                0 => Expr::Negate(Box::new(self.small(object, depth - 1))),
                1 | 2 => Expr::Arithmetic(
                    operator,
                    Box::new(self.small(object, depth - 1)),
                    Box::new(self.small(object, depth - 1)),
                ),
                3 => Expr::If(
                    Box::new(self.condition(object, depth - 1)),
                    Box::new(self.decimal(object, depth - 1)),
                    Box::new(self.decimal(object, depth - 1)),
                ),
                4 => Expr::Call(
                    Function::Coalesce,
                    (0..1 + self.below(3)).map(|_| self.decimal(object, depth - 1)).collect(),
                ),
                _ if object == "customer" => {
                    let (relation, child) = self.relation();
                    if self.below(2) == 0 {
                        let body = Some(Box::new(self.small(child, depth - 1)));
                        Expr::Over { fold: Fold::Sum, relation, body }
                    } else {
                        let body = (self.below(2) == 0).then(|| Box::new(self.condition(child, depth - 1)));
                        Expr::Over { fold: Fold::Count, relation, body }
                    }
                }
                _ => {
                    let part = self.pick(&[Function::Year, Function::Month]);
                    Expr::Call(part, vec![self.day_field(object)])
                }
            };
        }
        if self.below(5) == 0 {
            let large = if object == "customer" { "large" } else { "customer.large" };
            return Expr::field(large);
        }
        if self.below(10) == 0 {
            let beyond = ["9223372036854775807000", "-9223372036854775807000", "9223372036854775807.5"];
            return constant(self.pick(&beyond));
        }
        self.small(object, 0)
    }

    /// A decimal whose sums and products stay within 64 bits.
    fn small(&mut self, object: &str, depth: u32) -> Expr {
        if depth > 1 && self.below(3) == 0 {
            let operator = self.pick(&[Operator::Add, Operator::Subtract, Operator::Multiply]);
            return Expr::Arithmetic(
                operator,
                Box::new(self.small(object, depth - 1)),
                Box::new(self.small(object, depth - 1)),
            );
        }
        if self.below(3) == 0 {
            let units = self.below(17) as i64 * 125 - 1000;
            let digits = self.below(5) as u32;
            let (whole, part) = (units / 10_i64.pow(digits), units.abs() % 10_i64.pow(digits));
            let sign = if units < 0 && whole == 0 { "-" } else { "" };
            return constant(&format!("{sign}{whole}.{part:0width$}", width = digits.max(1) as usize));
        }
        match object {
            "customer" => self.field(&["credit", "revenue", "score"], &["parent.revenue", "parent.score"]),
            "order" => self.field(&["total"], &["customer.score", "customer.parent.revenue"]),
            _ => self.field(&["hours"], &["customer.score", "customer.revenue"]),
        }
    }

    fn text(&mut self, object: &str, depth: u32) -> Expr {
        if depth > 0 && self.below(4) == 0 {
            return match self.below(3) {
                0 => Expr::Call(
                    Function::Concat,
                    (0..1 + self.below(3)).map(|_| self.text(object, depth - 1)).collect(),
                ),
                1 => Expr::If(
                    Box::new(self.condition(object, depth - 1)),
                    Box::new(self.text(object, depth - 1)),
                    Box::new(self.text(object, depth - 1)),
                ),
                _ => Expr::Call(
                    Function::Coalesce,
                    (0..1 + self.below(3)).map(|_| self.text(object, depth - 1)).collect(),
                ),
            };
        }
        if self.below(2) == 0 {
            return Expr::text(self.pick(&TEXTS));
        }
        match object {
            "customer" => self.field(&["name", "external_id"], &["parent.name", "owner.name"]),
            "order" => self.field(&["number"], &["customer.name", "customer.parent.name"]),
            _ => self.field(&["subject"], &["customer.name"]),
        }
    }

    fn day_field(&mut self, object: &str) -> Expr {
        let instant = Expr::Call(Function::Date, vec![self.moment_field(object)]);
        let field = match object {
            "customer" => self.field(&["since"], &["parent.since"]),
            "order" => self.field(&["day"], &["customer.since"]),
            _ => self.field(&["customer.since"], &["customer.parent.since"]),
        };
        if self.below(12) == 0 { instant } else { field }
    }

    fn day(&mut self, object: &str) -> Expr {
        match self.below(6) {
            0 => Expr::Word(Word::Today),
            1 => Expr::Call(Function::DaysAgo, vec![Expr::decimal(self.pick(&[0, 20, 40, 60]))]),
            2 => Expr::date(self.date()),
            _ => self.day_field(object),
        }
    }

    fn moment_field(&mut self, object: &str) -> Expr {
        match object {
            "customer" => self.field(&["seen_at", "created_at"], &["parent.seen_at"]),
            _ => self.field(&["updated_at"], &["customer.seen_at"]),
        }
    }

    fn moment(&mut self, object: &str) -> Expr {
        match self.below(6) {
            0 => Expr::Word(Word::Now),
            1 => Expr::instant(self.instant()),
            2 => Expr::Call(Function::Instant, vec![Expr::date(self.date())]),
            3 => Expr::Call(Function::Instant, vec![self.day_field(object)]),
            _ => self.moment_field(object),
        }
    }

    fn reference(&mut self, object: &str) -> Expr {
        match self.below(8) {
            0 => Expr::Word(Word::Me),
            1 => Expr::Word(Word::MyDepartment),
            2 | 3 => {
                let object = self.pick(&["user", "customer", "order", "department"]);
                Expr::Id(RecordId(self.id(object)))
            }
            _ => match object {
                "customer" => {
                    self.field(&["id", "owner", "department", "parent"], &["parent.parent", "parent.owner"])
                }
                "order" => {
                    self.field(&["customer", "owner", "created_by"], &["customer.id", "customer.parent"])
                }
                _ => self.field(&["about", "about", "customer"], &["customer.id", "customer.parent"]),
            },
        }
    }
}

fn constant(digits: &str) -> Expr {
    parse(digits).unwrap_or_else(|e| panic!("{digits}: {e:?}"))
}

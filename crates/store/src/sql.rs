//! A statement under construction. Values enter only as bound parameters and names only through
//! [`Sql::name`], so the text of a statement depends on the shape of a query and never on its values.

use guanxi_model::Stored;

/// SQL text with `$1`-style parameters, valid on both engines.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sql {
    /// The statement.
    pub text: String,
    /// What its parameters are bound to, in order.
    pub params: Vec<Stored>,
}

impl Sql {
    /// Starts a statement with fixed text.
    pub fn new(text: &str) -> Self {
        Sql { text: text.to_owned(), params: Vec::new() }
    }

    /// Appends fixed text; never anything a user wrote.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a quoted name of a table or column.
    pub fn name(&mut self, name: &str) -> &mut Self {
        debug_assert!(
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
            "not a generated name: {name}"
        );
        self.text.push('"');
        self.text.push_str(name);
        self.text.push('"');
        self
    }

    /// Appends `alias."column"`.
    pub fn column(&mut self, alias: &str, name: &str) -> &mut Self {
        self.text.push_str(alias);
        self.text.push('.');
        self.name(name)
    }

    /// Appends a parameter.
    pub fn bind(&mut self, value: impl Into<Stored>) -> &mut Self {
        use std::fmt::Write;
        self.params.push(value.into());
        write!(self.text, "${}", self.params.len()).expect("writing to a String cannot fail");
        self
    }

    /// Appends `($1, $2, …)`; an empty list becomes `(NULL)`, which matches nothing.
    pub fn bind_list<T: Into<Stored>>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        self.push("(");
        let mut first = true;
        for value in values {
            if !first {
                self.push(", ");
            }
            first = false;
            self.bind(value);
        }
        if first {
            self.push("NULL");
        }
        self.push(")")
    }
}

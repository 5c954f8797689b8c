//! Tables of examples and properties.

mod checking;
mod grammar;
mod json;
mod properties;
mod values;
mod world;

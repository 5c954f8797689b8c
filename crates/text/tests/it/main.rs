//! The promises of the text room, one file a module; expected values come from standards and published examples.

mod company;
mod credit_code;
mod fold;
mod highlight;
mod masks;
mod money;
mod phone;
mod pinyin;
mod region;
mod tokens;

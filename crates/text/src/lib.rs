#![doc = include_str!("../README.md")]

pub mod company;
pub mod credit_code;
pub mod email;
pub mod fold;
pub mod highlight;
pub mod id_number;
pub mod mask;
pub mod money;
pub mod name;
pub mod phone;
pub mod pinyin;
pub mod region;
pub mod tokens;

mod runs;
mod table;

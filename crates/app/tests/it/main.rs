//! The program from outside: the real binary on a directory of its own.

mod cdnow;
mod commands;
mod matrix;
mod program;

//! The door, tried on a small business of its own: three objects, three roles, two departments.
//! Every test runs on the embedded engine, and on PostgreSQL when `GUANXI_TEST_POSTGRES` names one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod auth;
mod backups;
mod live;
mod metadata;
mod reading;
mod world;
mod writing;
